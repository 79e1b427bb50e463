#ifndef PH_DIAGNOSE_PASSAGE_H
#define PH_DIAGNOSE_PASSAGE_H

#include "base/span.h"
#include "diagnose/token.h"

/* The part of a pasted text that says what went wrong: of a conversation or a
   log the first refusal that mattered, since later ones are its echoes and what
   went well before is no part of it. */
struct ph_passage {
	struct ph_span text; /* whole lines; all of it where none stands out */
	struct ph_reply_tokens tokens;
	const char *stage; /* by the command above it, or NULL */
	bool is_refusal;   /* it has a code that begins with 4 or 5 */
};

/* is_known: as in ph_reply_tokens_find(). */
void ph_passage_find(struct ph_span text, bool (*is_known)(uint16_t code),
    struct ph_passage *out);

/* Takes the next line of *rest, without its end, into *line; false at the
   end. */
bool ph_passage_line(struct ph_span *rest, struct ph_span *line);

#endif
