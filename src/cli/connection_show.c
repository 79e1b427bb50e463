#include "cli/connection_part.h"
#include "cli/history.h"
#include "cli/tokens.h"
#include "config/memory.h"
#include "connection/bond.h"
#include "connection/lookup.h"
#include "io/loop.h"

#include <inttypes.h>
#include <string.h>

enum {
	ARENA_MAX = 4 * 1024 * 1024,
	/* Where the second column begins, when the first leaves room. */
	ORIGIN_COLUMN = 48
};

struct show {
	struct ph_connection_action *a;
	const struct ph_settings_file *chain[PH_INHERITS_DEPTH_MAX];
	struct ph_resolve in;
	struct ph_connection connection;
	bool resolved;
	struct ph_token_state token;
	bool has_token;
	struct ph_arena arena;
};

static bool is_row(
    const struct ph_setting *row, const char *section, const char *name)
{
	return strcmp(row->section, section) == 0 &&
	    strcmp(row->name, name) == 0;
}

/* What follows from another setting; NULL: nothing does. */
static const char *derive(
    struct show *s, const struct ph_setting_found *f, struct ph_span *value)
{
	struct ph_buf text;

	if (!s->resolved || f->value.len > 0)
		return NULL;
	if (is_row(f->row, "connection", "encryption")) {
		*value =
		    ph_span_of(ph_encryption_name(s->connection.encryption));
		return "by the port";
	}
	if (!is_row(f->row, "connection", "port"))
		return NULL;
	ph_buf_init(&text, 8);
	if (ph_buf_append_num(&text, s->connection.port) != PH_OK ||
	    ph_arena_copy(&s->arena, ph_buf_span(&text), value) != PH_OK)
		*value = (struct ph_span){ 0 };
	ph_buf_release(&text);
	return "by host and encryption";
}

static const char *origin_word(
    const struct ph_setting_found *f, const char *derived)
{
	if (derived != NULL)
		return "derived";
	if (f->origin == PH_ORIGIN_PRESET)
		return "default";
	return f->depth == 0 ? "file" : "inherited";
}

/* A file says it, and it is for another server: it is not inherited. */
static void print_withheld(
    const struct show *s, const struct ph_setting_found *f)
{
	struct ph_span place = ph_bond_place(&s->in, f->row, f->withheld_depth);

	printf("not inherited, %s:%u is for %.*s\n",
	    ph_settings_file_name(s->chain[f->withheld_depth]),
	    f->withheld_line, PH_SPAN_ARG(place));
}

static void print_origin(
    const struct show *s, const struct ph_setting_found *f, const char *derived)
{
	if (f->is_withheld && derived == NULL) {
		print_withheld(s, f);
	} else if (derived != NULL) {
		printf("%s\n", derived);
	} else if (f->origin == PH_ORIGIN_FILE) {
		printf("%s%s:%u\n", f->depth == 0 ? "" : "inherited, ",
		    ph_settings_file_name(s->chain[f->depth]), f->line);
	} else {
		printf("default\n");
	}
}

/* A password in a URL ("smtp://ann:secret@host") is for nobody's screen. */
static struct ph_span hide_password(struct show *s, struct ph_span value)
{
	struct ph_span rest = value;
	size_t colon;
	size_t at = 0;
	char *shown;

	while (rest.len > 0 && !ph_span_starts_nocase(rest, PH_SPAN("://")))
		rest = ph_span_skip(rest, 1);
	rest = ph_span_skip(rest, rest.len < 3 ? rest.len : 3);
	colon = ph_span_find(rest, ':');
	for (size_t i = colon; i < rest.len; i++) {
		if (rest.ptr[i] == '@')
			at = i;
	}
	if (at == 0)
		return value;

	size_t before = (size_t)(rest.ptr - value.ptr) + colon + 1;
	size_t after = rest.len - at;

	shown = ph_arena_alloc(&s->arena, before + 3 + after);
	if (shown == NULL)
		return (struct ph_span){ 0 };
	memcpy(shown, value.ptr, before);
	memcpy(shown + before, "***", 3);
	memcpy(shown + before + 3, rest.ptr + at, after);
	return (struct ph_span){ shown, before + 3 + after };
}

static void print_setting(struct show *s, const struct ph_setting_found *f)
{
	struct ph_span value = hide_password(s, f->value);
	const char *derived = derive(s, f, &value);
	int used = printf("%s =%s%.*s", f->row->name, value.len == 0 ? "" : " ",
	    PH_SPAN_ARG(value));

	printf("%*s", used < ORIGIN_COLUMN ? ORIGIN_COLUMN - used : 2, "");
	print_origin(s, f, derived);
}

