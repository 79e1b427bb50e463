#ifndef PH_DIAGNOSE_LINE_H
#define PH_DIAGNOSE_LINE_H

#include "base/span.h"

#include <stdint.h>

/* A line of what somebody pasted: a conversation as some program shows it, with
   that program's marks before each line ("<** ", "S: ", "SERVER -> CLIENT: ",
   "reply: b'", the time), or anything else. */

enum ph_line_kind {
	PH_LINE_OTHER,
	PH_LINE_EMPTY,
	PH_LINE_REPLY,  /* of a server, from its code on */
	PH_LINE_COMMAND /* of a client */
};

struct ph_line {
	enum ph_line_kind kind;
	struct ph_span text; /* without the marks */
	uint16_t code;       /* PH_LINE_REPLY */
	const char *stage;   /* PH_LINE_COMMAND: "auth", ... */
};

/* line is without its end.  out->text is part of it. */
void ph_line_read(struct ph_span line, struct ph_line *out);

#endif
