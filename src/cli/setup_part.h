#ifndef PH_CLI_SETUP_PART_H
#define PH_CLI_SETUP_PART_H

#include "cli/cli.h"
#include "cli/searching.h"
#include "cli/server.h"
#include "cli/talk.h"
#include "connection/preset.h"
#include "connection/settings.h"
#include "discover/candidate.h"

/* The wizard: what its steps hand on.  Each step asks what it has to, unless an
   option says it. */

enum ph_setup_key {
	PH_SETUP_KEY_SERVER = 1,
	PH_SETUP_KEY_OFFLINE,
	PH_SETUP_KEY_PROBE,
	PH_SETUP_KEY_COLLECTION,
	PH_SETUP_KEY_CA_FILE,
	PH_SETUP_KEY_CHOOSE,
	PH_SETUP_KEY_USERNAME,
	PH_SETUP_KEY_PASSWORD_FROM,
	PH_SETUP_KEY_KEYRING,
	PH_SETUP_KEY_SET,
	PH_SETUP_KEY_SAVE,
	PH_SETUP_KEY_YES,
	PH_SETUP_KEY_FORCE,
	PH_SETUP_KEY_DEFAULT,
	PH_SETUP_KEY_NO_DEFAULT,
	PH_SETUP_KEY_SEND,
	PH_SETUP_KEY_NO_SEND
};

enum {
	PH_SETUP_VALUES_MAX = 32
};

struct ph_setup {
	struct ph_cli *cli;
	struct ph_options options;
	/* Its arena holds every string here; its connection is what is tried
	   and saved. */
	struct ph_cli_server server;
	struct ph_subject subject;
	struct ph_searching searching;     /* holds the candidates */
	const char *address;               /* whose */
	const struct ph_candidate *choice; /* NULL: the server was named */
	const struct ph_preset *preset;    /* or NULL */
	/* What the file will say, a later one over an earlier. */
	struct ph_setting_override values[PH_SETUP_VALUES_MAX];
	size_t value_count;
	const char *name; /* of the connection */
	const char *path; /* of its file, once it is saved */
	struct ph_talk talk;
	struct ph_transcript transcript;
	bool signs_in; /* by OAuth2 */
	/* The server took the user name: it is not brought into the provider's
	   shape. */
	bool name_is_proven;
	bool is_tested; /* with success */
	bool is_default;
	bool is_sent;
	struct ph_fault fault;
};

/* Words of the dialogue, where a person reads them, so far from the edge. */
PH_PRINTF(3, 4)
void ph_setup_say(
    const struct ph_setup *s, size_t indent, const char *fmt, ...);

/* The value of a setting, checked.  PH_EINVAL with s->fault, PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_setup_put(
    struct ph_setup *s, const char *setting, struct ph_span value);

/* Whose mail it is, and which server: s->address, s->choice, s->preset and
   what they say of the settings. */
PH_MUST_USE enum ph_err ph_setup_find(struct ph_setup *s);

/* The name, and s->server.connection as it will be. */
PH_MUST_USE enum ph_err ph_setup_name(struct ph_setup *s);
/* Again, after a value changed. */
PH_MUST_USE enum ph_err ph_setup_resolve(struct ph_setup *s);
/* Writes the file, the password, and which is the default. */
PH_MUST_USE enum ph_err ph_setup_save(struct ph_setup *s);

/* The password, and whether it works.  PH_OK: it does, or is saved all the
   same; s->fault has why it does not. */
PH_MUST_USE enum ph_err ph_setup_try(struct ph_setup *s);

#endif
