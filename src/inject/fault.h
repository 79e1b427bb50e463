#ifndef PH_INJECT_FAULT_H
#define PH_INJECT_FAULT_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "smtpd/reply.h"
#include "smtpd/stage.h"

/* One thing that a server is told to do wrong:

       WHEN:WHAT
       STAGE[=PATTERN][,CONDITION[=VALUE]]...:ACTION[=ARGUMENT]

   as in "rcpt=bob@*,times=2:reply=451 4.7.1 Come back later".  WHAT goes to
   the end of the text and may hold anything. */

enum ph_inject_action {
	PH_INJECT_NONE = 0,
	PH_INJECT_REPLY,  /* this reply; the one that means yes is the yes in
	                     other words, any other refuses */
	PH_INJECT_SAY,    /* the words of the server it is like */
	PH_INJECT_HANGUP, /* FIN, without a word */
	PH_INJECT_RESET,  /* RST */
	PH_INJECT_STALL,  /* nothing any more, until the client goes */
	PH_INJECT_SLOW,   /* waits, and goes on */
	PH_INJECT_DRIP,   /* the reply leaves an octet at a time */
	PH_INJECT_GARBLE, /* octets that are no reply, in its place */
	PH_INJECT_STRIP,  /* EHLO does not say this keyword */
	PH_INJECT_ADD,    /* EHLO says this line too */
	PH_INJECT_INJECT, /* octets behind the reply to STARTTLS */
	PH_INJECT_PLAIN,  /* text where TLS is due */
	PH_INJECT_TLS,    /* TLS where text is due */
	PH_INJECT_CERTIFICATE,
	PH_INJECT_CHALLENGE, /* this one, and what is answered is wrong */
	PH_INJECT_GREYLIST
};

enum ph_inject_certificate {
	PH_INJECT_SOUND = 0,
	PH_INJECT_EXPIRED,
	PH_INJECT_NOT_YET,
	PH_INJECT_WRONG_NAME,
	PH_INJECT_WEAK,
	PH_INJECT_CHAIN_MISSING,
	PH_INJECT_SELF_SIGNED
};

enum ph_inject_side {
	PH_INJECT_BOTH = 0,
	PH_INJECT_CLEAR, /* before TLS */
	PH_INJECT_SECURE /* under TLS */
};

enum {
	PH_INJECT_CERTIFICATE_COUNT = PH_INJECT_SELF_SIGNED + 1,
	PH_INJECT_TEXT_MAX = 4096, /* of a whole fault */
	PH_INJECT_WAIT_MAX = 24 * 3600 * 1000,
	PH_INJECT_COMPLAINT_MAX = 256
};

struct ph_inject_fault {
	const char *text; /* as it was given */

	/* when */
	enum ph_smtpd_stage stage;
	bool any;               /* each command, and the end of the content */
	bool has_pattern;       /* else whatever it is about */
	struct ph_span pattern; /* pattern.h */
	uint32_t from;          /* 0: from the first */
	uint32_t times;         /* 0: always */
	uint32_t session;       /* 0: in each */
	bool each_session;      /* from and times count in each anew */
	unsigned percent;       /* 100: always */
	enum ph_inject_side side;
	uint64_t after; /* octets of content before it */

	/* what */
	enum ph_inject_action action;
	struct ph_smtpd_reply reply; /* REPLY */
	enum ph_smtpd_phrase phrase; /* SAY */
	ph_msec wait;                /* SLOW, DRIP (an octet), GREYLIST */
	struct ph_span octets; /* GARBLE, INJECT, CHALLENGE; STRIP and ADD: a
	                          line */
	enum ph_inject_certificate certificate;
};

/* Why one cannot be used. */
struct ph_inject_complaint {
	char text[PH_INJECT_COMPLAINT_MAX]; /* "no stage \"rctp\"" */
	/* The word that is none, in the text given, and those that are, with
	   blanks between; words NULL: it is not about a word. */
	struct ph_span word;
	const char *words;
	const char *example; /* one that can be used */
};

/* All it points to lies in a.  PH_EINVAL with *why (which is not written else);
   PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_inject_fault_parse(struct ph_span text,
    struct ph_arena *a, struct ph_inject_fault *out,
    struct ph_inject_complaint *why);

/* That a reply of this code means yes there. */
bool ph_inject_is_yes(enum ph_smtpd_stage stage, uint16_t code);

/* "rcpt", "too-big", "expired"; the lists have blanks between. */
const char *ph_inject_stage_name(enum ph_smtpd_stage stage);
const char *ph_inject_stage_names(void);
const char *ph_inject_action_names(void);
const char *ph_inject_phrase_name(enum ph_smtpd_phrase phrase);

#endif
