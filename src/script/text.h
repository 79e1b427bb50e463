#ifndef PH_SCRIPT_TEXT_H
#define PH_SCRIPT_TEXT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"

#include <stdbool.h>

/* A conversation as a text file, one step a line:

       # words for the reader
       S: a line from the server, CRLF added      s: octets, nothing added
       C: a line from the client                  c: octets of it
       C1! and c1! the same, and with it the content of mail 1 is handed over
       D: what happens besides, see play.h
       E: what a client is to tell of it          E?: and may leave out
       option: mail: body:  what the client is to do

   A server reads S, C and D.  The rest is for tests of a client, which read the
   same files.  In S, C, D, E and body stands \r \n \\ \xHH for an octet. */

enum {
	PH_SCRIPT_TEXT_MAX = 1024 * 1024,
	PH_SCRIPT_STEPS_MAX = 20000
};

enum ph_script_kind {
	PH_SCRIPT_SERVER,
	PH_SCRIPT_CLIENT,
	PH_SCRIPT_DRIVER,
	PH_SCRIPT_EVENT,
	PH_SCRIPT_OPTION,
	PH_SCRIPT_MAIL,
	PH_SCRIPT_BODY
};

struct ph_script_step {
	enum ph_script_kind kind;
	/* With CRLF, where one was added.  Of option and mail as it stands in
	   the file, escapes and all. */
	struct ph_span bytes;
	uint64_t hands_over; /* the content of this mail; 0: none */
	bool is_optional;    /* an event */
	unsigned line;
};

/* All of it lives as long as the arena. */
struct ph_script {
	const struct ph_script_step *steps;
	size_t count;
};

/* PH_EINVAL with *fault, which names the line; PH_ENOMEM, also where a does not
   suffice: some three times the text and sixty octets a line. */
PH_MUST_USE enum ph_err ph_script_parse(struct ph_span text, struct ph_arena *a,
    struct ph_script *out, struct ph_fault *fault);

/* A copy with escapes resolved, and with CRLF behind it.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_script_unescape(
    struct ph_span text, bool crlf, struct ph_arena *a, struct ph_span *out);

#endif
