#include "cli/connection_part.h"

#include "config/memory.h"
#include "config/memory_place.h"
#include "connection/host.h"
#include "io/loop.h"
#include "sasl/mechanism.h"

#include <inttypes.h>
#include <string.h>

/* What is remembered of a connection's server: told by `show`, thrown away by
   `forget`. */

enum {
	ARENA_MAX = 4 * 1024 * 1024,
	LABEL_COLUMN = 18
};

static bool is_wasted(const struct ph_known_mechanism *m)
{
	return m->offered && m->broken_count >= PH_KNOWN_BROKEN_MIN;
}

/* The mechanisms to name so that those that fail are left out, strongest
   first.  False: none would be left. */
static bool write_remedy(const struct ph_known *k, struct ph_buf *out)
{
	struct ph_span offered[PH_KNOWN_MECHANISMS_MAX];
	struct ph_sasl_credentials cred = {
		.username = PH_SPAN("u"),
		.has_password = true,
	};
	struct ph_sasl_channel channel = { .secure = true };
	struct ph_sasl_choice choice;
	size_t count = 0;

	for (size_t i = 0; i < k->mechanism_count; i++) {
		const struct ph_known_mechanism *m = &k->mechanisms[i];

		if (m->offered && !is_wasted(m))
			offered[count++] = ph_span_of(m->name);
	}
	ph_sasl_choose(
	    &(struct ph_sasl_question){
		.offered = offered,
		.offered_count = count,
		.credentials = &cred,
		.channel = &channel,
	    },
	    &choice);
	for (size_t i = 0; i < choice.fit_count; i++) {
		if (ph_buf_appendf(out, "%s%s", i == 0 ? "" : ",",
			choice.items[i].name) != PH_OK)
			return false;
	}
	return choice.fit_count > 0;
}

/* One sentence for a mechanism that only costs time. */
static bool write_advice(const struct ph_known *k,
    const struct ph_known_mechanism *m, const char *name, struct ph_buf *out)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf list;

	ph_buf_init(&list, PH_SASL_CHOICE_MAX * (PH_SASL_NAME_MAX + 1));
	if (!is_wasted(m))
		return false;

	bool has_remedy = write_remedy(k, &list);

	return ph_buf_appendf(out,
		   "%s is offered here and always fails: leave it out and save "
		   "%.1f s%s%s%s%s",
		   m->name, m->broken_ms / 1000.0,
		   has_remedy ? " (posthaste connection set " : "",
		   has_remedy ? name : "", has_remedy ? " mechanisms=" : "",
		   has_remedy ? ph_buf_str(&list) : "") == PH_OK &&
	    (!has_remedy || ph_buf_append_char(out, ')') == PH_OK);
}

static void print_mechanism(const struct ph_known_mechanism *m)
{
	char day[PH_KNOWN_DAY_SIZE];

	printf("%-*s%s", LABEL_COLUMN, m->name,
	    m->offered ? "offered" : "not offered any more");
	if (m->worked != 0) {
		ph_known_day(m->worked, day);
		printf(", worked on %s in %.1f s", day, m->worked_ms / 1000.0);
	}
	if (m->broken_count > 0) {
		ph_known_day(m->broken, day);
		printf(", failed %s on %s after %.1f s",
		    m->broken_count >= PH_KNOWN_BROKEN_MIN ? "each time, last"
							   : "last time,",
		    day, m->broken_ms / 1000.0);
	}
	printf("\n");
}

static void print_server(const struct ph_known *k)
{
	char day[PH_KNOWN_DAY_SIZE];

	ph_known_day(k->seen, day);
	printf("\nKnown of %s%s%s:%u, last seen on %s:\n",
	    strchr(k->host, ':') != NULL ? "[" : "", k->host,
	    strchr(k->host, ':') != NULL ? "]" : "", (unsigned)k->port, day);
	if (k->good != 0) {
		ph_known_day(k->good, day);
		printf("%-*s%s, %s, certificate verified, on %s\n",
		    LABEL_COLUMN, "encryption",
		    k->good_starttls ? "STARTTLS" : "TLS first",
		    k->good_version, day);
	} else {
		printf("%-*s%s\n", LABEL_COLUMN, "encryption",
		    "never with a certificate that was verified");
	}
	if (k->key[0] != '\0') {
		ph_known_day(k->key_since, day);
		printf("%-*s%s since %s%s\n", LABEL_COLUMN, "key SHA-256",
		    k->key, day, k->key_good ? "" : ", not verified");
	}
	for (size_t i = 0; i < k->mechanism_count; i++)
		print_mechanism(&k->mechanisms[i]);
}

