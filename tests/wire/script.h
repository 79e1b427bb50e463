#ifndef PH_TESTS_SCRIPT_H
#define PH_TESTS_SCRIPT_H

#include "base/arena.h"
#include "base/buf.h"
#include "script/text.h"
#include "smtp/client.h"

/* A script (script/text.h) for the client engine.  To the client it says:

       option: tls=required auth secure no_pipelining no_chunking window=N
               helo=NAME timeout=MS           each in a word, see script.c
       mail: from=A to=B to=C size=N 8bit utf8 probe ret=full envid=X
             notify=never orcpt=X split=N     the next mail; size counts the
             wait                             body unless given; size=0: none;
                                              wait: not before all are done
       body: octets of its content; more such lines add to it
       C1! and c1!: with it the content of mail 1 is handed over: lost from here
             to the reply, the mail is unsure
       D: what the driver does: quit, tls_done, auth MECH [RAW], respond RAW,
             cancel, auth_none, noop, tick MS, lost, fail (the content)
       E: an event, in order (ROOM, BODY_WANTED and TRACE are not listed)
       E?: one that may be missing, as the stream is cut

   At each S the client must have written what stands before, and no more. */

enum {
	SCRIPT_STEPS_MAX = 400,
	SCRIPT_MAILS_MAX = 16,
	SCRIPT_RCPTS_MAX = 16
};

struct script_mail {
	struct ph_envelope envelope;
	struct ph_envelope_rcpt rcpts[SCRIPT_RCPTS_MAX];
	struct ph_smtp_mail mail;
	struct ph_buf body;
	bool has_size;
	bool waits;   /* for the mails before it to be done */
	size_t split; /* octets a piece; 0: in one */
};

struct script {
	const char *name;
	struct ph_smtp_options options;
	struct script_mail mails[SCRIPT_MAILS_MAX];
	size_t mail_count;
	struct ph_script_step steps[SCRIPT_STEPS_MAX];
	size_t step_count;
	struct ph_arena pool; /* what the spans lead to */
};

/* Ends the program with a message where the text is wrong.  s is large. */
void script_parse(struct script *s, const char *name, struct ph_span text);
void script_release(struct script *s);

#endif
