#ifndef PH_MAIL_TEXT_CONTENT_H
#define PH_MAIL_TEXT_CONTENT_H

#include "base/buf.h"
#include "base/err.h"
#include "mail/charset.h"

/* What a text part holds, encoded for 7-bit transport with lines of at most 998
   octets (RFC 2045 2.7). */
struct ph_text_content {
	const char *encoding; /* 7bit, quoted-printable or base64 */
	size_t long_lines;    /* lines that were over 998 octets */
	struct ph_buf bytes;  /* lines end in CRLF; the last may be open */
};

enum {
	PH_TEXT_MAX = 256 * 1024 * 1024,
	PH_TEXT_LINE_MAX = 998 /* RFC 5322 2.1.1 */
};

/* text is UTF-8 with any line ends.  PH_EINVAL: *missing is a character the
   charset lacks (UINT32_MAX: text is not UTF-8).  PH_ETOOBIG: over PH_TEXT_MAX;
   PH_ENOMEM.  Release out in any case. */
PH_MUST_USE enum ph_err ph_text_content_make(struct ph_span text,
    const struct ph_charset *charset, struct ph_text_content *out,
    uint32_t *missing);
void ph_text_content_release(struct ph_text_content *t);

#endif
