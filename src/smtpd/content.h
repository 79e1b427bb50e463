#ifndef PH_SMTPD_CONTENT_H
#define PH_SMTPD_CONTENT_H

#include "base/err.h"
#include "base/span.h"

/* The octets of a message as they come after DATA or BDAT: finds the end,
   undoes the dots (RFC 5321 4.5.2), and notices line ends that are not CRLF
   (2.3.8), which another server might take for the end: SMTP smuggling. */

enum ph_smtpd_content_state {
	PH_CONTENT_LINE_START = 0, /* behind CRLF, or nothing came yet */
	PH_CONTENT_DOT,            /* a dot behind that */
	PH_CONTENT_DOT_CR,         /* and a CR behind that */
	PH_CONTENT_TEXT            /* anywhere else */
};

/* All zero is the beginning. */
struct ph_smtpd_content {
	enum ph_smtpd_content_state state;
	bool last_cr; /* the last octet was a CR whose LF did not come yet */
	bool bare_cr;
	bool bare_lf;
};

/* After DATA.  Takes the next run of octets from *in.
   PH_OK     *piece holds octets of the content: in the caller's bytes, or a
             constant
   PH_AGAIN  *in is used up, and there is no piece
   PH_EOF    CRLF.CRLF was taken; *in stands behind it */
PH_MUST_USE enum ph_err ph_smtpd_content_next(
    struct ph_smtpd_content *c, struct ph_span *in, struct ph_span *piece);

/* After BDAT: all of piece is content. */
void ph_smtpd_content_check(struct ph_smtpd_content *c, struct ph_span piece);
/* The last chunk has ended. */
void ph_smtpd_content_finish(struct ph_smtpd_content *c);

#endif
