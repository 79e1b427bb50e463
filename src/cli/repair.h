#ifndef PH_CLI_REPAIR_H
#define PH_CLI_REPAIR_H

#include "cli/fix.h"
#include "cli/server.h"
#include "cli/transcript.h"

/* --fix NAME: what was found to work is asked about, proven by a second test,
   login and all, and then written into a connection. */

struct ph_repair_question {
	const struct ph_cli *cli;
	const struct ph_options *options;
	const char *name; /* the connection's, which may be a new one */
	bool yes;         /* nobody is asked */
	/* Its connection is the one tested; changed while the second test
	   runs. */
	struct ph_cli_server *server;
	struct ph_transcript *transcript;
	const struct ph_fix *fix;
};

/* PH_OK: it works and is written, *path_out (in the server's arena) says where.
   PH_EDENIED with *fault: nobody said yes, or there is no such connection and
   none can be made.  PH_EIO with *fault: the second test failed, nothing is
   written.  PH_EINVAL, PH_ENOMEM with *fault. */
PH_MUST_USE enum ph_err ph_repair_run(const struct ph_repair_question *q,
    const char **path_out, struct ph_fault *fault);

#endif
