#ifndef PH_MAIL_CHARSET_H
#define PH_MAIL_CHARSET_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* A charset to write mail in.  All zero is UTF-8. */
struct ph_charset {
	const char *name; /* for MIME; NULL is utf-8 */
	bool stateful;
	void *converter;
};

/* Takes what ph_code_page_name() understands; empty is UTF-8.  PH_EINVAL:
   unknown, or not fit for mail (UTF-16, EBCDIC).  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_charset_open(
    struct ph_span name, struct ph_charset *out);
void ph_charset_close(struct ph_charset *c);

const char *ph_charset_name(const struct ph_charset *c);

/* Appends text, which is UTF-8, in this charset, from its initial state and
   back to it.  ASCII stays as it is; nothing else becomes a control octet (but
   for the escapes of ISO-2022-JP) or ASCII by itself.  PH_EINVAL: *missing is
   the first character that cannot be written so (UINT32_MAX: text is not
   UTF-8); out holds what came before.  PH_ETOOBIG, PH_ENOMEM: out's. */
PH_MUST_USE enum ph_err ph_charset_convert(const struct ph_charset *c,
    struct ph_span text, struct ph_buf *out, uint32_t *missing);

/* Whether the charset holds all of text. */
bool ph_charset_can_hold(const struct ph_charset *c, struct ph_span text);

#endif
