#ifndef PH_DIAGNOSE_TOKEN_H
#define PH_DIAGNOSE_TOKEN_H

#include "base/span.h"

#include <stdint.h>

/* The reply code and the enhanced code in a text: a reply as a server sends it,
   or a line of somebody's log with one in it. */
struct ph_reply_tokens {
	uint16_t code;        /* 0: none */
	uint16_t enhanced[3]; /* class 0: none */
	/* The code stands as replies do: at the beginning of a line, in
	   quotation marks or brackets, behind a colon, before an enhanced
	   code. */
	bool is_placed;
};

/* Finds them as whole tokens: 5.7.1399 holds no 5.7.139, and neither an address
   nor a port is a code.  is_known tells which codes exist: among several
   numbers it speaks for one. */
void ph_reply_tokens_find(struct ph_span text, bool (*is_known)(uint16_t code),
    struct ph_reply_tokens *out);

#endif
