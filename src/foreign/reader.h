#ifndef PH_FOREIGN_READER_H
#define PH_FOREIGN_READER_H

#include "foreign/foreign.h"

/* What the readers of all formats do: begin a connection, set its settings,
   keep a secret, say what could not be taken.  A reader of a format is

     enum ph_err ph_foreign_read_FORMAT(struct ph_foreign_reader *r);

   which gives PH_OK, PH_ENOMEM, or PH_EINVAL once it has called
   ph_foreign_refuse(). */
struct ph_foreign_reader {
	struct ph_foreign *out;
	struct ph_span text; /* without a byte order mark */
	const char *address;
	const char *home;
	bool takes_all;
	struct ph_foreign_connection *current; /* what set and keep are about */
	unsigned line;                         /* where they are */
	struct ph_fault *fault;
};

/* Starts another connection; name may be empty.  PH_EINVAL: too many. */
PH_MUST_USE enum ph_err ph_foreign_begin(
    struct ph_foreign_reader *r, struct ph_span name);

/* Sets "port", "proxy.host": the value is copied, and replaces an earlier one.
   What ph_setting_check() refuses is a loss, named `what`.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_foreign_set(struct ph_foreign_reader *r,
    const char *setting, struct ph_span value, const char *what);
/* The same for the name of a file, which may begin with ~/.  The system's own
   bundle of certificates is left out: ours is what it is. */
PH_MUST_USE enum ph_err ph_foreign_set_path(struct ph_foreign_reader *r,
    const char *setting, struct ph_span value, const char *what);
void ph_foreign_unset(struct ph_foreign_reader *r, const char *setting);
/* Of the current connection; ptr NULL: not set. */
struct ph_span ph_foreign_get(
    const struct ph_foreign_reader *r, const char *setting);
/* Takes a copy.  One that holds a control byte is a loss. */
PH_MUST_USE enum ph_err ph_foreign_keep(struct ph_foreign_reader *r,
    enum ph_role role, struct ph_span secret, const char *what);
/* Says that something was not taken; the same is said once a line.
   PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_foreign_lose(
    struct ph_foreign_reader *r, struct ph_span what, const char *why);
/* The text is not of the format; PH_EINVAL. */
PH_PRINTF(2, 3)
PH_MUST_USE enum ph_err ph_foreign_refuse(
    struct ph_foreign_reader *r, const char *fmt, ...);

/* Takes the next line, without its end and the blanks around it, and counts it
   in r->line.  CRLF, LF and CR end one.  False at the end. */
bool ph_foreign_next_line(
    struct ph_foreign_reader *r, struct ph_span *rest, struct ph_span *out);

/* A name with or without the address's display name becomes `from`; either may
   be empty. */
PH_MUST_USE enum ph_err ph_foreign_set_from(struct ph_foreign_reader *r,
    struct ph_span address, struct ph_span name, const char *what);

/* "yes on true 1 enable" are true, "no off false 0 disable" false. */
bool ph_foreign_is_true(struct ph_span s);

/* How another program's words for a setting become ours. */
struct ph_foreign_key {
	const char *name; /* there */

	enum {
		PH_FOREIGN_SET,   /* as it is; setting says what */
		PH_FOREIGN_LOSE,  /* not; setting says why */
		PH_FOREIGN_IGNORE /* it changes nothing about a connection */
	} what;

	const char *setting;
};

#endif
