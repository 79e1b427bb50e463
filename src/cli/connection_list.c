#include "cli/connection_part.h"

#include <string.h>

enum {
	ARENA_MAX = 64 * 1024 * 1024,
	NAMES_MAX = 1024 * 1024,
	/* 2 + 16 + 1 + 26 + 1 + 5 + 1 + 14 + 1 + 13 make a line of 80. */
	NAME_WIDTH = 16,
	HOST_WIDTH = 26,
	USER_WIDTH = 13
};

struct list {
	struct ph_connection_action *a;
	const char *default_name;
	struct ph_arena arena;
	json_t *rows; /* NULL without --json */
	bool has_head;
	struct ph_fault last; /* one file can spoil several rows */
	enum ph_exit result;
};

static void print_head(struct list *l)
{
	if (l->has_head)
		return;
	l->has_head = true;
	printf("  %-*s %-*s %5s %-14s %s\n", NAME_WIDTH, "NAME", HOST_WIDTH,
	    "HOST", "PORT", "ENCRYPTION", "USER");
}

/* Cut at the width; a table that does not fit the screen is read by nobody. */
static void print_row(struct list *l, const char *name,
    const struct ph_connection *c, bool has_host)
{
	print_head(l);
	printf("%c %-*.*s %-*.*s %5u %-14s %.*s\n",
	    strcmp(name, l->default_name) == 0 ? '*' : ' ', NAME_WIDTH,
	    NAME_WIDTH, name, HOST_WIDTH, HOST_WIDTH, has_host ? c->host : "-",
	    c->port, ph_encryption_name(c->encryption), USER_WIDTH,
	    c->username[0] == '\0' ? "-" : c->username);
}

static json_t *make_row(const struct list *l, const char *name,
    const struct ph_connection *c, const struct ph_fault *fault)
{
	json_t *row = json_object();

	ph_json_put(row, "name", ph_json_str(name));
	ph_json_put(
	    row, "default", json_boolean(strcmp(name, l->default_name) == 0));
	ph_json_put(row, "host", ph_json_str_or_null(c->host));
	ph_json_put(row, "port", json_integer(c->port));
	ph_json_put(row, "encryption",
	    ph_fault_is_set(fault)
		? json_null()
		: ph_json_str(ph_encryption_name(c->encryption)));
	ph_json_put(row, "username", ph_json_str_or_null(c->username));
	ph_json_put(row, "error", ph_json_fault(fault));
	return row;
}

/* A file that cannot be used is shown as such, and the others are listed. */
static void list_one(struct list *l, const char *name)
{
	struct ph_fault fault = { 0 };
	struct ph_connection c = { 0 };
	bool has_host = false;
	enum ph_err err = ph_connection_check(
	    l->a->catalog, name, &l->arena, &c, &has_host, &fault);

	if (err != PH_OK) {
		if (!ph_fault_is_set(&fault)) {
			ph_fault_set(&fault, PH_CAUSE_NO_MEMORY,
			    PH_STAGE_CONFIG, "memory is out");
		}
		if (strcmp(fault.text, l->last.text) != 0)
			l->result = ph_cli_fault(l->a->cli, &fault);
		l->last = fault;
		c = (struct ph_connection){ 0 };
	}
	if (l->rows != NULL) {
		ph_json_add(l->rows, make_row(l, name, &c, &fault));
	} else if (err == PH_OK) {
		print_row(l, name, &c, has_host);
	} else {
		print_head(l);
		printf(
		    "! %-*.*s cannot be used\n", NAME_WIDTH, NAME_WIDTH, name);
	}
}

static enum ph_exit list_all(struct list *l, struct ph_span names)
{
	struct ph_span name;

	if (names.len == 0 && l->rows == NULL) {
		ph_cli_note(l->a->cli,
		    "no connection is configured; posthaste connection add "
		    "NAME --host HOST makes one");
	}
	while (names.len > 0 && ph_span_split(&names, '\0', &name)) {
		if (name.len > 0)
			list_one(l, name.ptr);
	}
	if (l->rows == NULL)
		return l->result;

	json_t *doc = json_object();

	ph_json_put(doc, "ok", json_boolean(l->result == PH_EXIT_OK));
	ph_json_put(doc, "connections", json_incref(l->rows));

	enum ph_exit printed = ph_json_print(&doc);

	return printed == PH_EXIT_OK ? l->result : printed;
}

enum ph_exit ph_connection_list(struct ph_connection_action *a)
{
	struct list l = { .a = a, .default_name = "" };
	struct ph_fault fault = { 0 };
	struct ph_buf names;

	ph_buf_init(&names, NAMES_MAX);

	enum ph_err err = ph_catalog_names(a->catalog, &names, &fault);
	if (err != PH_OK) {
		ph_buf_release(&names);
		return ph_connection_fail(a->cli, err, &fault);
	}
	/* What keeps the default from being known, each row says. */
	if (ph_catalog_default(a->catalog, &l.default_name, NULL) != PH_OK)
		l.default_name = "";
	ph_arena_init(&l.arena, ARENA_MAX);
	if (a->cli->json)
		l.rows = json_array();

	enum ph_exit result = list_all(&l, ph_buf_span(&names));

	json_decref(l.rows);
	ph_arena_release(&l.arena);
	ph_buf_release(&names);
	return result;
}
