#include "survey/state.h"

#include "smtp/ehlo.h"

#include <stdio.h>

/* What mail servers are asked: a handshake, the certificate, a second EHLO, and
   QUIT. */

enum {
	OPEN_MAX = 16,
	TIMEOUT_S = 4,
	MECHANISMS_MAX = 512,
	/* One that takes no login comes after those that do. */
	NO_LOGIN = 1000
};

static struct ph_probe_task *add(struct ph_survey *s, const char *host,
    uint16_t port, enum ph_encryption encryption)
{
	struct ph_probe_task *t = &s->probes[s->probe_count];

	for (size_t i = 0; i < s->probe_count; i++) {
		const struct ph_probe_task *other = &s->probes[i];

		if (other->port == port && other->encryption == encryption &&
		    ph_span_eq_nocase(
			ph_span_of(other->host), ph_span_of(host)))
			return NULL;
	}
	if (s->probe_count >= PH_SURVEY_PROBES_MAX)
		return NULL;
	s->probe_count++;
	*t = (struct ph_probe_task){
		.survey = s,
		.host = host,
		.port = port,
		.encryption = encryption,
		.found = PH_FOUND_GUESS,
	};
	return t;
}

static void add_guess(struct ph_survey *s, const char *host, uint16_t port,
    size_t mode, unsigned order)
{
	enum ph_encryption encryption;
	struct ph_probe_task *t;

	if (!ph_guess_encryption(port, mode, &encryption))
		return;
	t = add(s, host, port, encryption);
	if (t == NULL)
		return;
	t->is_guess = true;
	t->mode = mode;
	t->order = order;
}

void ph_probes_guess(struct ph_survey *s, const char *host, unsigned order)
{
	for (size_t i = 0; i < PH_GUESS_PORTS; i++) {
		add_guess(s, host, ph_guess_port(i), 0,
		    order * PH_GUESS_PORTS + (unsigned)i);
	}
}

/* The connection that is tried: as a stranger. */
static enum ph_err resolve(struct ph_survey *s, struct ph_probe_task *t)
{
	char port[8];
	char timeout[8];

	const struct {
		const char *name;
		const char *value;
	} settings[] = {
		{ "host", t->host },
		{ "port", port },
		{ "encryption", ph_encryption_name(t->encryption) },
		{ "timeout", timeout },
		{ "ca-file", s->opt.ca_file },
		{ "memory", "no" },
	};
	struct ph_setting_override overrides[PH_COUNT(settings)];
	struct ph_resolve in = { .overrides = overrides };
	struct ph_fault ignored = { 0 };

	(void)snprintf(port, sizeof(port), "%u", t->port);
	(void)snprintf(timeout, sizeof(timeout), "%ds", TIMEOUT_S);
	for (size_t i = 0; i < PH_COUNT(settings); i++) {
		if (settings[i].value[0] == '\0')
			continue;
		overrides[in.override_count++] = (struct ph_setting_override){
			ph_setting_find(
			    PH_SPAN(""), ph_span_of(settings[i].name)),
			ph_span_of(settings[i].value), ""
		};
	}
	return ph_connection_resolve(&in, &s->arena, &t->connection, &ignored);
}

static void on_event(void *ctx)
{
	struct ph_probe_task *t = ctx;

	if (t->state == PH_TASK_OPEN)
		t->state = PH_TASK_ANSWERED;
}

static const char *scheme_of(enum ph_encryption e)
{
	static const char *const schemes[] = {
		[PH_ENCRYPTION_NONE] = "smtp+none",
		[PH_ENCRYPTION_WANTED] = "smtp",
		[PH_ENCRYPTION_AFTER_CONNECT] = "smtp+starttls",
		[PH_ENCRYPTION_BEFORE_CONNECT] = "smtps",
	};

	return schemes[e];
}

static void begin(struct ph_survey *s, struct ph_probe_task *t)
{
	const struct ph_session_options opt = { .connection = &t->connection };
	struct ph_fault ignored = { 0 };
	enum ph_err err = resolve(s, t);

	if (err == PH_OK)
		err = ph_session_new(s->loop, &opt, &t->session, &ignored);
	if (err == PH_OK) {
		ph_session_on_event(t->session, on_event, t);
		err = ph_session_start(t->session);
	}
	t->state = err == PH_OK ? PH_TASK_OPEN : PH_TASK_DONE;
	if (err == PH_ENOMEM)
		ph_survey_check(s, err);
	if (err == PH_OK) {
		ph_survey_contact(s, "%s://%s:%u", scheme_of(t->encryption),
		    t->host, t->port);
	}
}

/* What the server offers to log in by. */
static void list_mechanisms(
    const struct ph_session_facts *f, char *out, size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; f->ehlo != NULL && i < f->ehlo->mechanism_count;
	     i++) {
		const char *one = ph_ehlo_mechanism(f->ehlo, i);

		if (at + strlen(one) + 2 > size)
			return;
		at += (size_t)snprintf(
		    out + at, size - at, "%s%s", at == 0 ? "" : " ", one);
	}
}

static void add_guessed(struct ph_survey *s, const struct ph_probe_task *t)
{
	struct ph_candidate c = {
		.host = t->host,
		.port = t->port,
		.encryption = t->encryption,
		.username = s->subject.address,
		.found = PH_FOUND_GUESS,
		.detail = "a usual name and port",
		.order = t->order,
	};
	enum ph_err err = ph_candidate_note(&s->set, &c,
	    "whether the user name is the whole address or %s is not known",
	    s->subject.local);

	if (err == PH_OK)
		err = ph_candidates_add(&s->set, &c);
	ph_survey_check(s, err);
}

