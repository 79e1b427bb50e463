#ifndef PH_TESTS_MAIL_RENDERED_H
#define PH_TESTS_MAIL_RENDERED_H

#include "base/buf.h"
#include "mail/message.h"

/* The bytes of the caller's file number n. */
struct rendered_file {
	const char *ptr;
	size_t len;
};

/* Appends a body as it would be sent, its files read in pieces of an odd size,
   and checks that it says the truth about its size, lines and octets. */
void rendered(const struct ph_body *body, const struct rendered_file *files,
    struct ph_buf *out);

#endif
