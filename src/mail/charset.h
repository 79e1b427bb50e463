#ifndef PH_MAIL_CHARSET_H
#define PH_MAIL_CHARSET_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

enum {
	PH_CHARSET_NAME_MAX = 40
};

/* A charset to write mail in.  All zero is UTF-8. */
struct ph_charset {
	char name[PH_CHARSET_NAME_MAX + 1]; /* for MIME; "" is utf-8 */
	void *converter;
};

/* Takes a name or one of the usual other ones ("latin1", "cp1252").  PH_EINVAL:
   unknown here, or one in which ASCII is not ASCII (UTF-16, EBCDIC), which no
   header can use. */
PH_MUST_USE enum ph_err ph_charset_open(
    struct ph_span name, struct ph_charset *out);
void ph_charset_close(struct ph_charset *c);

const char *ph_charset_name(const struct ph_charset *c);

/* Appends text, which is UTF-8, in this charset, from its initial state and
   back to it.  PH_EINVAL: *missing is the first character it has not
   (UINT32_MAX: text is not UTF-8); out holds what came before.  PH_ETOOBIG,
   PH_ENOMEM: out's. */
PH_MUST_USE enum ph_err ph_charset_convert(const struct ph_charset *c,
    struct ph_span text, struct ph_buf *out, uint32_t *missing);

/* Whether the charset holds all of text. */
bool ph_charset_can_hold(const struct ph_charset *c, struct ph_span text);

#endif