static void prove(struct ph_survey *s, struct ph_probe_task *t)
{
	char mechanisms[MECHANISMS_MAX];
	struct ph_candidate *c;

	if (t->is_guess)
		add_guessed(s, t);
	c = ph_candidates_find(&s->set, t->host, t->port, t->encryption);
	if (c == NULL)
		return;
	list_mechanisms(
	    ph_session_facts(t->session), mechanisms, sizeof(mechanisms));
	c->proof = PH_PROOF_GOOD;
	if (mechanisms[0] != '\0') {
		/* What the provider said about itself stays. */
		if (c->mechanisms[0] != '\0')
			return;
		c->mechanisms = ph_arena_str(&s->arena, ph_span_of(mechanisms));
		if (c->mechanisms == NULL) {
			c->mechanisms = "";
			ph_survey_check(s, PH_ENOMEM);
		}
		return;
	}
	if (t->is_guess)
		c->order += NO_LOGIN;
	ph_survey_check(s,
	    ph_candidate_note(&s->set, c, "the server offers no login there"));
}

/* Another mode on the same port may do; 0 modes: none would. */
static size_t next_mode(const struct ph_probe_task *t, enum ph_cause cause)
{
	enum ph_encryption e = t->encryption;
	enum ph_encryption want;
	enum ph_encryption other;

	switch ((int)cause) {
	case PH_CAUSE_TLS_NOT_OFFERED:
		want = PH_ENCRYPTION_NONE;
		break;
	case PH_CAUSE_SILENCE:
	case PH_CAUSE_TLS_EXPECTED:
		want = PH_ENCRYPTION_BEFORE_CONNECT;
		break;
	case PH_CAUSE_TLS_PLAINTEXT:
		want = PH_ENCRYPTION_AFTER_CONNECT;
		break;
	default:
		return 0;
	}
	for (size_t i = t->mode + 1; ph_guess_encryption(t->port, i, &other);
	     i++) {
		if (other == want && other != e)
			return i;
	}
	return 0;
}

static bool is_odd(enum ph_cause cause)
{
	return cause >= PH_CAUSE_TLS_REFUSED && cause <= PH_CAUSE_CERT_OTHER &&
	    cause != PH_CAUSE_TLS_PLAINTEXT;
}

/* A name that does not exist is asked for once. */
static void forget_host(struct ph_survey *s, const char *host)
{
	for (size_t i = 0; i < s->probe_count; i++) {
		struct ph_probe_task *t = &s->probes[i];

		if (t->state == PH_TASK_IDLE && t->is_guess &&
		    ph_span_eq_nocase(ph_span_of(t->host), ph_span_of(host)))
			t->state = PH_TASK_DONE;
	}
}

static void disprove(
    struct ph_survey *s, struct ph_probe_task *t, const struct ph_fault *f)
{
	struct ph_candidate *c =
	    ph_candidates_find(&s->set, t->host, t->port, t->encryption);
	size_t mode = t->is_guess ? next_mode(t, f->cause) : 0;

	if (f->cause == PH_CAUSE_HOST_NOT_FOUND)
		forget_host(s, t->host);
	if (mode > 0)
		add_guess(s, t->host, t->port, mode, t->order);
	if (c != NULL && c->proof != PH_PROOF_GOOD) {
		c->proof = PH_PROOF_BAD;
		ph_survey_check(
		    s, ph_candidate_note(&s->set, c, "%s", f->text));
	} else if (c == NULL && is_odd(f->cause)) {
		ph_survey_note(s, "%s", f->text);
	}
}

static void look_at(struct ph_survey *s, struct ph_probe_task *t)
{
	struct ph_session_event e;

	t->state = PH_TASK_OPEN;
	while (
	    t->state == PH_TASK_OPEN && ph_session_next_event(t->session, &e)) {
		if (e.type == PH_SESSION_READY) {
			t->state = PH_TASK_DONE;
			prove(s, t);
			ph_session_quit(t->session);
		} else if (e.type == PH_SESSION_CLOSED) {
			t->state = PH_TASK_DONE;
			if (e.fault != NULL)
				disprove(s, t, e.fault);
		}
	}
}

/* Once QUIT is answered, or the server gone. */
static void let_go(struct ph_probe_task *t)
{
	if (t->session == NULL || t->state != PH_TASK_DONE ||
	    !ph_session_is_closed(t->session))
		return;
	ph_session_free(t->session);
	t->session = NULL;
}

static void plan(struct ph_survey *s)
{
	for (size_t i = 0; i < s->set.count; i++) {
		const struct ph_candidate *c = &s->set.items[i];
		struct ph_probe_task *t;

		if (c->proof != PH_PROOF_NONE ||
		    c->found == PH_FOUND_SUGGESTION)
			continue;
		t = add(s, c->host, c->port, c->encryption);
		if (t != NULL)
			t->found = c->found;
	}
}

void ph_probes_advance(struct ph_survey *s)
{
	size_t open = 0;

	for (size_t i = 0; i < s->probe_count; i++) {
		struct ph_probe_task *t = &s->probes[i];

		if (t->state == PH_TASK_ANSWERED)
			look_at(s, t);
		let_go(t);
		open += t->state == PH_TASK_OPEN;
	}
	if (!s->opt.probes || s->state != PH_SURVEY_RUNNING)
		return;
	plan(s);
	for (size_t i = 0; i < s->probe_count && open < OPEN_MAX; i++) {
		if (s->probes[i].state != PH_TASK_IDLE)
			continue;
		begin(s, &s->probes[i]);
		open += s->probes[i].state == PH_TASK_OPEN;
	}
}

void ph_probes_release(struct ph_survey *s)
{
	for (size_t i = 0; i < s->probe_count; i++) {
		ph_session_free(s->probes[i].session);
		s->probes[i].session = NULL;
	}
}
