#ifndef PH_CLI_TALK_H
#define PH_CLI_TALK_H

#include "cli/server.h"
#include "cli/transcript.h"
#include "config/memory.h"
#include "deliver/session.h"

/* A session of the command line: the loop, the session on it, and the signals
   that end it.  All zero may be released. */
struct ph_talk {
	struct ph_loop *loop;
	struct ph_session *session;
	struct ph_signal *on_int, *on_term;
	struct ph_cli_server *server;     /* borrowed */
	struct ph_transcript *transcript; /* borrowed */
	struct ph_memory *memory;
	struct ph_gate gate;
	bool logs_in;
	unsigned weaker_max; /* set before: see struct ph_session_options */
	bool other_name;     /* likewise */
};

/* Makes loop and session, opens nothing.  PH_EINVAL, PH_ENOMEM with *fault. */
PH_MUST_USE enum ph_err ph_talk_begin(struct ph_talk *t,
    struct ph_cli_server *server, struct ph_transcript *transcript,
    struct ph_fault *fault);

/* Takes a turn to send to so many recipients (`rate`, `quota`), and waits for
   it.  PH_EDENIED, PH_EIO (interrupted) with *fault. */
PH_MUST_USE enum ph_err ph_talk_book(struct ph_talk *t, size_t rcpt_count,
    struct ph_memory_booking *out, struct ph_fault *fault);

/* Nothing went: it is given back. */
void ph_talk_unbook(struct ph_talk *t, const struct ph_memory_booking *b);

/* Waits for a place among the `sessions` that may be open; every step to
   READY; once more with a fresh token, where the server refused
   one that may have ended.  PH_EIO with *fault, also where no login may be
   tried (`attempts`), or no place became free: then nothing was opened. */
PH_MUST_USE enum ph_err ph_talk_connect(
    struct ph_talk *t, struct ph_fault *fault);

/* Remembers what was seen of the server, however it went.  What went wrong with
   that stands in the transcript. */
void ph_talk_remember(struct ph_talk *t);
/* What a person has to know of it; "" for nothing. */
const char *ph_talk_note(const struct ph_talk *t);

void ph_talk_release(struct ph_talk *t);

#endif
