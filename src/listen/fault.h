#ifndef PH_LISTEN_FAULT_H
#define PH_LISTEN_FAULT_H

#include "inject/plan.h"
#include "listen/state.h"

/* What a session does wrong because a plan says so.  A session without a plan
   has none of this. */
struct ph_listen_fault {
	struct ph_inject_session counts;
	/* What was decided where the session is, and when it will be done. */
	struct ph_inject_decision decision;
	enum ph_smtpd_stage stage;
	ph_msec until; /* PH_NEVER: it does not wait */
	bool begun;
	bool over;    /* what is still reported counts for nothing */
	bool stalled; /* what comes is read and dropped, until the client goes
	               */
	bool plain;   /* and what comes first is answered in clear */
	bool cut;     /* ends with a reset */

	ph_msec drip; /* between octets; 0: not */
	ph_msec next_octet;
	bool dripped; /* some were sent so */

	struct ph_tls_context *tls; /* for the handshake; NULL: the usual */
	struct ph_span inject;      /* behind the reply to STARTTLS */
	struct ph_span challenge;   /* for the login that begins; ptr NULL: the
	                               usual */
	bool challenged;            /* it was sent */
	struct ph_smtpd_reply answer;     /* the handler's, of KEPT */
	enum ph_smtpd_auth_result result; /* of LOGIN */
};

/* NULL in s->fault when the server has no plan.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_listen_fault_new(struct ph_listen_session *s);

/* The session has come to stage.  What goes on as usual is done before it
   returns, or when it waited long enough. */
void ph_listen_fault_at(struct ph_listen_session *s, enum ph_smtpd_stage stage,
    struct ph_span subject);
/* So many octets of content have come. */
void ph_listen_fault_content(struct ph_listen_session *s, size_t octets);

/* Before a session runs: begins it, and does what is due.  False: there is
   nothing to run, or it is gone. */
bool ph_listen_fault_run(struct ph_listen_session *s);
/* No input may be taken now. */
bool ph_listen_fault_holds(const struct ph_listen_session *s);
/* Writes what may be written while replies drip.  As flush(). */
PH_MUST_USE enum ph_err ph_listen_fault_drip(struct ph_listen_session *s);

#endif
