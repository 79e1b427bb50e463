#ifndef PH_SMTPD_REPLY_H
#define PH_SMTPD_REPLY_H

#include "base/buf.h"
#include "base/err.h"
#include "smtpd/phrase.h"

#include <stdint.h>

/* The only place that writes what a server says. */

enum {
	/* RFC 5321 4.5.3.1.5: a line of 512 octets with code and CRLF. */
	PH_SMTPD_TEXT_MAX = 480,
	/* Of one reply, more than any server was seen to give. */
	PH_SMTPD_LINES_MAX = 20
};

/* A reply that never changes. */
struct ph_smtpd_reply {
	uint16_t code;
	const char *enhanced; /* "5.5.1", or NULL; stands in each line */
	const char *text;     /* lines, "\n" between them */
	/* What it says, where others say it in other words. */
	enum ph_smtpd_phrase phrase;
};

/* Fit for a reply: 200 to 599, an enhanced code that is none or well formed,
   lines of printable text (UTF-8 passes), none too long, not too many. */
bool ph_smtpd_reply_fits(const struct ph_smtpd_reply *r);

/* "250 2.0.0 text" CRLF; all lines but the last with "-" behind the code.
   PH_EINVAL: not fit; PH_ENOMEM, PH_ETOOBIG; out is unchanged then. */
PH_MUST_USE enum ph_err ph_smtpd_reply_write(
    struct ph_buf *out, const struct ph_smtpd_reply *r);

/* "250-text" or, the last, "250 text". */
PH_MUST_USE enum ph_err ph_smtpd_reply_line(
    struct ph_buf *out, uint16_t code, bool last, struct ph_span text);

#endif
