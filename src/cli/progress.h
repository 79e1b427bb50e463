#ifndef PH_CLI_PROGRESS_H
#define PH_CLI_PROGRESS_H

#include "cli/cli.h"
#include "deliver/session.h"
#include "io/loop.h"

/* How far a big message has got, on standard error: from one second on, and
   only on a terminal, without --quiet.  All zero may be released. */
struct ph_progress {
	struct ph_timer *timer;
	struct ph_loop *loop;
	const struct ph_session *session;
	uint64_t octets; /* of the message; once for each transaction */
	ph_msec begun_ms;
	bool shown;
};

/* Does nothing where nobody would see it.  Without memory there is no bar. */
void ph_progress_begin(struct ph_progress *p, const struct ph_cli *cli,
    struct ph_loop *loop, const struct ph_session *session, uint64_t octets);
/* Takes it off the screen. */
void ph_progress_end(struct ph_progress *p);

/* "[=====>    ]  52 %  10.4 of 20.0 MiB" into out, always a string. */
void ph_progress_line(uint64_t done, uint64_t all, char *out, size_t out_size);

#endif