static void print_refusals(
    const struct ph_connection *c, const struct ph_tally_sum *sum)
{
	char since[PH_KNOWN_TIME_SIZE];
	char until[PH_KNOWN_TIME_SIZE];

	if (sum->count == 0)
		return;
	ph_known_time(sum->since / 1000, since);
	printf("%-*s%u since %s", LABEL_COLUMN, "refused logins", sum->count,
	    since);
	if (c->attempts != 0 && sum->count >= c->attempts) {
		ph_known_time(sum->free_at / 1000, until);
		printf(", none is tried before %s", until);
	}
	printf("\n");
}

static struct ph_memory *open_memory(const struct ph_connection *c)
{
	const struct ph_memory_question q = { .connection = c };
	struct ph_memory *m = NULL;

	if (c->host[0] == '\0' || ph_memory_open(&q, &m) != PH_OK)
		return NULL;
	return m;
}

void ph_connection_known_print(const struct ph_connection *c)
{
	PH_CLEANUP(ph_memory_freep) struct ph_memory *m = open_memory(c);
	struct ph_tally_sum sum;
	const struct ph_known *k;

	if (m == NULL)
		return;
	k = ph_memory_known(m);
	ph_memory_sum(m, &sum);
	if (k->host[0] != '\0') {
		print_server(k);
	} else if (sum.count > 0) {
		printf("\nKnown of %s:\n", c->host);
	}
	print_refusals(c, &sum);
	for (size_t i = 0; i < k->mechanism_count; i++) {
		PH_CLEANUP(ph_buf_release) struct ph_buf text;

		ph_buf_init(&text, 4096);
		if (write_advice(k, &k->mechanisms[i], c->name, &text))
			printf("advice: %s\n", ph_buf_str(&text));
	}
}

/* JSON */

static json_t *day_or_null(ph_unixtime t)
{
	char day[PH_KNOWN_DAY_SIZE];

	if (t == 0)
		return json_null();
	ph_known_day(t, day);
	return ph_json_str(day);
}

static json_t *mechanism_to_json(const struct ph_known *k,
    const struct ph_known_mechanism *m, const char *name)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf text;
	json_t *j = json_object();

	ph_buf_init(&text, 4096);
	ph_json_put(j, "name", ph_json_str(m->name));
	ph_json_put(j, "offered", json_boolean(m->offered));
	ph_json_put(j, "worked", day_or_null(m->worked));
	ph_json_put(j, "worked_ms",
	    m->worked == 0 ? json_null() : json_integer(m->worked_ms));
	ph_json_put(j, "failed", day_or_null(m->broken));
	ph_json_put(j, "failed_ms",
	    m->broken == 0 ? json_null() : json_integer(m->broken_ms));
	ph_json_put(j, "failed_running", json_integer(m->broken_count));
	ph_json_put(j, "advice",
	    write_advice(k, m, name, &text) ? ph_json_str(ph_buf_str(&text))
					    : json_null());
	return j;
}

static json_t *server_to_json(
    const struct ph_known *k, const struct ph_connection *c)
{
	json_t *j = json_object();
	json_t *list = json_array();

	ph_json_put(j, "host", ph_json_str(c->host));
	ph_json_put(j, "port", json_integer(c->port));
	ph_json_put(j, "seen", day_or_null(k->seen));
	ph_json_put(j, "verified", day_or_null(k->good));
	ph_json_put(j, "starttls",
	    k->good == 0 ? json_null() : json_boolean(k->good_starttls));
	ph_json_put(j, "tls",
	    k->good == 0 ? json_null() : ph_json_str(k->good_version));
	ph_json_put(j, "spki_sha256", ph_json_str_or_null(k->key));
	ph_json_put(
	    j, "key_since", day_or_null(k->key[0] == '\0' ? 0 : k->key_since));
	for (size_t i = 0; i < k->mechanism_count; i++) {
		ph_json_add(
		    list, mechanism_to_json(k, &k->mechanisms[i], c->name));
	}
	ph_json_put(j, "mechanisms", list);
	return j;
}

static json_t *time_or_null(ph_unixmsec t)
{
	char text[PH_KNOWN_TIME_SIZE];

	if (t == 0)
		return json_null();
	ph_known_time(t / 1000, text);
	return ph_json_str(text);
}

