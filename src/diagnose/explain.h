#ifndef PH_DIAGNOSE_EXPLAIN_H
#define PH_DIAGNOSE_EXPLAIN_H

#include "base/err.h"
#include "base/span.h"
#include "base/stage.h"

#include <stdint.h>

/* What a server's words mean (RFC 5321 4.2, RFC 3463, RFC 5248 and the IANA
   registry, RFC 4954, 3207, 7504).  Works on the code and the enhanced code; an
   unknown one is called unknown, never given an invented cause. */

enum ph_reply_nature {
	PH_NATURE_UNKNOWN = 0,
	PH_NATURE_SUCCESS,
	PH_NATURE_TEMPORARY,
	PH_NATURE_PERMANENT
};

/* Every string is constant or NULL. */
struct ph_explanation {
	uint16_t code;        /* 0: none found in the text */
	uint16_t enhanced[3]; /* class 0: none found */
	enum ph_reply_nature nature;
	bool known;          /* more than the class is known */
	bool by_enhanced;    /* what follows is about the enhanced code */
	const char *stage;   /* "auth", ... or NULL where it tells nothing */
	const char *setting; /* vocabulary of ph_cause_setting() */
	const char *who;     /* you admin provider recipient nobody */
	const char *retry;   /* never after-fix later other-mechanism
	                        other-server */
	const char *meaning; /* what the standard says it means, one sentence */
	const char *cause;   /* why it happens, one or two sentences */
	const char *advice;  /* what to do */
	const char *rfc;     /* "RFC 5321 4.2.2", or NULL */
};

/* text: a reply as a server sends it (any lines), a code alone, a log line with
   one in it, an enhanced code alone.  Finds the codes as whole tokens. */
void ph_explain(struct ph_span text, struct ph_explanation *out);

/* The same for codes already parsed; enhanced may be all zero. */
void ph_explain_codes(
    uint16_t code, const uint16_t enhanced[3], struct ph_explanation *out);

/* "success", "temporary", "permanent", "unknown". */
const char *ph_reply_nature_name(enum ph_reply_nature nature);

#endif
