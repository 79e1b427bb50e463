#ifndef PH_SURVEY_SURVEY_H
#define PH_SURVEY_SURVEY_H

#include "base/fault.h"
#include "discover/candidate.h"
#include "io/loop.h"

/* Looks for the settings of an address: asks the name servers, the web and,
   where that is wanted, the mail servers themselves, all at once.  Runs on the
   caller's loop; what happens is pulled as events.  No password is ever sent,
   there is none. */
struct ph_survey;

enum {
	/* All of it together, to the last answer. */
	PH_SURVEY_TIMEOUT_MS = 9000,
	PH_SURVEY_PATIENCE_MS = 1500,
	PH_SURVEY_CONTACTS_MAX = 256,
	PH_SURVEY_NOTES_MAX = 32
};

/* Everything is borrowed as long as the survey. */
struct ph_survey_options {
	const struct ph_subject *subject;
	bool is_offline; /* nobody is asked: what is known here alone */
	bool probes;     /* mail servers are asked, and usual names tried */
	bool asks_all;   /* also where the provider is known by the domain */
	const char *collection; /* a URL that the domain is put behind, or
	                           NULL */
	const char *ca_file;    /* trusted in place of the system's; "":
	                           those */
	ph_msec timeout;        /* 0: PH_SURVEY_TIMEOUT_MS */
	/* Once nothing better can come, so long is waited for what else there
	   is.  0: PH_SURVEY_PATIENCE_MS */
	ph_msec patience;
};

/* PH_EINVAL with *fault: the collection's URL is not https; PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_survey_new(struct ph_loop *l,
    const struct ph_survey_options *opt, struct ph_survey **out,
    struct ph_fault *fault);
/* NULL is accepted. */
void ph_survey_free(struct ph_survey *s);
PH_DEFINE_CLEANUP(ph_survey_free, struct ph_survey)

enum ph_survey_event_type {
	PH_SURVEY_NONE = 0,
	PH_SURVEY_CONTACT, /* .text: who is asked, from now on */
	PH_SURVEY_DONE     /* nothing follows */
};

struct ph_survey_event {
	enum ph_survey_event_type type;
	const char *text; /* as long as the survey */
};

PH_MUST_USE enum ph_err ph_survey_start(struct ph_survey *s);
/* To be called after each turn of the loop, until it says NONE; it is this that
   gets things going.  After DONE nothing is registered on the loop but what
   ph_survey_free() takes away. */
void ph_survey_next_event(struct ph_survey *s, struct ph_survey_event *out);
/* Ends it with what has been found so far. */
void ph_survey_stop(struct ph_survey *s);

/* What is known so far, in order from DONE on; as long as the survey. */
struct ph_survey_result {
	const struct ph_candidates *candidates;
	const char *const *contacts; /* "dns:example.com?type=MX", URLs,
	                                "smtps://smtp.example.com:465" */
	size_t contact_count;
	const char *const *notes; /* what a person should know besides */
	size_t note_count;
	const char *meant;   /* the domain that may have been meant; "" */
	bool has_no_domain;  /* there is no such domain */
	bool has_no_network; /* no name server answered */
	bool ran_out_of_time;
	bool ran_out_of_memory;
	const struct ph_preset *without_smtp; /* the provider has none */
};

void ph_survey_result(const struct ph_survey *s, struct ph_survey_result *out);

#endif
