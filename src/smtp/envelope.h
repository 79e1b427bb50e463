#ifndef PH_SMTP_ENVELOPE_H
#define PH_SMTP_ENVELOPE_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* RFC 3461 4.1; 0 asks for nothing (the server's default). */
enum ph_dsn_notify {
	PH_NOTIFY_SUCCESS = 1 << 0,
	PH_NOTIFY_FAILURE = 1 << 1,
	PH_NOTIFY_DELAY = 1 << 2,
	PH_NOTIFY_NEVER = 1 << 3
};

enum ph_dsn_ret {
	PH_RET_NONE = 0,
	PH_RET_FULL,
	PH_RET_HDRS
};

/* One recipient, as it goes to the wire: `local@domain` without brackets,
   domain in A-labels; octets above 0x7f only in a local part that needs
   SMTPUTF8. */
struct ph_envelope_rcpt {
	struct ph_span address;
	unsigned notify; /* enum ph_dsn_notify, joined */
	struct ph_span
	    orcpt; /* the original address, not yet xtext; or empty */
};

/* Sender and recipients as the protocol sees them; never confused with the
   headers.  All spans are borrowed. */
struct ph_envelope {
	struct ph_span sender; /* empty: the null sender <> */
	const struct ph_envelope_rcpt *rcpts;
	size_t rcpt_count;
	enum ph_dsn_ret ret;
	struct ph_span envid; /* not yet xtext; or empty */
};

#endif
