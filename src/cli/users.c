#include "cli/users.h"

#include "io/process.h"
#include "io/secret_source.h"

#include <string.h>

enum ph_exit ph_users_add(
    const struct ph_cli *cli, struct ph_users *u, const char *spec)
{
	const char *colon = strchr(spec, ':');
	struct ph_sasl_user *user = &u->items[u->users.count];
	struct ph_secret *password = &u->passwords[u->users.count];
	struct ph_fault fault = { 0 };

	if (colon == NULL || colon == spec || colon[1] == '\0') {
		return ph_cli_usage(
		    cli, "--user: \"%s\" is not NAME:PASSWORD-FILE", spec);
	}
	if (u->users.count == PH_USERS_MAX) {
		return ph_cli_usage(
		    cli, "--user: more than %d users", (int)PH_USERS_MAX);
	}
	ph_process_hide();
	if (ph_secret_from_file(colon + 1, password, &fault) != PH_OK) {
		if (fault.cause == PH_CAUSE_NO_PASSWORD) {
			ph_fault_advise(&fault,
			    "--user NAME:PASSWORD-FILE takes the path of a "
			    "file with that password in it");
		}
		return ph_cli_fail(cli, &fault);
	}
	user->name = (struct ph_span){ spec, (size_t)(colon - spec) };
	user->password = ph_secret_span(password);
	u->users.count++;
	return PH_EXIT_OK;
}

enum ph_exit ph_users_read(const struct ph_cli *cli, struct ph_users *u,
    const struct ph_options *given, int key)
{
	u->users.items = u->items;
	for (size_t i = 0; i < given->count; i++) {
		enum ph_exit e = PH_EXIT_OK;

		if (given->items[i].key == key)
			e = ph_users_add(cli, u, given->items[i].value);
		if (e != PH_EXIT_OK)
			return e;
	}
	return PH_EXIT_OK;
}

void ph_users_release(struct ph_users *u)
{
	for (size_t i = 0; i < PH_USERS_MAX; i++)
		ph_secret_release(&u->passwords[i]);
}
