#ifndef PH_INJECT_LIKENESS_H
#define PH_INJECT_LIKENESS_H

#include "base/buf.h"
#include "smtpd/reply.h"
#include "smtpd/stage.h"

/* How a maker's or provider's servers present themselves and refuse: the rows
   of data/likenesses.tsv, compiled in. */
struct ph_inject_likeness {
	const char *name;  /* "gmail" */
	const char *about; /* "Gmail and Google Workspace" */
	const char *hostname;
	const char *extensions; /* "SIZE|STARTTLS|AUTH|..." */
	/* What it offers of what can be offered, in its order, blanks between;
	   "": all. */
	const char *mechanisms;
	uint64_t size_max;   /* 0: no limit */
	uint32_t rcpt_max;   /* a message; 0: ours */
	uint32_t mail_max;   /* a session; 0: no limit */
	uint32_t errors_max; /* 0: ours */
	bool login_required; /* before MAIL, whether there are users or not */
	/* Where it refuses who is logged in as somebody else, and who sends too
	   much; NONE: it does not look. */
	enum ph_smtpd_stage owner_at, rate_at;
	struct ph_smtpd_reply words[PH_PHRASE_COUNT];
};

/* The table, by name; the first is our own server. */
extern const struct ph_inject_likeness ph_inject_likenesses[];
extern const size_t ph_inject_likenesses_count;

/* NULL: there is none of that name. */
const struct ph_inject_likeness *ph_inject_likeness_find(struct ph_span name);

/* What to say for phrase, from NULL our own words. */
const struct ph_smtpd_reply *ph_inject_likeness_words(
    const struct ph_inject_likeness *like, enum ph_smtpd_phrase phrase);

/* Adds those of available that like offers, in its order, blanks between. */
PH_MUST_USE enum ph_err ph_inject_likeness_mechanisms(
    const struct ph_inject_likeness *like, struct ph_span available,
    struct ph_buf *out);

/* That who is logged in as user may send as sender, as a server sees it that
   looks: the same address, or one with that local part. */
bool ph_inject_likeness_owns(struct ph_span user, struct ph_span sender);

#endif
