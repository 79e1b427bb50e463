#include "deliver/probe.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	TICK_MS = 100,
	LINE_MAX_LEN = 1024
};

struct one {
	struct ph_probes *all;
	struct ph_probe probe;
	struct ph_connection conn;
	struct ph_session *session;
	bool is_started;
};

struct ph_probes {
	struct ph_loop *loop;
	struct ph_probes_options opt;
	struct ph_timer *timer;
	struct one *items[PH_PROBES_MAX];
	size_t count;
	bool interrupted;
};

static void on_timer(void *ctx)
{
	(void)ctx; /* the loop turns, which is all */
}

enum ph_err ph_probes_new(struct ph_loop *l,
    const struct ph_probes_options *opt, struct ph_probes **out)
{
	struct ph_probes *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return PH_ENOMEM;
	p->loop = l;
	p->opt = *opt;
	if (ph_timer_new(l, on_timer, p, &p->timer) != PH_OK) {
		free(p);
		return PH_ENOMEM;
	}
	*out = p;
	return PH_OK;
}

static void free_one(struct one *o)
{
	ph_session_free(o->session);
	free(o);
}

void ph_probes_free(struct ph_probes *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->count; i++)
		free_one(p->items[i]);
	ph_timer_free(p->timer);
	free(p);
}

/* Among the lines of the test it is a note: who reads them as a conversation
   must not take it for a part of that one. */
static void trace(void *ctx, const struct ph_trace *t)
{
	static const char *const marks[] = {
		[PH_DIR_IN] = "<",
		[PH_DIR_OUT] = ">",
		[PH_DIR_NOTE] = "*",
	};
	const struct one *o = ctx;
	char line[LINE_MAX_LEN];
	struct ph_trace note = *t;

	(void)snprintf(line, sizeof(line), "probe %s:%u %s%s%s %s %.*s",
	    o->conn.host, (unsigned)o->conn.port,
	    ph_encryption_name(o->conn.encryption),
	    o->probe.target.source_address == NULL ? "" : " from ",
	    o->probe.target.source_address == NULL
		? ""
		: o->probe.target.source_address,
	    marks[t->dir],
	    PH_SPAN_ARG(ph_span_first(t->line,
		t->line.len < LINE_MAX_LEN / 2 ? t->line.len
					       : LINE_MAX_LEN / 2)));
	note.dir = PH_DIR_NOTE;
	note.line = ph_span_of(line);
	o->all->opt.trace(o->all->opt.trace_ctx, &note);
}

/* The connection without whatever it proves itself by. */
static void strip(struct ph_connection *c)
{
	c->name = "";
	c->username = "";
	c->password_from = (struct ph_secret_source){ .fd = -1 };
	c->domain = "";
	c->mechanisms = NULL;
	c->mechanism_count = 0;
	c->anonymous = true;
	c->client_certificate = "";
	c->client_key = "";
	c->memory = false;
}

static void aim(struct one *o, const struct ph_probes_options *opt)
{
	const struct ph_probe_target *t = &o->probe.target;
	struct ph_connection *c = &o->conn;

	*c = *opt->connection;
	strip(c);
	/* Another host has to show a certificate of its own. */
	if (strcmp(c->host, t->host) != 0)
		c->verify_name = "";
	c->host = t->host;
	c->port = t->port;
	c->encryption = t->encryption;
	if (t->source_address != NULL)
		c->source_address = t->source_address;
	if (t->helo != NULL)
		c->helo = t->helo;
	if (t->tls_versions != 0)
		c->tls_versions = t->tls_versions;
	if (c->timeout == 0 || c->timeout > opt->step_max)
		c->timeout = opt->step_max;
}

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool is_there(const struct ph_probes *p, const struct ph_probe_target *t)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct ph_probe_target *o = &p->items[i]->probe.target;

		if (strcmp(o->host, t->host) == 0 && o->port == t->port &&
		    o->encryption == t->encryption &&
		    o->tls_versions == t->tls_versions &&
		    is_same_text(o->source_address, t->source_address) &&
		    is_same_text(o->helo, t->helo))
			return true;
	}
	return false;
}

