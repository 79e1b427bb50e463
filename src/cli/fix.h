#ifndef PH_CLI_FIX_H
#define PH_CLI_FIX_H

#include "base/buf.h"
#include "connection/connection.h"

#include <jansson.h>

/* Settings to use instead of those that were tested, and the command that
   writes them down. */

enum {
	PH_FIX_CHANGES_MAX = 8,
	PH_FIX_VALUE_MAX = 512,
	PH_FIX_COMMAND_MAX = 8192
};

struct ph_fix_change {
	const char *key;              /* as `connection set` takes it */
	char value[PH_FIX_VALUE_MAX]; /* "": unset */
};

/* All zero: no change. */
struct ph_fix {
	struct ph_fix_change changes[PH_FIX_CHANGES_MAX];
	size_t count;
};

/* Where the connection has another value; what does not fit is left out. */
void ph_fix_set(struct ph_fix *f, const char *key, const char *value);
/* What it puts in that key's place; NULL: it leaves it. */
const char *ph_fix_value(const struct ph_fix *f, const char *key);

/* The connection as it would be.  Strings are borrowed from both. */
void ph_fix_apply(const struct ph_fix *f, const struct ph_connection *c,
    struct ph_connection *out);

/* "posthaste connection set work port=465"; for a server named on the spot the
   options in place of those that were given, "--server smtps://ann@h:465".
   "" where nothing fits. */
void ph_fix_command(const struct ph_fix *f, const struct ph_connection *c,
    char out[PH_FIX_COMMAND_MAX]);

/* Every setting that counts, changed or not, and the command. */
json_t *ph_fix_to_json(const struct ph_fix *f, const struct ph_connection *c);

/* "\"word\"" in quotes for a shell, where that is needed. */
PH_MUST_USE enum ph_err ph_fix_quote(struct ph_buf *out, const char *word);

#endif
