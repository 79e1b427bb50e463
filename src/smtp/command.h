#ifndef PH_SMTP_COMMAND_H
#define PH_SMTP_COMMAND_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "smtp/envelope.h"

#include <stdint.h>

/* The one writer of SMTP commands: no other code formats a line for a server.
   Each function appends one whole line with its CRLF.

   PH_EINVAL   an argument cannot be sent: a control byte anywhere, a space or
   an
               angle bracket where none may be, too long, empty
   PH_ENOMEM, PH_ETOOBIG  of the buffer

   After an error the buffer is as it was. */

enum {
	/* RFC 5321 4.5.3.1.3 allows 256 for a path; what is longer is sent and
	   judged by the server, as long as a line stays a line. */
	PH_COMMAND_ADDRESS_MAX = 1000,
	PH_COMMAND_HELO_MAX = 255,
	/* RFC 5321 4.5.3.1.4, with CRLF; RFC 4954 4 holds AUTH to it. */
	PH_COMMAND_LINE_MAX = 512,
	/* RFC 3461 4.4, after encoding. */
	PH_COMMAND_ENVID_MAX = 100,
	/* RFC 3461 4.2, after encoding. */
	PH_COMMAND_ORCPT_MAX = 500
};

/* Commands without an argument, and the two lines that are no commands. */
enum ph_command {
	PH_COMMAND_STARTTLS,
	PH_COMMAND_DATA,
	PH_COMMAND_RSET,
	PH_COMMAND_NOOP,
	PH_COMMAND_QUIT,
	PH_COMMAND_DOT,   /* ends the content */
	PH_COMMAND_CANCEL /* "*" ends a login (RFC 4954 4) */
};

PH_MUST_USE enum ph_err ph_command_write(
    struct ph_buf *out, enum ph_command command);

/* domain or address literal. */
PH_MUST_USE enum ph_err ph_command_ehlo(
    struct ph_buf *out, struct ph_span domain);
PH_MUST_USE enum ph_err ph_command_helo(
    struct ph_buf *out, struct ph_span domain);

/* initial: NULL for none; empty is sent as "=".  PH_ETOOBIG also where the line
   would be over 512 octets: leave the initial response out then. */
PH_MUST_USE enum ph_err ph_command_auth(struct ph_buf *out,
    struct ph_span mechanism, const struct ph_span *initial);
/* The answer to a challenge, raw. */
PH_MUST_USE enum ph_err ph_command_auth_response(
    struct ph_buf *out, struct ph_span raw);

/* What goes behind MAIL FROM:<sender>, each where the server offers it. */
struct ph_command_mail {
	struct ph_span sender; /* empty: <> */
	bool has_size;
	uint64_t size;
	bool eight_bit;       /* BODY=8BITMIME */
	bool utf8;            /* SMTPUTF8; sender may have octets above 0x7f */
	enum ph_dsn_ret ret;  /* RET= */
	struct ph_span envid; /* ENVID=, not yet xtext; or empty */
};
PH_MUST_USE enum ph_err ph_command_mail(
    struct ph_buf *out, const struct ph_command_mail *mail);

/* dsn: with NOTIFY and ORCPT.  utf8: octets above 0x7f may be sent. */
PH_MUST_USE enum ph_err ph_command_rcpt(struct ph_buf *out,
    const struct ph_envelope_rcpt *rcpt, bool dsn, bool utf8);

PH_MUST_USE enum ph_err ph_command_bdat(
    struct ph_buf *out, uint64_t size, bool last);

/* Whether an address could be written: the check that ph_command_mail() and
   ph_command_rcpt() make, but for octets above 0x7f, which must be UTF-8.  An
   empty one cannot. */
bool ph_command_is_address(struct ph_span address);
/* The same for the original recipient and the envelope id; empty is good. */
bool ph_command_is_orcpt(struct ph_span orcpt);
bool ph_command_is_envid(struct ph_span envid);
bool ph_command_is_helo(struct ph_span domain);

#endif
