#ifndef PH_CLI_TEST_LETTER_H
#define PH_CLI_TEST_LETTER_H

#include "deliver/content.h"
#include "mail/address.h"

/* The message that is sent to see whether it arrives: marked as a test in its
   subject and by the header X-Posthaste-Test.  code_page is the connection's;
   from and to stay valid until the content goes.  PH_EINVAL with *fault,
   PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_test_letter_compose(const struct ph_address *from,
    const struct ph_address *to, const char *code_page, struct ph_content **out,
    struct ph_fault *fault);

#endif