static void print_all(struct show *s)
{
	const char *section = "";

	for (size_t i = 0; i < s->in.chain_count; i++) {
		printf("%s%s: %s\n", i == 0 ? "" : "inherits from ",
		    ph_settings_file_name(s->chain[i]),
		    ph_settings_file_path(s->chain[i]));
	}
	for (size_t i = 0; i < ph_settings_count; i++) {
		struct ph_setting_found found;

		ph_setting_lookup(&s->in, &ph_settings[i], &found);
		if (strcmp(ph_settings[i].section, section) != 0) {
			section = ph_settings[i].section;
			printf("\n[%s]\n", section);
		}
		print_setting(s, &found);
	}
}

/* Whether somebody has signed in, and for how long. */
static void look_at_token(struct show *s)
{
	struct ph_fault ignored = { 0 };

	if (!s->resolved || s->connection.oauth.client_id[0] == '\0')
		return;
	s->has_token = ph_token_look(ph_catalog_secrets_dir(s->a->catalog),
			   &s->connection, &s->token, &ignored) == PH_OK;
}

static void print_token(const struct show *s)
{
	if (!s->resolved || s->connection.oauth.client_id[0] == '\0')
		return;
	printf("\n");
	if (s->has_token) {
		ph_tokens_print(&s->token, ph_clock_unix());
	} else {
		printf("%-16snone is stored: posthaste login %s\n",
		    "token:", ph_settings_file_name(s->chain[0]));
	}
}

/* How much of rate and quota is used; nothing where neither is set. */
static bool look_at_use(const struct show *s, struct ph_memory_use *out)
{
	const struct ph_connection *c = &s->connection;
	const struct ph_memory_question q = { .connection = c };
	struct ph_memory *m = NULL;

	if (!s->resolved || (c->rate.count == 0 && c->quota.count == 0) ||
	    ph_memory_open(&q, &m) != PH_OK)
		return false;
	ph_memory_use(m, out);
	ph_memory_free(m);
	return true;
}

static void print_use(const struct show *s)
{
	const struct ph_connection *c = &s->connection;
	char until[PH_KNOWN_TIME_SIZE];
	struct ph_memory_use use;

	if (!look_at_use(s, &use))
		return;
	printf("\n");
	if (c->rate.count > 0) {
		printf("%-16s%" PRIu64 " of %" PRIu64 " messages used\n",
		    "rate:", use.rate, c->rate.count);
	}
	if (c->quota.count == 0)
		return;
	printf("%-16s%" PRIu64 " of %" PRIu64 " messages used",
	    "quota:", use.quota, c->quota.count);
	if (use.quota_free_in > 0) {
		ph_known_time(
		    ph_clock_unix() + use.quota_free_in / 1000 + 60, until);
		printf(", the next is free at %s", until);
	}
	printf("\n");
}

static json_t *make_use(const struct ph_rate *r, uint64_t used, ph_msec free_in)
{
	json_t *j = json_object();

	if (r->count == 0) {
		json_decref(j);
		return json_null();
	}
	ph_json_put(j, "used", json_integer((json_int_t)used));
	ph_json_put(j, "allowed", json_integer((json_int_t)r->count));
	ph_json_put(j, "period_ms", json_integer(r->per));
	ph_json_put(j, "free_in_ms", json_integer(free_in));
	return j;
}

static json_t *make_uses(const struct show *s)
{
	struct ph_memory_use use;
	json_t *j;

	if (!look_at_use(s, &use))
		return json_null();
	j = json_object();
	ph_json_put(j, "rate",
	    make_use(&s->connection.rate, use.rate, use.rate_free_in));
	ph_json_put(j, "quota",
	    make_use(&s->connection.quota, use.quota, use.quota_free_in));
	return j;
}

static json_t *make_withheld(
    const struct show *s, const struct ph_setting_found *f)
{
	json_t *j = json_object();

	ph_json_put(j, "file",
	    ph_json_str(ph_settings_file_path(s->chain[f->withheld_depth])));
	ph_json_put(j, "line", json_integer(f->withheld_line));
	ph_json_put(j, "belongs_to",
	    ph_json_text(ph_bond_place(&s->in, f->row, f->withheld_depth)));
	return j;
}

