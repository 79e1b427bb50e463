#ifndef PH_MAIL_MESSAGE_ID_H
#define PH_MAIL_MESSAGE_ID_H

#include "base/buf.h"
#include "base/err.h"
#include "mail/message.h"

/* Appends "<random@domain>" (RFC 5322 3.6.4).  The right side is domain, or the
   stamp's hostname where domain is empty or an address literal, or
   "localhost". */
PH_MUST_USE enum ph_err ph_message_id_write(
    const struct ph_message_stamp *stamp, struct ph_span domain,
    struct ph_buf *out);

/* Appends the random octets as 32 hexadecimal digits. */
PH_MUST_USE enum ph_err ph_message_id_write_random(
    const struct ph_message_stamp *stamp, struct ph_buf *out);

/* Whether text is one <left@right> without blanks, quotes and controls. */
bool ph_message_id_is_valid(struct ph_span text);

#endif
