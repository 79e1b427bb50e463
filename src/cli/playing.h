#ifndef PH_CLI_PLAYING_H
#define PH_CLI_PLAYING_H

#include "base/arena.h"
#include "cli/cli.h"
#include "io/tls.h"
#include "sasl/server.h"
#include "script/play.h"

/* A server that plays a conversation until it is stopped: `replay`, and `sink
   --script`.  Its first line on standard output says where it listens; then a
   line for each session that is over:

       {"n":1,"session":1,"unexpected":0}

   n counts the clients, session says which one of the conversation was played,
   unexpected how often the client did something else; each of those is a note
   on standard error. */
struct ph_playing {
	const struct ph_cli *cli;
	const char *address; /* NULL: 127.0.0.1:2525 */
	struct ph_play play;
	struct ph_tls_context *tls;        /* borrowed; where the play has it */
	const struct ph_sasl_users *users; /* borrowed; or NULL */
	const char *ca_file;               /* told on the first line; or NULL */
	uint64_t count_max;                /* ends after so many; 0: no end */
};

/* The octets of a file, or of standard input where it is "-", in out.
   PH_EIO, PH_EINVAL, PH_ETOOBIG with *fault; PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_playing_read(
    const char *path, struct ph_buf *out, struct ph_fault *fault);

/* Reads p->play from a script (script/text.h); it lives as long as a.  The same
   errors, each with *fault. */
PH_MUST_USE enum ph_err ph_playing_script(struct ph_playing *p,
    const char *path, struct ph_arena *a, struct ph_fault *fault);

/* Until SIGINT, SIGTERM or the last of count_max. */
enum ph_exit ph_playing_run(const struct ph_playing *p);

#endif