static json_t *make_setting(struct show *s, const struct ph_setting_found *f)
{
	struct ph_span value = hide_password(s, f->value);
	const char *derived = derive(s, f, &value);
	bool in_file = f->origin == PH_ORIGIN_FILE && derived == NULL;
	json_t *row = json_object();

	ph_json_put(row, "section", ph_json_str(f->row->section));
	ph_json_put(row, "name", ph_json_str(f->row->name));
	ph_json_put(row, "value", ph_json_text(value));
	ph_json_put(row, "origin", ph_json_str(origin_word(f, derived)));
	ph_json_put(row, "file",
	    in_file ? ph_json_str(ph_settings_file_path(s->chain[f->depth]))
		    : json_null());
	ph_json_put(row, "line", in_file ? json_integer(f->line) : json_null());
	if (f->is_withheld)
		ph_json_put(row, "not_inherited", make_withheld(s, f));
	return row;
}

static json_t *make_inherits(const struct show *s)
{
	json_t *list = json_array();

	for (size_t i = 1; i < s->in.chain_count; i++) {
		ph_json_add(
		    list, ph_json_str(ph_settings_file_name(s->chain[i])));
	}
	return list;
}

static json_t *make_document(struct show *s, const struct ph_fault *fault)
{
	json_t *doc = json_object();
	json_t *rows = json_array();

	for (size_t i = 0; i < ph_settings_count; i++) {
		struct ph_setting_found found;

		ph_setting_lookup(&s->in, &ph_settings[i], &found);
		ph_json_add(rows, make_setting(s, &found));
	}
	ph_json_put(doc, "ok", json_boolean(!ph_fault_is_set(fault)));
	ph_json_put(
	    doc, "name", ph_json_str(ph_settings_file_name(s->chain[0])));
	ph_json_put(
	    doc, "file", ph_json_str(ph_settings_file_path(s->chain[0])));
	ph_json_put(doc, "default",
	    json_boolean(ph_settings_file_is_default(s->chain[0])));
	ph_json_put(doc, "inherits", make_inherits(s));
	ph_json_put(doc, "settings", rows);
	ph_json_put(
	    doc, "token", ph_tokens_json(s->has_token ? &s->token : NULL));
	ph_json_put(doc, "used", make_uses(s));
	ph_json_put(doc, "known",
	    s->resolved ? ph_connection_known_json(&s->connection)
			: json_null());
	ph_json_put(doc, "tests",
	    s->resolved ? ph_history_summary_json(&s->connection)
			: json_null());
	ph_json_put(doc, "error", ph_json_fault(fault));
	return doc;
}

static enum ph_exit print(struct show *s, const struct ph_fault *fault)
{
	struct ph_cli *cli = s->a->cli;
	enum ph_exit result = PH_EXIT_OK;

	if (cli->json) {
		json_t *doc = make_document(s, fault);

		result = ph_json_print(&doc);
	} else {
		print_all(s);
		print_token(s);
		print_use(s);
		if (s->resolved) {
			ph_connection_known_print(&s->connection);
			ph_history_print_summary(&s->connection);
		}
	}
	if (ph_fault_is_set(fault))
		return ph_cli_fault(cli, fault);
	for (size_t i = 0; ph_connection_oddity(&s->connection, i) != NULL;
	     i++) {
		ph_cli_note(cli, "%s", ph_connection_oddity(&s->connection, i));
	}
	return result;
}

static enum ph_err find_name(
    struct ph_connection_action *a, struct ph_fault *fault)
{
	if (a->name != NULL)
		return PH_OK;

	enum ph_err err = ph_catalog_default(a->catalog, &a->name, fault);

	if (err == PH_OK && a->name[0] == '\0') {
		ph_fault_set(fault, PH_CAUSE_NO_CONNECTION, PH_STAGE_CONFIG,
		    "no connection is named, and none is the default");
		return PH_ENOTFOUND;
	}
	return err;
}

enum ph_exit ph_connection_show(struct ph_connection_action *a)
{
	struct show s = { .a = a };
	struct ph_fault fault = { 0 };
	bool has_host = false;
	enum ph_err err = find_name(a, &fault);

	s.in.chain = s.chain;
	if (err == PH_OK) {
		err = ph_catalog_chain(
		    a->catalog, a->name, s.chain, &s.in.chain_count, &fault);
	}
	if (err != PH_OK)
		return ph_connection_fail(a->cli, err, &fault);
	ph_arena_init(&s.arena, ARENA_MAX);
	err = ph_connection_check(
	    a->catalog, a->name, &s.arena, &s.connection, &has_host, &fault);
	s.resolved = err == PH_OK;
	look_at_token(&s);

	enum ph_exit result = err == PH_OK || ph_fault_is_set(&fault)
	    ? print(&s, &fault)
	    : ph_connection_fail(a->cli, err, &fault);

	ph_arena_release(&s.arena);
	return result;
}
