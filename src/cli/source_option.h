#ifndef PH_CLI_SOURCE_OPTION_H
#define PH_CLI_SOURCE_OPTION_H

#include "base/arena.h"
#include "cli/cli.h"
#include "connection/connection.h"

/* An option that says where a password is that is to be kept: of the sources
   those that are not this program's own.  PH_EINVAL with *fault, which does not
   repeat the text, for that may be the password; PH_ENOMEM. */
struct ph_source_option {
	const char *name;    /* "--from" */
	const char *text;    /* "env:NAME" */
	const char *command; /* whose help the advice names */
};

PH_MUST_USE enum ph_err ph_source_option_read(const struct ph_source_option *o,
    struct ph_arena *a, struct ph_secret_source *out, struct ph_fault *fault);

#endif
