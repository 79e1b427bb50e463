#include "check.h"
#include "config/catalog.h"
#include "config/vault.h"
#include "failalloc.h"
#include "playground.h"

#include <stdio.h>

/* The whole life of a catalog and of a stored password, with every allocation
   failing once. */

#define DIR "posthaste/connections/"

static enum ph_err read_all(struct ph_catalog *c)
{
	struct ph_catalog_question q = { .name = "leaf" };
	struct ph_connection conn;
	const char *name = NULL;
	struct ph_arena a;
	struct ph_buf names;

	ph_arena_init(&a, 64 * 1024);
	ph_buf_init(&names, 4096);

	enum ph_err err = ph_catalog_names(c, &names, NULL);
	if (err == PH_OK)
		err = ph_catalog_default(c, &name, NULL);
	if (err == PH_OK)
		err = ph_catalog_resolve(c, &q, &a, &conn, NULL);
	ph_buf_release(&names);
	ph_arena_release(&a);
	return err;
}

static enum ph_err look(void *ctx)
{
	struct ph_catalog *c = NULL;
	enum ph_err err = ph_catalog_open(ctx, &c, NULL);

	if (err == PH_OK)
		err = read_all(c);
	ph_catalog_free(c);
	return err;
}

static enum ph_err change(void *ctx)
{
	struct ph_settings_file *f = NULL;
	struct ph_catalog *c = NULL;
	enum ph_err err = ph_catalog_open_new(ctx, &c, NULL);

	if (err == PH_OK)
		err = ph_catalog_add(c, "new", &f, NULL);
	if (err == PH_OK)
		err = ph_catalog_save(c, f, NULL);
	if (err == PH_OK)
		err = ph_catalog_set_default(c, "base", NULL);
	/* What was saved before memory ran out is taken away again. */
	if (c != NULL && f != NULL) {
		enum ph_err removed = ph_catalog_remove(c, "new", NULL);
		if (err == PH_OK)
			err = removed;
	}
	ph_catalog_free(c);
	(void)remove(playground_path(DIR "new.conf"));
	return err;
}

static enum ph_err count_stored(const char *dir)
{
	const struct ph_vault_entry *list = NULL;
	struct ph_arena a;
	size_t count = 0;

	ph_arena_init(&a, 64 * 1024);

	enum ph_err err = ph_vault_list(dir, &a, &list, &count, NULL);

	if (err == PH_OK)
		check_int(count, 1);
	ph_arena_release(&a);
	return err;
}

static enum ph_err keep(void *ctx)
{
	struct ph_connection c = { .name = "work",
		.host = "h",
		.username = "ann",
		.password_from = { .kind = PH_SECRET_STORED, .fd = -1 } };
	struct ph_secret s = { 0 };
	enum ph_err err = ph_secret_set(&s, PH_SPAN("hunter2"));

	if (err == PH_OK)
		err = ph_vault_set(ctx, &c, PH_ROLE_PASSWORD, &s, NULL);
	if (err == PH_OK)
		err = ph_vault_secret(ctx, &c, PH_ROLE_PASSWORD, &s, NULL);
	if (err == PH_OK)
		check(ph_span_eq(ph_secret_span(&s), PH_SPAN("hunter2")));
	if (err == PH_OK)
		err = count_stored(ctx);
	if (err == PH_OK)
		err = ph_vault_forget(ctx, "work", PH_ROLE_PASSWORD, NULL);
	ph_secret_release(&s);
	return err;
}

int main(void)
{
	char place[512];

	(void)playground_begin();
	playground_write(DIR "base.conf",
	    "[connection]\ndefault = yes\nhost = base\n"
	    "[authentication]\nmechanisms = PLAIN\n");
	playground_write(DIR "leaf.conf", "[connection]\nhost = leaf\n");
	(void)snprintf(
	    place, sizeof(place), "%s", playground_path("posthaste"));
	check(failalloc_run_any(look, NULL) > 10);
	check(failalloc_run_any(look, place) > 10);
	check(failalloc_run_any(change, place) > 10);
	(void)snprintf(place, sizeof(place), "%s",
	    playground_path("posthaste/connections/leaf.conf"));
	check(failalloc_run_any(look, place) > 3);
	(void)snprintf(place, sizeof(place), "%s", playground_path("secrets"));
	check(failalloc_run_any(keep, place) > 3);
	playground_end();
	return check_end();
}
