#ifndef PH_FOREIGN_FOREIGN_H
#define PH_FOREIGN_FOREIGN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/secret.h"
#include "base/span.h"
#include "connection/role.h"
#include "connection/settings.h"

/* Other programs' settings for sending mail: read into settings of connections,
   and written from them.  Bytes in, bytes out.  A format is a row of the table
   in format.c, with a file for its reader and one for its writer. */

enum ph_foreign_format {
	PH_FOREIGN_MSMTPRC,
	PH_FOREIGN_MAILRC,     /* of mailx, s-nail */
	PH_FOREIGN_SWAKS,      /* a command line, or .swaksrc */
	PH_FOREIGN_URL,        /* of nodemailer, Symfony and others */
	PH_FOREIGN_NODEMAILER, /* its transport as JSON */
	PH_FOREIGN_AUTOCONFIG, /* Thunderbird's XML */
	PH_FOREIGN_POSTFIX,    /* main.cf and the map of passwords */
	PH_FOREIGN_CURL        /* a command line */
};

enum {
	PH_FOREIGN_FORMAT_COUNT = PH_FOREIGN_CURL + 1,
	PH_FOREIGN_TEXT_MAX = 1024 * 1024,
	/* Accounts of one file; more is not a person's. */
	PH_FOREIGN_CONNECTIONS_MAX = 256,
	/* What could not be taken; more is cut off with a line that says so. */
	PH_FOREIGN_LOSSES_MAX = 1000
};

/* "msmtprc", "mailrc", "swaks", "url", "nodemailer", "autoconfig", "postfix",
   "curl". */
const char *ph_foreign_format_name(enum ph_foreign_format f);
/* One of those words, or another that people use for it; case does not matter.
   PH_EINVAL. */
PH_MUST_USE enum ph_err ph_foreign_format_parse(
    struct ph_span s, enum ph_foreign_format *out);
bool ph_foreign_can_write(enum ph_foreign_format f);
/* Passwords go to a file of their own. */
bool ph_foreign_has_map(enum ph_foreign_format f);

/* Which it is, by what stands in it.  PH_ENOTFOUND: none that is known. */
PH_MUST_USE enum ph_err ph_foreign_guess(
    struct ph_span text, enum ph_foreign_format *out);

/* One connection of what was read. */
struct ph_foreign_connection {
	struct ph_foreign_connection *next;
	struct ph_span name; /* what it is called there; empty: nothing */
	unsigned line;       /* where it begins */
	bool is_default;     /* it says that it is used when none is named */
	/* One for each row of ph_settings; ptr NULL: not set.  Each was checked
	   by itself; host, port and the like may still contradict. */
	struct ph_span *values;
	unsigned *lines;
	/* Secrets that stood in the text, by role: given or not, and where. */
	struct ph_secret secrets[PH_ROLE_COUNT];
	bool has_secret[PH_ROLE_COUNT];
	unsigned secret_lines[PH_ROLE_COUNT];
};

/* Something that stood there and is in no connection. */
struct ph_foreign_loss {
	struct ph_foreign_loss *next;
	unsigned line;       /* from 1; 0: it is about the whole */
	struct ph_span what; /* its name there; never a value */
	struct ph_span why;
};

struct ph_foreign {
	struct ph_arena arena; /* of all but the secrets */
	struct ph_foreign_connection *connections;
	size_t connection_count;
	struct ph_foreign_loss *losses;
	size_t loss_count;
};

struct ph_foreign_source {
	/* At most PH_FOREIGN_TEXT_MAX octets.  It may hold passwords, which are
	   copied into the secrets and nowhere else: the caller wipes it. */
	struct ph_span text;
	/* Whose mail it is, for formats that leave that open (autoconfig); ""
	   where it is not known. */
	const char *address;
	/* What ~ stands for in the names of files; "" where that is not
	   known. */
	const char *home;
	/* Every way that is named for the same mail becomes a connection, and
	   not the first alone (autoconfig); some may name no host. */
	bool takes_all;
};

/* Reads connections, at least one.  PH_EINVAL with *fault: it is not of that
   format, names no server, or is too large; PH_ENOMEM.  *out is released by the
   caller after PH_OK. */
PH_MUST_USE enum ph_err ph_foreign_read(enum ph_foreign_format format,
    const struct ph_foreign_source *in, struct ph_foreign *out,
    struct ph_fault *fault);
/* Wipes the secrets. */
void ph_foreign_release(struct ph_foreign *f);

/* Whether its settings make a connection (struct ph_resolve), standing alone.
   PH_EINVAL with *fault, PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_foreign_resolve(
    const struct ph_foreign_connection *c, struct ph_arena *a,
    struct ph_connection *out, struct ph_fault *fault);

/* What is written for a connection. */
struct ph_foreign_export {
	const char *name; /* of the connection */
	/* The connection and what it inherits from. */
	struct ph_resolve settings;
	/* PH_ROLE_COUNT of them, those without ptr left out; NULL: none is
	   written. */
	const struct ph_secret *secrets;
	/* Where the map of passwords will lie (Postfix); "" where it is shown
	   as comments below the rest. */
	const char *map_path;
};

/* A setting that is not there what it is here. */
struct ph_foreign_gap {
	struct ph_foreign_gap *next;
	const struct ph_setting *row;
	struct ph_span value; /* here; nothing for a secret */
	struct ph_span there; /* what it is there, or its default here */
};

struct ph_foreign_written {
	struct ph_arena arena;
	struct ph_buf text; /* wiped when released */
	struct ph_buf map;  /* Postfix, with a map_path; else empty */
	struct ph_foreign_gap *gaps;
	size_t gap_count;
};

/* Writes a connection and reads it back: what then differs are the gaps.
   PH_EINVAL with *fault: the format cannot be written, the settings make no
   connection, or a secret holds a control byte; PH_ENOMEM.  *out is released by
   the caller after PH_OK. */
PH_MUST_USE enum ph_err ph_foreign_write(enum ph_foreign_format format,
    const struct ph_foreign_export *in, struct ph_foreign_written *out,
    struct ph_fault *fault);
void ph_foreign_written_release(struct ph_foreign_written *w);

#endif