enum ph_err ph_probes_add(
    struct ph_probes *p, const struct ph_probe_target *target)
{
	struct ph_fault ignored = { 0 };
	struct ph_session_options opt = {
		.proxy_password = p->opt.proxy_password,
	};
	struct one *o;

	if (p->count == PH_PROBES_MAX || is_there(p, target))
		return PH_EINVAL;
	o = calloc(1, sizeof(*o));
	if (o == NULL)
		return PH_ENOMEM;
	o->all = p;
	o->probe.target = *target;
	aim(o, &p->opt);
	opt.connection = &o->conn;
	if (p->opt.trace != NULL) {
		opt.trace = trace;
		opt.trace_ctx = o;
	}

	enum ph_err err = ph_session_new(p->loop, &opt, &o->session, &ignored);
	if (err != PH_OK) {
		free(o);
		return err;
	}
	o->probe.facts = ph_session_facts(o->session);
	p->items[p->count++] = o;
	return PH_OK;
}

/* EHLO is answered: that was all it was for. */
static void take_ready(struct one *o)
{
	const struct ph_session_facts *f = o->probe.facts;

	o->probe.is_over = true;
	o->probe.is_good = true;
	o->probe.has_login = f->ehlo != NULL && f->ehlo->mechanism_count > 0;
	ph_session_quit(o->session);
}

static void look(struct one *o)
{
	struct ph_session_event ev;

	while (ph_session_next_event(o->session, &ev)) {
		if (o->probe.is_over)
			continue;
		if (ev.type == PH_SESSION_READY) {
			take_ready(o);
		} else if (ev.type == PH_SESSION_CLOSED) {
			o->probe.is_over = true;
			if (ev.fault != NULL)
				o->probe.fault = *ev.fault;
		}
	}
}

static size_t look_at_all(struct ph_probes *p)
{
	size_t over = 0;

	for (size_t i = 0; i < p->count; i++) {
		look(p->items[i]);
		over += p->items[i]->probe.is_over ? 1 : 0;
	}
	return over;
}

static void start(struct one *o)
{
	if (o->is_started)
		return;
	o->is_started = true;
	if (ph_session_start(o->session) == PH_OK)
		return;
	o->probe.is_over = true;
	ph_fault_set(&o->probe.fault, PH_CAUSE_NO_MEMORY, PH_STAGE_DNS,
	    "%s:%u: out of memory", o->conn.host, (unsigned)o->conn.port);
}

void ph_probes_run(
    struct ph_probes *p, ph_msec most, ph_probes_tick_fn *tick, void *ctx)
{
	ph_msec end;
	ph_msec now;

	ph_loop_update(p->loop);
	end = ph_loop_now(p->loop) + most;
	for (size_t i = 0; i < p->count; i++)
		start(p->items[i]);
	for (;;) {
		size_t over = look_at_all(p);

		if (tick != NULL)
			tick(ctx, over, p->count);
		now = ph_loop_now(p->loop);
		if (over == p->count || p->interrupted || now >= end)
			break;
		ph_timer_set(
		    p->timer, now + TICK_MS < end ? now + TICK_MS : end);
		(void)ph_loop_turn(p->loop);
	}
	ph_timer_set(p->timer, PH_NEVER);
}

void ph_probes_interrupt(struct ph_probes *p)
{
	p->interrupted = true;
}

bool ph_probes_interrupted(const struct ph_probes *p)
{
	return p->interrupted;
}

size_t ph_probes_count(const struct ph_probes *p)
{
	return p->count;
}

const struct ph_probe *ph_probes_at(const struct ph_probes *p, size_t i)
{
	return &p->items[i]->probe;
}
