#ifndef PH_CLI_USERS_H
#define PH_CLI_USERS_H

#include "base/secret.h"
#include "cli/cli.h"
#include "sasl/server.h"

enum {
	PH_USERS_MAX = 100
};

/* Who may log in at a server of ours: --user NAME:PASSWORD-FILE.  All zero has
   none. */
struct ph_users {
	struct ph_secret passwords[PH_USERS_MAX];
	struct ph_sasl_user items[PH_USERS_MAX];
	struct ph_sasl_users users;
};

/* Adds one, whose name is borrowed; says what is wrong. */
PH_MUST_USE enum ph_exit ph_users_add(
    const struct ph_cli *cli, struct ph_users *u, const char *spec);
/* The values of the options with this key. */
PH_MUST_USE enum ph_exit ph_users_read(const struct ph_cli *cli,
    struct ph_users *u, const struct ph_options *given, int key);
void ph_users_release(struct ph_users *u);

#endif
