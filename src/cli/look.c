#include "cli/look.h"

#include "cli/version.h"
#include "connection/host.h"
#include "connection/preset.h"
#include "diagnose/clock_doubt.h"
#include "diagnose/interception.h"
#include "io/route.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum {
	/* A wait that a person is told of. */
	LONG_MS = 1000,
	LINE_MAX_LEN = 79
};

/* running */

struct watch {
	const struct ph_cli *cli;
	int64_t begun_usec;
	bool shown;
};

static void show(void *ctx, size_t over, size_t all)
{
	struct watch *w = ctx;

	if (w->cli->quiet || !isatty(STDERR_FILENO) ||
	    ph_clock_usec() - w->begun_usec < (int64_t)LONG_MS * 1000)
		return;
	(void)fprintf(
	    stderr, "\rlooking further: %zu of %zu tries are over", over, all);
	(void)fflush(stderr);
	w->shown = true;
}

static void interrupt(void *ctx, int signum)
{
	(void)signum;
	ph_probes_interrupt(ctx);
}

static void run(struct ph_look *l, const struct ph_cli *cli)
{
	struct watch w = { .cli = cli, .begun_usec = ph_clock_usec() };
	struct ph_signal *on_int = NULL;
	struct ph_signal *on_term = NULL;

	if (ph_signal_new(l->loop, SIGINT, interrupt, l->probes, &on_int) ==
		PH_OK &&
	    ph_signal_new(l->loop, SIGTERM, interrupt, l->probes, &on_term) ==
		PH_OK)
		ph_probes_run(l->probes, PH_LOOK_MS, show, &w);
	ph_signal_free(on_int);
	ph_signal_free(on_term);
	l->interrupted = ph_probes_interrupted(l->probes);
	if (w.shown)
		(void)fprintf(stderr, "\r%*s\r", LINE_MAX_LEN, "");
}

static void take(struct ph_sighting *s, const struct ph_probe *p)
{
	const struct ph_session_facts *f = p->facts;

	s->host = p->target.host;
	s->port = p->target.port;
	s->mode = ph_encryption_name(p->target.encryption);
	s->is_over = p->is_over;
	s->is_good = p->is_good;
	s->has_login = p->has_login;
	s->is_encrypted = f->tls != NULL;
	s->is_verified = f->tls != NULL && f->tls->verified;
	s->fault = &p->fault;
	s->greeting = f->greeting;
	s->version = f->tls == NULL ? "" : f->tls->version;
	s->address = f->address == NULL ? "" : f->address;
}

static bool is_address(const struct ph_connection *c)
{
	return ph_host_is_literal(ph_span_of(c->host));
}

/* Where an address was tested, the name has to lead to it; a host that has no
   address of the other family tells nothing. */
static bool is_worth_telling(
    const struct ph_sighting *s, const struct ph_connection *c)
{
	if (s->way == PH_WAY_NAME && is_address(c))
		return strcmp(s->address, c->host) == 0;
	return s->way != PH_WAY_FAMILY ||
	    s->fault->cause != PH_CAUSE_CONNECT_FAILED;
}

static void keep_worthy(struct ph_look *l, const struct ph_connection *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->count; i++) {
		if (is_worth_telling(&l->sightings[i], c))
			l->sightings[kept++] = l->sightings[i];
	}
	l->count = kept;
}

/* What it came to, in the transcript. */
static void note(const struct ph_look_question *q, const struct ph_sighting *s,
    const struct ph_probe *p)
{
	char line[PH_FAULT_TEXT_MAX];
	char text[PH_FAULT_TEXT_MAX / 2];

	if (!ph_transcript_is_wanted(q->transcript))
		return;
	ph_sighting_write(s, text, sizeof(text));
	(void)snprintf(line, sizeof(line), "tried %s:%u %s: %s", s->host,
	    (unsigned)s->port, s->mode, text);
	ph_transcript_take(q->transcript,
	    &(struct ph_trace){
		.t_ms = p->facts->timing.total,
		.dir = PH_DIR_NOTE,
		.tls = s->is_encrypted,
		.stage = s->is_good ? PH_STAGE_EHLO : s->fault->stage,
		.line = ph_span_of(line),
	    });
}

