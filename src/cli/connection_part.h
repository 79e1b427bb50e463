#ifndef PH_CLI_CONNECTION_PART_H
#define PH_CLI_CONNECTION_PART_H

#include "base/arena.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "config/catalog.h"
#include "connection/preset.h"
#include "foreign/foreign.h"

/* What the actions of `connection` and `secret` share. */

enum ph_connection_key {
	PH_CONNECTION_KEY_SETTING = 1, /* the option's name is the setting's */
	PH_CONNECTION_KEY_SERVER,
	PH_CONNECTION_KEY_PROXY,
	PH_CONNECTION_KEY_PRESET,
	PH_CONNECTION_KEY_REGION,
	PH_CONNECTION_KEY_YES,
	PH_CONNECTION_KEY_ADD,
	PH_CONNECTION_KEY_TRANSCRIPT,
	PH_CONNECTION_KEY_FORMAT,
	PH_CONNECTION_KEY_AS,
	PH_CONNECTION_KEY_ACCOUNT,
	PH_CONNECTION_KEY_ADDRESS,
	PH_CONNECTION_KEY_DEFAULT,
	PH_CONNECTION_KEY_REPLACE,
	PH_CONNECTION_KEY_DRY_RUN,
	PH_CONNECTION_KEY_WITH_PASSWORDS,
	PH_CONNECTION_KEY_OUTPUT
};

/* What --format takes; a test holds them to foreign/format.c. */
#define PH_CONNECTION_FORMATS \
 "msmtprc, mailrc, swaks, url, nodemailer, autoconfig, postfix, curl"
#define PH_CONNECTION_FORMATS_WRITTEN "msmtprc, nodemailer, postfix, curl"

struct ph_connection_action {
	struct ph_cli *cli;
	const struct ph_options *options;
	const char *name;      /* the connection's; NULL: none was given */
	char *const *operands; /* behind the name */
	size_t operand_count;
	struct ph_catalog *catalog;
};

/* Prints f; with --json also {"ok":false,"error":...} on stdout.  A failure
   without words gets those of err. */
enum ph_exit ph_connection_fail(
    const struct ph_cli *cli, enum ph_err err, struct ph_fault *f);

/* Resolves a connection that need not name a host yet (*has_host): what
   inherits from it will. */
PH_MUST_USE enum ph_err ph_connection_check(struct ph_catalog *c,
    const char *name, struct ph_arena *a, struct ph_connection *out,
    bool *has_host, struct ph_fault *fault);

/* value with the name of a file in it made whole: from the folder that the
   program was started in, or from HOME behind ~/.  Others are as they were.
   PH_EINVAL with *fault, PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_connection_whole_path(const struct ph_setting *row,
    struct ph_span value, struct ph_arena *a, struct ph_span *out,
    struct ph_fault *fault);

/* What must be done before a preset can be used, a note each. */
void ph_connection_preset_notes(
    const struct ph_cli *cli, const struct ph_preset *p, const char *name);

/* The word of --format.  PH_EINVAL with *fault. */
PH_MUST_USE enum ph_err ph_connection_format(
    const char *word, enum ph_foreign_format *out, struct ph_fault *fault);

/* A setting's key as `set` takes it: "port", "proxy.port". */
struct ph_connection_key_text {
	char text[64];
};
struct ph_connection_key_text ph_connection_key(const struct ph_setting *row);

enum ph_exit ph_connection_list(struct ph_connection_action *a);
enum ph_exit ph_connection_show(struct ph_connection_action *a);
enum ph_exit ph_connection_add(struct ph_connection_action *a);
enum ph_exit ph_connection_set(struct ph_connection_action *a);
enum ph_exit ph_connection_unset(struct ph_connection_action *a);
enum ph_exit ph_connection_pin(struct ph_connection_action *a);
enum ph_exit ph_connection_presets(struct ph_connection_action *a);
enum ph_exit ph_connection_import(struct ph_connection_action *a);
enum ph_exit ph_connection_export(struct ph_connection_action *a);
enum ph_exit ph_connection_forget(struct ph_connection_action *a);

/* What is remembered of c's server, with advice; nothing where nothing is.  As
   JSON: null then. */
void ph_connection_known_print(const struct ph_connection *c);
json_t *ph_connection_known_json(const struct ph_connection *c);

#endif