json_t *ph_connection_known_json(const struct ph_connection *c)
{
	PH_CLEANUP(ph_memory_freep) struct ph_memory *m = open_memory(c);
	struct ph_tally_sum sum;
	json_t *refused;
	json_t *j;

	if (m == NULL)
		return json_null();
	ph_memory_sum(m, &sum);
	if (ph_memory_known(m)->host[0] == '\0' && sum.count == 0)
		return json_null();
	j = server_to_json(ph_memory_known(m), c);
	refused = json_object();
	ph_json_put(refused, "count", json_integer(sum.count));
	ph_json_put(refused, "since", time_or_null(sum.since));
	ph_json_put(refused, "free_at",
	    time_or_null(c->attempts == 0 ? 0 : sum.free_at));
	ph_json_put(j, "refused", refused);
	return j;
}

/* forget */

static enum ph_exit report(
    const struct ph_connection_action *a, const char *host, bool was)
{
	json_t *doc;

	if (!a->cli->json) {
		printf(was ? "forgot what was known of %s\n"
			   : "nothing was known of %s\n",
		    host);
		return PH_EXIT_OK;
	}
	doc = json_object();
	ph_json_put(doc, "ok", json_true());
	ph_json_put(doc, "host", ph_json_str(host));
	ph_json_put(doc, "forgotten", json_boolean(was));
	return ph_json_print(&doc);
}

/* A connection of that name, else the host itself. */
static enum ph_err find_server(struct ph_connection_action *a,
    struct ph_arena *arena, struct ph_host *out, struct ph_fault *fault)
{
	struct ph_connection c = { 0 };
	struct ph_fault ignored = { 0 };
	bool has_host = false;
	const char *host = NULL;

	if (ph_connection_name_valid(ph_span_of(a->name)) &&
	    ph_connection_check(
		a->catalog, a->name, arena, &c, &has_host, &ignored) == PH_OK &&
	    has_host) {
		*out = (struct ph_host){ .name = ph_span_of(c.host),
			.port = c.port };
		return PH_OK;
	}

	enum ph_err err = ph_host_parse(ph_span_of(a->name), out, fault);

	if (err == PH_OK)
		err = ph_host_to_ascii(out->name, arena, &host, fault);
	if (err == PH_OK)
		out->name = ph_span_of(host);
	return err;
}

/* A host at each of its ports. */
struct forgetting {
	const char *host;
	bool was;
	enum ph_err err;
	struct ph_fault *fault;
};

static void forget_port(void *ctx, uint16_t port)
{
	struct forgetting *f = ctx;
	bool one = false;

	if (f->err == PH_OK)
		f->err = ph_memory_forget(f->host, port, &one, f->fault);
	f->was |= one;
}

static enum ph_err forget_ports(
    const char *host, uint16_t port, bool *was, struct ph_fault *fault)
{
	struct forgetting f = { .host = host, .fault = fault };

	if (port != 0)
		return ph_memory_forget(host, port, was, fault);
	ph_memory_place_ports(host, forget_port, &f);
	/* Refused logins are kept by host alone, where it is not ours. */
	forget_port(&f, 25);
	*was = f.was;
	return f.err;
}

/* Of the connection, where that is its name. */
static enum ph_err forget_tests(
    const char *name, bool *was, struct ph_fault *fault)
{
	bool one = false;
	enum ph_err err = PH_OK;

	if (ph_connection_name_valid(ph_span_of(name)))
		err = ph_memory_history_forget(name, &one, fault);
	*was |= one;
	return err;
}

enum ph_exit ph_connection_forget(struct ph_connection_action *a)
{
	PH_CLEANUP(ph_arena_release) struct ph_arena arena;
	struct ph_fault fault = { 0 };
	struct ph_host server = { 0 };
	bool was = false;
	const char *host;

	ph_arena_init(&arena, ARENA_MAX);

	enum ph_err err = find_server(a, &arena, &server, &fault);

	if (err == PH_OK) {
		host = ph_arena_str(&arena, server.name);
		if (host == NULL)
			return ph_connection_fail(a->cli, PH_ENOMEM, &fault);
		err = forget_ports(host, server.port, &was, &fault);
		if (err == PH_OK)
			err = forget_tests(a->name, &was, &fault);
		if (err == PH_OK)
			return report(a, host, was);
	}
	return ph_connection_fail(a->cli, err, &fault);
}