static enum ph_err try_all(struct ph_look *l, const struct ph_look_question *q,
    const struct ph_fault *fault)
{
	const struct ph_probes_options opt = {
		.connection = &q->server->connection,
		.proxy_password = q->server->has_proxy_password
		    ? &q->server->proxy_password
		    : NULL,
		.step_max = PH_LOOK_STEP_MS,
		.trace = ph_transcript_is_wanted(q->transcript)
		    ? ph_transcript_take
		    : NULL,
		.trace_ctx = q->transcript,
	};
	enum ph_err err = ph_loop_new(&l->loop);

	if (err == PH_OK)
		err = ph_probes_new(l->loop, &opt, &l->probes);
	if (err != PH_OK)
		return err;
	ph_look_plan(l, q, fault);
	if (l->count == 0)
		return PH_OK;
	run(l, q->cli);
	for (size_t i = 0; i < l->count; i++) {
		const struct ph_probe *p = ph_probes_at(l->probes, i);

		take(&l->sightings[i], p);
		note(q, &l->sightings[i], p);
	}
	keep_worthy(l, &q->server->connection);
	return PH_OK;
}

/* judging */

static bool is_local(const struct ph_connection *c)
{
	return strncmp(c->host, "127.", 4) == 0 ||
	    strcmp(c->host, "::1") == 0 || strcmp(c->host, "localhost") == 0;
}

static bool wants_login(const struct ph_connection *c)
{
	return !c->anonymous &&
	    (c->username[0] != '\0' || c->mechanism_count > 0);
}

static void find_remedy(struct ph_look *l, const struct ph_look_question *q,
    const struct ph_fault *fault)
{
	const struct ph_connection *c = &q->server->connection;
	const struct ph_remedy_question in = {
		.fault = fault,
		.host = c->host,
		.port = c->port,
		.wants_login = wants_login(c),
		.needs_tls = c->encryption != PH_ENCRYPTION_NONE,
		.verifies = c->verify != PH_VERIFY_OFF,
		.is_local = is_local(c),
		.has_route = ph_route_is_there(),
		.sightings = l->sightings,
		.count = l->count,
	};

	ph_remedy_find(&in, &l->remedy);
}

static bool is_masked(const struct ph_session_facts *f)
{
	if (f == NULL)
		return false;
	if (ph_interception_masks_greeting(f->greeting))
		return true;
	for (size_t i = 0; f->ehlo != NULL && i < f->ehlo->line_count; i++) {
		if (ph_interception_masks_offer(ph_ehlo_line(f->ehlo, i)))
			return true;
	}
	return false;
}

PH_PRINTF(2, 3)

