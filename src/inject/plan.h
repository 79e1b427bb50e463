#ifndef PH_INJECT_PLAN_H
#define PH_INJECT_PLAN_H

#include "inject/fault.h"
#include "inject/likeness.h"

/* What a server will do wrong, and what it has done: all its faults, the
   likeness it has, its limits in time.  It decides; somebody else does.  No
   clock, no chance but the seed's. */
struct ph_inject_plan;

enum {
	PH_INJECT_FAULTS_MAX = 64,
	PH_INJECT_RATES_MAX = 4
};

/* PH_ENOMEM.  like: borrowed, NULL: as it is. */
PH_MUST_USE enum ph_err ph_inject_plan_new(uint64_t seed,
    const struct ph_inject_likeness *like, struct ph_inject_plan **out);
void ph_inject_plan_free(struct ph_inject_plan *p);

/* One more fault.  PH_EINVAL with *why, PH_ETOOBIG (there are too many),
   PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_inject_plan_add(struct ph_inject_plan *p,
    struct ph_span text, struct ph_inject_complaint *why);
/* No more than so many messages in that time, "10/1min".  A day or longer is a
   quota in the words of the refusal.  PH_EINVAL, PH_ETOOBIG, PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_inject_plan_limit(
    struct ph_inject_plan *p, struct ph_span text);

const struct ph_inject_likeness *ph_inject_plan_like(
    const struct ph_inject_plan *p);
/* The seed counts: something happens by chance. */
bool ph_inject_plan_is_random(const struct ph_inject_plan *p);
/* Something in it needs TLS to be spoken. */
bool ph_inject_plan_needs_tls(const struct ph_inject_plan *p);
/* Bits by enum ph_inject_certificate: those that will be shown. */
unsigned ph_inject_plan_certificates(const struct ph_inject_plan *p);

/* What has happened in one session.  All zero, then _begin(). */
struct ph_inject_session {
	uint64_t number; /* 1 is the first of the run */
	uint32_t seen[PH_INJECT_FAULTS_MAX];
	uint32_t done[PH_INJECT_FAULTS_MAX];
	bool foreign_sender; /* of the message under way */
	uint64_t octets;     /* of its content */
	char sender[256];    /* cut, for greylisting */
	size_t sender_len;
};

void ph_inject_session_begin(
    struct ph_inject_plan *p, struct ph_inject_session *s);

/* Where the session is. */
struct ph_inject_moment {
	enum ph_smtpd_stage stage;
	struct ph_span subject; /* as PH_SMTPD_STAGE; LOGIN: the user's name */
	struct ph_span user;    /* who is logged in; empty: nobody */
	bool secure;
	size_t octets; /* CONTENT: how many came */
	ph_msec now;
};

enum {
	PH_INJECT_EDITS_MAX = 16
};

/* What to do there.  Pointers live as long as the plan. */
struct ph_inject_decision {
	ph_msec wait; /* first, this long; 0: not at all */
	ph_msec drip; /* between two octets of the reply; 0: all at once */
	/* REPLY, HANGUP, RESET, STALL, GARBLE, INJECT, PLAIN, TLS, CERTIFICATE
	   or CHALLENGE; NONE: as usual. */
	enum ph_inject_action action;
	const struct ph_smtpd_reply *reply;
	bool yes; /* reply is said when it goes on, instead of refusing */
	struct ph_span octets;
	enum ph_inject_certificate certificate;
	/* EHLO: the lines to leave out and to add. */
	struct ph_span without[PH_INJECT_EDITS_MAX];
	struct ph_span with[PH_INJECT_EDITS_MAX];
	size_t without_count, with_count;
	/* The faults that made it so, as given; for telling. */
	const char *by[PH_INJECT_EDITS_MAX];
	size_t by_count;
};

/* Counts what it decides: to be asked once at each stage.  Of faults that apply
   to the same stage waiting ones add up, and the first of the others counts. */
void ph_inject_decide(struct ph_inject_plan *p, struct ph_inject_session *s,
    const struct ph_inject_moment *m, struct ph_inject_decision *out);

#endif
