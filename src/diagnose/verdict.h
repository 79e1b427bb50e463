#ifndef PH_DIAGNOSE_VERDICT_H
#define PH_DIAGNOSE_VERDICT_H

#include "base/fault.h"

/* What a test says of each setting. */
enum ph_verdict {
	PH_VERDICT_NOT_REACHED = 0, /* the conversation ended before it */
	PH_VERDICT_PROVEN,
	PH_VERDICT_SUSPECT,
	PH_VERDICT_NOT_USED /* it played no part */
};

/* "proven", "suspect", "not-reached", "not-used". */
const char *ph_verdict_name(enum ph_verdict verdict);

/* How one step of the conversation went. */
enum ph_step_state {
	PH_STEP_NOT_REACHED = 0,
	PH_STEP_GOOD,
	PH_STEP_FAILED,
	PH_STEP_NOT_USED
};

/* What was seen.  All zero: nothing was reached. */
struct ph_evidence {
	enum ph_step_state greeting;
	enum ph_step_state tls;         /* the handshake */
	enum ph_step_state certificate; /* by issuer and name, or by pin */
	enum ph_step_state proxy;
	enum ph_step_state ehlo;
	enum ph_step_state auth;
	enum ph_step_state mail;
	enum ph_step_state rcpt;
	enum ph_step_state data;
	bool in_clear; /* no encryption, as asked for */
	/* Words came from the server, in the test or in a try after it: from
	   the host, and from that very port. */
	bool host_answers;
	bool port_answers;
	bool has_password;
	struct ph_fault fault; /* not set: all went well */
};

/* The settings that every test judges, in this order. */
enum {
	PH_VERDICT_SETTINGS = 13
};

extern const char *const ph_verdict_settings[PH_VERDICT_SETTINGS];

/* Of ph_verdict_settings[i].  What is behind a good login is proven, whatever
   failed later. */
enum ph_verdict ph_verdict_of(const struct ph_evidence *e, size_t i);

/* The setting that the fault points at where it is none of those; else NULL. */
const char *ph_verdict_other(const struct ph_evidence *e);

#endif