static void advise(struct ph_look *l, const char *fmt, ...)
{
	char text[PH_FAULT_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	memcpy(l->remedy.advice, text, sizeof(text));
}

/* What a masking firewall leads to; behind the login it leads to nothing. */
static bool may_be_masking(const struct ph_fault *f)
{
	return f->stage == PH_STAGE_EHLO || f->stage == PH_STAGE_TLS ||
	    f->cause == PH_CAUSE_AUTH_NOT_OFFERED ||
	    f->cause == PH_CAUSE_AUTH_PLAINTEXT;
}

static void judge_masking(struct ph_look *l, const struct ph_look_question *q,
    const struct ph_fault *fault)
{
	if (!is_masked(q->facts) || !may_be_masking(fault))
		return;
	if (l->remedy.use != NULL) {
		advise(l,
		    "a firewall in between blots out what the server says "
		    "(\"SMTP inspection\"): %s",
		    l->remedy.advice);
		return;
	}
	l->remedy.setting = "network";
	advise(l,
	    "a firewall in between blots out what the server says (\"SMTP "
	    "inspection\", \"fixup\"): whoever runs the network has to turn "
	    "that off; port 465, where the server has it, escapes it");
}

static void judge_issuer(struct ph_look *l, const struct ph_look_question *q,
    const struct ph_fault *fault)
{
	const struct ph_certificate *c =
	    q->facts == NULL ? NULL : q->facts->certificate;
	const struct ph_interceptor *by =
	    c == NULL ? NULL : ph_interceptor_of(c->issuer);
	const struct ph_preset *server =
	    ph_preset_of_host(ph_span_of(q->server->connection.host));

	if (fault->cause != PH_CAUSE_CERT_UNTRUSTED &&
	    fault->cause != PH_CAUSE_CERT_SELF_SIGNED)
		return;
	if (by != NULL && by->place == PH_INTERCEPTOR_HERE) {
		advise(l,
		    "%s on this computer opens the encryption and shows its "
		    "own certificate: turn its mail scanning off for outgoing "
		    "mail, or trust its authority with --ca-file FILE",
		    by->name);
	} else if (by != NULL) {
		advise(l,
		    "%s of the network opens the encryption and shows its own "
		    "certificate: ask who runs the network for an exception, "
		    "or for its authority's certificate (--ca-file FILE)",
		    by->name);
	} else if (server != NULL) {
		advise(l,
		    "that is not a certificate of %s: somebody in between, a "
		    "scanner, the firm's proxy or worse, opens the "
		    "encryption; do not log in before it is known who",
		    server->name);
	}
}

/* Of the other tries, whose certificates are out of date, and whose are not. */
static void count_others(
    const struct ph_look *l, struct ph_clock_view *v, const char *sha256)
{
	for (size_t i = 0; i < ph_probes_count(l->probes); i++) {
		const struct ph_probe *p = ph_probes_at(l->probes, i);
		const struct ph_certificate *c = p->facts->certificate;

		if (c == NULL || strcmp(c->sha256, sha256) == 0)
			continue;
		if (p->fault.cause == PH_CAUSE_CERT_EXPIRED ||
		    p->fault.cause == PH_CAUSE_CERT_NOT_YET) {
			v->others_off++;
		} else if (p->is_good) {
			v->others_good++;
		}
	}
}

static void judge_clock(struct ph_look *l, const struct ph_look_question *q,
    const struct ph_fault *fault)
{
	const struct ph_certificate *c =
	    q->facts == NULL ? NULL : q->facts->certificate;
	char why[PH_CLOCK_TEXT_MAX];
	struct ph_clock_view v;

	if (c == NULL ||
	    (fault->cause != PH_CAUSE_CERT_EXPIRED &&
		fault->cause != PH_CAUSE_CERT_NOT_YET))
		return;
	v = (struct ph_clock_view){
		.now = ph_clock_unix(),
		.made = ph_version_made(),
		.not_before = ph_clock_read_iso(c->not_before),
		.not_after = ph_clock_read_iso(c->not_after),
		.greeting = q->facts->greeting,
	};
	if (l->probes != NULL)
		count_others(l, &v, c->sha256);
	switch (ph_clock_judge(&v, why)) {
	case PH_CLOCK_UNKNOWN:
		return;
	case PH_CLOCK_RIGHT:
		advise(l,
		    "%s: the server's administrator has to renew the "
		    "certificate",
		    why);
		return;
	case PH_CLOCK_WRONG:
	case PH_CLOCK_DOUBTFUL:
		advise(l, "%s: check this computer's clock and its time zone",
		    why);
		return;
	}
}

/* The account of words is better than none. */
static void judge_doubts(struct ph_look *l, const struct ph_fault *fault)
{
	const char *setting = ph_fault_setting(fault);
	const struct ph_doubt *d = ph_doubts_about(&l->doubts, setting);
	bool is_early = fault->stage == PH_STAGE_DNS ||
	    fault->stage == PH_STAGE_CONNECT ||
	    fault->stage == PH_STAGE_GREETING;

	if (d == NULL || l->remedy.use != NULL || l->remedy.advice[0] != '\0' ||
	    (!is_early && fault->cause != PH_CAUSE_AUTH_REFUSED))
		return;
	l->remedy.setting = d->setting;
	advise(l, "%s", d->text);
}

/* making good */

static void fix_by_sighting(struct ph_look *l, const struct ph_connection *c)
{
	const struct ph_sighting *s = l->remedy.use;
	char port[8];

	(void)snprintf(port, sizeof(port), "%u", (unsigned)s->port);
	if (strcmp(s->host, c->host) != 0) {
		ph_fix_set(&l->fix, "host", s->host);
		/* Another host has its own certificate. */
		if (c->verify_name[0] != '\0')
			ph_fix_set(&l->fix, "verify-name", "");
	}
	if (s->port != c->port)
		ph_fix_set(&l->fix, "port", port);
	if (strcmp(s->mode, ph_encryption_name(c->encryption)) != 0)
		ph_fix_set(&l->fix, "encryption", s->mode);
	if (s->way == PH_WAY_FAMILY) {
		ph_fix_set(&l->fix, "source-address",
		    s->family == 4 ? "0.0.0.0" : "::");
	}
	if (s->way == PH_WAY_HELO)
		ph_fix_set(&l->fix, "helo", "");
}

/* The name's other shape was taken. */
static void fix_username(struct ph_look *l, const struct ph_session_facts *f)
{
	for (size_t i = 0; f != NULL && i < f->attempt_count; i++) {
		const struct ph_session_attempt *a = &f->attempts[i];

		if (a->end == PH_ATTEMPT_WORKED && a->username != NULL &&
		    a->username[0] != '\0')
			ph_fix_set(&l->fix, "username", a->username);
	}
}

static void find_fix(struct ph_look *l, const struct ph_look_question *q,
    const struct ph_fault *fault)
{
	const struct ph_connection *c = &q->server->connection;

	if (l->remedy.use != NULL)
		fix_by_sighting(l, c);
	if (fault->cause == PH_CAUSE_AUTH_USERNAME)
		fix_username(l, q->facts);
	if (fault->cause == PH_CAUSE_AUTH_NO_COMMON && c->mechanism_count > 0)
		ph_fix_set(&l->fix, "mechanisms", "auto");
}

static bool is_odd_success(const struct ph_look_question *q)
{
	const struct ph_session_facts *f = q->facts;

	return f != NULL && f->encryption == PH_ENCRYPTION_WANTED &&
	    (f->tls == NULL || !f->tls->verified) &&
	    q->server->connection.verify != PH_VERIFY_OFF;
}

void ph_look_further(
    struct ph_look *l, const struct ph_look_question *q, struct ph_fault *fault)
{
	const struct ph_cli_server *s = q->server;

	if (fault->cause == PH_CAUSE_INTERRUPTED ||
	    (!ph_fault_is_set(fault) && !is_odd_success(q)))
		return;
	ph_doubts_find(&s->connection,
	    s->has_password ? ph_secret_span(&s->password)
			    : (struct ph_span){ 0 },
	    &l->doubts);
	if (q->probes && try_all(l, q, fault) != PH_OK)
		l->count = 0;
	find_remedy(l, q, fault);
	judge_masking(l, q, fault);
	judge_issuer(l, q, fault);
	judge_clock(l, q, fault);
	judge_doubts(l, fault);
	find_fix(l, q, fault);
	if (!ph_fault_is_set(fault))
		return;
	if (l->remedy.setting != NULL)
		ph_fault_suspect(fault, l->remedy.setting);
	if (l->remedy.advice[0] != '\0')
		ph_fault_advise(fault, "%s", l->remedy.advice);
}

void ph_look_release(struct ph_look *l)
{
	ph_probes_free(l->probes);
	ph_loop_free(l->loop);
	l->probes = NULL;
	l->loop = NULL;
}
