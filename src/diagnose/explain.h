#ifndef PH_DIAGNOSE_EXPLAIN_H
#define PH_DIAGNOSE_EXPLAIN_H

#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"
#include "base/stage.h"

#include <stdint.h>

/* What a server's words mean, or a program's about a server, and who must do
   what: by the reply code (RFC 5321 4.2, RFC 3463, RFC 5248 and the IANA
   registry, RFC 4954, 3207, 7504), by the provider and by the words.  What is
   not known is called unknown, never given an invented cause. */

enum ph_reply_nature {
	PH_NATURE_UNKNOWN = 0,
	PH_NATURE_SUCCESS,
	PH_NATURE_TEMPORARY,
	PH_NATURE_PERMANENT
};

/* Every string is constant or NULL. */
struct ph_explanation {
	/* The lines that it is about: a part of the text that was given, as
	   long as that lives.  Empty for ph_explain_codes(). */
	struct ph_span said;
	uint16_t code;        /* 0: none found in the text */
	uint16_t enhanced[3]; /* class 0: none found */
	enum ph_reply_nature nature;
	bool known;           /* more than the class is known */
	bool by_enhanced;     /* what follows is about the enhanced code */
	bool by_words;        /* it is about the words, or the provider */
	const char *provider; /* "gmail", as presets are called, or NULL */
	const char *stage;    /* "auth", ... or NULL where it tells nothing */
	const char *setting;  /* vocabulary of ph_cause_setting() */
	const char *who;      /* you admin provider recipient nobody */
	const char *retry;    /* never after-fix later other-mechanism
	                        other-server */
	const char *meaning; /* what the standard says it means, one sentence */
	const char *cause;   /* why it happens, one or two sentences */
	const char *advice;  /* what to do */
	const char *rfc;     /* "RFC 5321 4.2.2", or NULL */
};

/* What is known beside the text: NULL, NULL for nothing. */
struct ph_explain_place {
	const char *stage; /* where the reply came: "auth", ... */
	const char *host;  /* the server's name, to know the provider */
};

/* text: a reply as a server sends it (any lines), a code alone, a line of a log
   or a whole conversation with one in it, an enhanced code alone, what a
   program says of a connection, a login or a certificate that failed.  Of
   several refusals the first that mattered is the one.  Codes are found as
   whole tokens. */
void ph_explain(struct ph_span text, struct ph_explanation *out);
void ph_explain_at(const struct ph_explain_place *place, struct ph_span text,
    struct ph_explanation *out);

/* The same for the server's words within f->text, at f's stage; host (or NULL)
   is the server's.  Unknown where f holds no reply, for it speaks for itself.
   said is a part of f->text. */
void ph_explain_fault(
    const struct ph_fault *f, const char *host, struct ph_explanation *out);

/* By codes already parsed alone; enhanced may be all zero. */
void ph_explain_codes(
    uint16_t code, const uint16_t enhanced[3], struct ph_explanation *out);

/* "success", "temporary", "permanent", "unknown". */
const char *ph_reply_nature_name(enum ph_reply_nature nature);

#endif
