#ifndef PH_CLI_SINK_MAIL_H
#define PH_CLI_SINK_MAIL_H

#include "cli/cli.h"
#include "io/maildir.h"
#include "listen/server.h"

/* What the sink does with mail: counts it, keeps it as it came where it is told
   to, and prints a JSON line for each message. */

struct ph_sink_message;

struct ph_sink {
	const struct ph_cli *cli;
	struct ph_server *server;
	struct ph_maildir *maildir; /* NULL: nothing is kept */
	bool sync;                  /* a message is on disk before its 250 */
	uint64_t count_max;         /* 0: no end */

	/* private */
	uint64_t count;
	bool stopped;
	unsigned signals;    /* received */
	bool storage_failed; /* said so, until something is kept again */
	enum ph_exit exit;
	struct ph_sink_message *spare; /* kept, so that messages allocate
	                                  nothing */
};

/* Its ctx is the sink. */
extern const struct ph_server_handler ph_sink_handler;

/* Frees what messages were kept; none may be under way. */
void ph_sink_release(struct ph_sink *s);

#endif
