#ifndef PH_SCRIPT_PLAY_H
#define PH_SCRIPT_PLAY_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* What a server has to do, step by step: made of a script (play_script.c) or of
   a transcript (recording.h), played by player.h. */

/* How a session goes on behind an exchange, or does not. */
enum ph_play_end {
	PH_PLAY_GOES_ON = 0,
	PH_PLAY_HANGS_UP,
	PH_PLAY_STALLS, /* takes octets and says nothing */
	PH_PLAY_BLOCKS  /* takes none */
};

/* The handshake of TLS, and what the server makes of it. */
enum ph_play_tls {
	PH_PLAY_TLS_NONE = 0,
	PH_PLAY_TLS_ON,
	PH_PLAY_TLS_HANGS_UP,
	PH_PLAY_TLS_STALLS,
	PH_PLAY_TLS_PLAINTEXT, /* text where the server's hello is due */
	PH_PLAY_TLS_ALERT      /* it shares no version */
};

/* Octets, after so long. */
struct ph_saying {
	ph_msec delay;
	struct ph_span octets;
	struct ph_saying *next;
};

/* A command and what it is answered by. */
struct ph_exchange {
	/* Without a line end; empty with ptr NULL: the greeting. */
	struct ph_span command;
	struct ph_saying *sayings; /* NULL: none */
	struct ph_saying *last_saying;
	uint16_t code;    /* of the reply; 0: none came */
	bool is_response; /* within a login, to a 334 */
	/* The reply is a challenge that was not written down; what it said, if
	   that is known (ptr NULL: not), or that it was no base64. */
	bool is_challenge;
	bool is_no_base64;
	struct ph_span challenge;
	enum ph_play_end end;
	bool amid_content; /* and the end is there, not before it */
	enum ph_play_tls tls;
	struct ph_exchange *next;
};

struct ph_play_session {
	enum ph_play_tls tls; /* before the greeting */
	struct ph_exchange *first;
	bool has_gap; /* lines were left out of the transcript */
	/* The client found fault with the certificate, which is not in it. */
	bool has_bad_certificate;
	struct ph_play_session *next;
};

/* All of it lives as long as the arena it was made in. */
struct ph_play {
	struct ph_play_session *first;
	size_t session_count; /* at least 1 */
};

/* The first word of a command. */
struct ph_span ph_play_verb(struct ph_span command);

/* Reads S, C and D of a script (text.h).  Of D a server takes: "lost" (it hangs
   up), "tick MS" (it says nothing so long; at the end of all, nothing any
   more), "stall" (nothing from here on), "block" (it takes nothing from here
   on), "tls hangs-up", "tls stalls", "tls plaintext" and "tls alert" (before
   the greeting or behind the answer to STARTTLS, what becomes of the
   handshake), "session" (the next connection has what follows).  TLS begins
   behind a good answer to STARTTLS, and with "option: secure" before the
   greeting.  PH_EINVAL with *fault: no script; PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_play_from_script(struct ph_span text,
    struct ph_arena *a, struct ph_play *out, struct ph_fault *fault);

#endif
