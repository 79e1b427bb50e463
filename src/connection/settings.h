#ifndef PH_CONNECTION_SETTINGS_H
#define PH_CONNECTION_SETTINGS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"
#include "connection/connection.h"

/* The table of settings of a connection, the files that hold them, and how they
   become a struct ph_connection.  No disk: io/ reads and writes the bytes. */

enum ph_setting_type {
	PH_SETTING_TEXT,
	PH_SETTING_HOST, /* host, host:port, [v6]:port */
	PH_SETTING_PORT,
	PH_SETTING_ENCRYPTION,
	PH_SETTING_DURATION,
	PH_SETTING_SIZE,
	PH_SETTING_COUNT,
	PH_SETTING_RATE, /* 14/s, 2000/day */
	PH_SETTING_BOOL,
	PH_SETTING_WORD,  /* one of .words */
	PH_SETTING_WORDS, /* list, separated by spaces or commas */
	PH_SETTING_SECRET_SOURCE,
	PH_SETTING_ADDRESS /* a mail address */
};

/* One row a setting.  Man page, `connection set`, options and console read
   it. */
struct ph_setting {
	const char *section; /* "connection", "authentication", ... */
	const char *name;    /* "timeout-mail" */
	enum ph_setting_type type;
	const char *preset; /* the default as one would write it, or "" */
	const char *words;  /* PH_SETTING_WORD: "ca pin off" */
	const char *help;   /* one sentence */
};

extern const struct ph_setting ph_settings[];
extern const size_t ph_settings_count;

/* section may be empty: names are unique over all sections but for `host port
   username password-from domain ca-file`, which are then those outside [proxy]
   and [oauth].  "proxy.host" names the other.  NULL when there is none. */
const struct ph_setting *ph_setting_find(
    struct ph_span section, struct ph_span name);
/* The known name nearest to a mistyped one, or for what other programs call it
   ("passwd"); NULL when none is. */
const struct ph_setting *ph_setting_nearest(
    struct ph_span section, struct ph_span name);
/* Checks a value: PH_EINVAL, and *fault says what is allowed. */
PH_MUST_USE enum ph_err ph_setting_check(
    const struct ph_setting *row, struct ph_span value, struct ph_fault *fault);

enum {
	PH_SETTINGS_FILE_MAX = 256 * 1024,
	PH_SETTINGS_LINE_MAX = 8 * 1024,
	PH_INHERITS_DEPTH_MAX = 16
};

/* A file of settings as its lines, so that saving touches only what changed.
   Sections `[name]`, `key = value` (literal, trimmed, no quotes taken off),
   comments `#` and `;` at the start of a line only; a byte order mark and CRLF
   are accepted; an unknown section or key, a duplicate, a line that is neither,
   a NUL and a control byte are errors that name file, line and the nearest
   key. */
struct ph_settings_file;

/* name is the connection's, path is what error texts show.  PH_EINVAL with
   *fault (cause PH_CAUSE_CONFIG), PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_settings_file_parse(const char *name,
    const char *path, struct ph_span text, struct ph_settings_file **out,
    struct ph_fault *fault);
void ph_settings_file_free(struct ph_settings_file *f);
const char *ph_settings_file_name(const struct ph_settings_file *f);
const char *ph_settings_file_path(const struct ph_settings_file *f);

/* The value as written, or an empty span with ptr NULL when it is not set (an
   empty value has ptr set).  Valid until the next change. */
struct ph_span ph_settings_file_get(
    const struct ph_settings_file *f, const struct ph_setting *row);
/* The line it stands on, from 1; 0 when it is not set. */
unsigned ph_settings_file_line(
    const struct ph_settings_file *f, const struct ph_setting *row);
/* Replaces the line, or adds one at the end of its section (made if need be).
   PH_EINVAL (a control byte), PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_settings_file_set(struct ph_settings_file *f,
    const struct ph_setting *row, struct ph_span value);
PH_MUST_USE enum ph_err ph_settings_file_unset(
    struct ph_settings_file *f, const struct ph_setting *row);
/* `default = yes` in [connection]. */
bool ph_settings_file_is_default(const struct ph_settings_file *f);
/* Of a text that cannot be parsed: whether a line of it says that, in whatever
   section. */
bool ph_settings_text_has_mark(struct ph_span text);
PH_MUST_USE enum ph_err ph_settings_file_write(
    const struct ph_settings_file *f, struct ph_buf *out);

/* A setting from the command line or a URL; beats every file. */
struct ph_setting_override {
	const struct ph_setting *row;
	struct ph_span value;
	const char *origin; /* "--port", "the server's URL": for errors */
};

struct ph_resolve {
	/* The connection first, then what it inherits from, in order. */
	const struct ph_settings_file *const *chain;
	size_t chain_count;
	const struct ph_setting_override *overrides; /* a later one wins */
	size_t override_count;
};

/* Everything checked and defaulted.  Encryption left out: before-connect on
   465, after-connect on 587, else wanted.  Port left out: 465, 587 or 25 by
   encryption.  host:port against a port that disagrees is
   PH_CAUSE_PORTS_DISAGREE.  A user name with an empty list of mechanisms is an
   error.  An empty value stops inheritance and counts as left out.  Where a
   host:port and a port were not said in the same place (the options, or one
   file), the nearer one wins.  What belongs to another place is not inherited
   (bond.h).  Hosts become A-labels.  A proxy other than none
   and system must have a host.  PH_EINVAL with *fault, PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_connection_resolve(const struct ph_resolve *in,
    struct ph_arena *a, struct ph_connection *out, struct ph_fault *fault);

/* Which other file this one inherits from: the value of `inherits`, else
   "default" (the one marked `default = yes`), else empty for that one itself.
   `inherits =` with nothing behind it: none.  Valid until the next change. */
struct ph_span ph_settings_file_inherits(const struct ph_settings_file *f);

/* Things that are odd and legal ("encryption = before-connect on port 587"),
   one line each, for notes on stderr; NULL at the end. */
const char *ph_connection_oddity(const struct ph_connection *c, size_t i);

/* A name fit for a file and for a command line: letters, digits, `-`, `_`, `.`,
   not first a dot or a dash, at most 64 octets. */
bool ph_connection_name_valid(struct ph_span name);

/* The URL of --server: smtp:// (wanted), smtp+starttls://, smtps://,
   smtp+none://, [user@]host[:port], percent-encoding undone, also a bare
   host[:port].  Overrides go to out (at most PH_URL_OVERRIDES_MAX), values into
   the arena.  *has_password: it held one, which is left out of the overrides
   and given in *password (in the arena; the caller decides and wipes).
   PH_EINVAL with *fault. */
enum {
	PH_URL_OVERRIDES_MAX = 4
};

struct ph_server_url {
	struct ph_setting_override overrides[PH_URL_OVERRIDES_MAX];
	size_t override_count;
	bool has_password;
	struct ph_span password;
};
PH_MUST_USE enum ph_err ph_server_url_parse(struct ph_span url,
    struct ph_arena *a, struct ph_server_url *out, struct ph_fault *fault);

#endif
