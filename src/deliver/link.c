#include "deliver/session_state.h"

#include "base/note.h"
#include "deliver/verdict.h"
#include "diagnose/cause.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

enum {
	/* QUIT must not hold anyone. */
	QUIT_MS = 10 * 1000
};

/* telling */

void ph_link_reached(struct ph_session *s, enum ph_stage stage)
{
	if (stage > s->facts.stage)
		s->facts.stage = stage;
}

void ph_link_trace(struct ph_session *s, enum ph_smtp_dir dir,
    enum ph_stage stage, struct ph_span line)
{
	struct ph_trace t = {
		.t_ms = ph_ms_since(s->start_usec),
		.dir = dir,
		.tls = s->facts.tls != NULL,
		.stage = stage,
		.line = line,
	};

	if (s->trace != NULL)
		s->trace(s->trace_ctx, &t);
}

void ph_link_note(
    struct ph_session *s, enum ph_stage stage, const char *fmt, ...)
{
	char line[PH_FAULT_TEXT_MAX];
	va_list ap;

	if (s->trace == NULL)
		return;
	va_start(ap, fmt);
	int n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n >= 0)
		ph_link_trace(s, PH_DIR_NOTE, stage, ph_span_of(line));
}

static bool has_warning(const struct ph_session *s, const char *text)
{
	for (size_t i = 0; i < s->facts.warning_count; i++) {
		if (strcmp(s->warnings[i], text) == 0)
			return true;
	}
	return false;
}

void ph_link_warn(
    struct ph_session *s, enum ph_stage stage, const char *fmt, ...)
{
	size_t at = s->facts.warning_count;
	char text[PH_FAULT_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ph_link_note(s, stage, "%s", text);
	if (has_warning(s, text))
		return;
	if (at == PH_SESSION_WARNINGS_MAX)
		at--;
	memcpy(s->warning_texts[at], text, sizeof(text));
	s->warnings[at] = s->warning_texts[at];
	s->facts.warning_count = at + 1;
}

static void keep_fault(struct ph_session *s, const struct ph_fault *fault)
{
	if (!ph_fault_is_set(&s->fault) && fault != NULL)
		s->fault = *fault;
}

/* ending */

void ph_link_drop(struct ph_session *s)
{
	ph_dial_free(s->dial);
	ph_stream_free(s->stream);
	s->helo_waits = false;
	s->helo_until = PH_NEVER;
	s->dial = NULL;
	s->stream = NULL;
	s->handshake_until = PH_NEVER;
}

void ph_link_close(struct ph_session *s, const struct ph_fault *fault)
{
	if (s->phase == PH_PHASE_CLOSED)
		return;
	if (ph_login_is_refused(s))
		keep_fault(s, &s->login.fault);
	keep_fault(s, fault);
	ph_gate_leave(s, PH_GATE_UNDECIDED);
	ph_login_step_stop(&s->login);
	ph_passage_token_stop(&s->way);
	ph_link_drop(s);
	s->phase = PH_PHASE_CLOSED;
	s->facts.timing.total = ph_ms_since(s->start_usec);
	ph_traffic_fail(s, &s->fault);
	s->tell_room = false;
	s->tell_closed = true;
	s->news = true;
}

void ph_link_give_up(struct ph_session *s, const struct ph_fault *fault)
{
	keep_fault(s, fault);
	ph_smtp_client_quit(s->client, ph_loop_now(s->loop));
}

/* `wanted` */

bool ph_link_may_step_down(const struct ph_session *s)
{
	return s->conn->encryption == PH_ENCRYPTION_WANTED &&
	    s->footing != PH_FOOTING_CLEAR && !s->interrupted;
}

static bool is_certificate(enum ph_cause cause)
{
	switch ((int)cause) {
	case PH_CAUSE_CERT_EXPIRED:
	case PH_CAUSE_CERT_NOT_YET:
	case PH_CAUSE_CERT_SELF_SIGNED:
	case PH_CAUSE_CERT_UNTRUSTED:
	case PH_CAUSE_CERT_NAME:
	case PH_CAUSE_CERT_PIN:
	case PH_CAUSE_CERT_REVOKED:
	case PH_CAUSE_CERT_STAPLE:
	case PH_CAUSE_CERT_OTHER:
		return true;
	default:
		return false;
	}
}

/* The conversation is spoilt: the next one asks for less.  Each footing is
   tried once, so this ends. */
void ph_link_step_down(struct ph_session *s, const struct ph_fault *why)
{
	bool unverified =
	    is_certificate(why->cause) && s->footing == PH_FOOTING_AS_ASKED;
	struct ph_fault f;

	if (!unverified && ph_recall_refuses_clear(s, why->text, &f)) {
		ph_link_close(s, &f);
		return;
	}
	if (unverified)
		ph_recall_certificate(s);
	s->footing = unverified ? PH_FOOTING_UNVERIFIED : PH_FOOTING_CLEAR;
	ph_link_warn(s, PH_STAGE_TLS, "%s: %s", why->text,
	    unverified ? "going on without a certificate that can be trusted"
		       : "going on without encryption");
	s->start_over = true;
}

void ph_link_reconnect(struct ph_session *s)
{
	struct ph_fault f;

	s->start_over = false;
	ph_link_drop(s);
	ph_passage_restart(s);
	ph_smtp_client_free(s->client);
	s->client = NULL;
	s->facts.ehlo = NULL;
	s->facts.tls = NULL;
	if (ph_link_dial(s) == PH_OK)
		return;
	ph_fault_set(&f, PH_CAUSE_NO_MEMORY, PH_STAGE_CONNECT,
	    "%s: out of memory", s->where);
	ph_link_close(s, &f);
}

/* the engine */

static ph_msec least(ph_msec a, ph_msec b)
{
	return a != 0 && a < b ? a : b;
}

static enum ph_smtp_tls engine_tls(const struct ph_session *s)
{
	switch (s->conn->encryption) {
	case PH_ENCRYPTION_NONE:
	case PH_ENCRYPTION_BEFORE_CONNECT:
		return PH_SMTP_TLS_NONE;
	case PH_ENCRYPTION_WANTED:
		return s->footing == PH_FOOTING_CLEAR ? PH_SMTP_TLS_NONE
						      : PH_SMTP_TLS_WANTED;
	case PH_ENCRYPTION_AFTER_CONNECT:
		return PH_SMTP_TLS_REQUIRED;
	}
	return PH_SMTP_TLS_REQUIRED;
}

void ph_link_start_engine(struct ph_session *s)
{
	const struct ph_connection *c = s->conn;
	struct ph_smtp_options opt = {
		.tls = engine_tls(s),
		.secure = s->facts.tls != NULL,
		.auth = ph_login_is_due(c),
		.no_chunking = s->no_chunking,
		.mail_max = c->messages_per_session,
		.trace = s->trace != NULL,
		.secret = s->password == NULL
		    ? (struct ph_span){ "", 0 }
		    : ph_secret_span(s->password),
		.secret_is_told = s->login.tried_usec != 0,
		.timeouts = {
			.greeting = c->timeout,
			.ehlo = c->timeout,
			.tls = c->timeout,
			.auth = c->timeout,
			.mail = c->timeout_mail,
			.rcpt = c->timeout_rcpt,
			.data = c->timeout_data,
			.block = c->timeout_block,
			.final = c->timeout_final,
			.quit = least(c->timeout, QUIT_MS),
		},
	};
	struct ph_fault f;

	if (!ph_helo_is_ready(s))
		return;
	opt.helo = ph_span_of(s->helo);
	s->mark_usec = ph_clock_usec();

	enum ph_err err =
	    ph_smtp_client_new(&opt, ph_loop_now(s->loop), &s->client);
	if (err == PH_OK) {
		s->phase = PH_PHASE_TALKING;
		ph_link_reached(s, PH_STAGE_GREETING);
		return;
	}
	if (err == PH_EINVAL) {
		ph_fault_set(&f, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "\"%s\" cannot be used as helo", s->helo);
		ph_fault_suspect(&f, "helo");
	} else {
		ph_fault_set(&f, PH_CAUSE_NO_MEMORY, PH_STAGE_GREETING,
		    "%s: out of memory", s->where);
	}
	ph_link_close(s, &f);
}

/* TLS */

static enum ph_err context(struct ph_session *s, struct ph_tls_context **out)
{
	const struct ph_connection *c = s->conn;
	struct ph_tls_client_config cfg = {
		.versions = c->tls_versions,
		.verify = PH_TLS_VERIFY_OFF,
		.client_certificate = c->client_certificate,
		.client_key = c->client_key,
		.key_password = s->key_password,
	};

	*out = s->tls;
	if (s->footing != PH_FOOTING_UNVERIFIED)
		return PH_OK;
	if (s->tls_unverified == NULL) {
		enum ph_err err =
		    ph_tls_client_context(&cfg, &s->tls_unverified, &s->fault);
		if (err != PH_OK)
			return err;
	}
	*out = s->tls_unverified;
	return PH_OK;
}

void ph_link_start_tls(struct ph_session *s)
{
	struct ph_tls_options opt = {
		.host = s->host,
		.verify_name = s->conn->verify_name,
	};
	struct ph_fault f;

	ph_link_note(s, PH_STAGE_TLS, "%s", PH_NOTE_TLS_BEGINS);
	s->phase = PH_PHASE_HANDSHAKE;
	s->mark_usec = ph_clock_usec();
	ph_link_reached(s, PH_STAGE_TLS);
	if (s->conn->timeout > 0)
		s->handshake_until = ph_loop_now(s->loop) + s->conn->timeout;
	if (context(s, &opt.context) == PH_OK &&
	    ph_stream_start_tls(s->stream, &opt) == PH_OK)
		return;
	ph_fault_set(&f, PH_CAUSE_TLS_HANDSHAKE, PH_STAGE_TLS,
	    "%s: TLS could not be started", s->where);
	ph_link_close(s, &f);
}

static void note_tls(struct ph_session *s)
{
	const struct ph_tls_info *i = &s->tls_info;

	ph_link_note(s, PH_STAGE_TLS, "%s, %s, certificate of %s by %s, %s",
	    i->version, i->cipher,
	    i->has_certificate ? i->certificate.subject : "nobody",
	    i->has_certificate ? i->certificate.issuer : "nobody",
	    i->verified ? "verified" : "not verified");
}

/* The names belong to the stream, which ends before the facts do. */
static void keep_names(struct ph_session *s, struct ph_certificate *c)
{
	size_t kept = 0;

	ph_arena_release(&s->names);
	ph_arena_init(&s->names, PH_SESSION_NAMES_MAX);
	for (size_t i = 0; i < c->name_count; i++) {
		const char *name =
		    ph_arena_str(&s->names, ph_span_of(c->names[i]));

		if (name != NULL)
			c->names[kept++] = name;
	}
	c->name_count = kept;
}

/* A copy: what the facts tell outlives the stream. */
static void keep_tls_info(struct ph_session *s)
{
	const struct ph_tls_info *info = ph_stream_tls_info(s->stream);

	if (info == NULL)
		return;
	s->tls_info = *info;
	keep_names(s, &s->tls_info.certificate);
	s->facts.certificate =
	    info->has_certificate ? &s->tls_info.certificate : NULL;
}

/* RFC 8996 forbids them; whoever allows them hears of it each time. */
static void warn_of_version(struct ph_session *s)
{
	static const char *const broken[] = { "TLSv1", "TLSv1.1" };

	for (size_t i = 0; i < PH_COUNT(broken); i++) {
		if (strcmp(s->tls_info.version, broken[i]) == 0) {
			ph_link_warn(s, PH_STAGE_TLS,
			    "%s speaks %s, which is broken (RFC 8996): who is "
			    "on the way may read and change what is sent",
			    s->where, broken[i]);
		}
	}
}

static void warn_of_staple(struct ph_session *s)
{
	const struct ph_certificate *c = &s->tls_info.certificate;

	if (c->ocsp == PH_OCSP_DOUBTFUL) {
		ph_link_warn(s, PH_STAGE_TLS,
		    "%s: whether its certificate was revoked is not known: the "
		    "OCSP staple %s",
		    s->where, c->ocsp_doubt);
	}
}

static void tls_up(struct ph_session *s)
{
	struct ph_fault f;

	keep_tls_info(s);
	s->facts.tls = &s->tls_info;
	s->facts.timing.tls = ph_ms_since(s->mark_usec);
	s->handshake_until = PH_NEVER;
	note_tls(s);
	warn_of_version(s);
	ph_recall_key(s);
	warn_of_staple(s);
	s->mark_usec = ph_clock_usec();
	if (s->client == NULL) {
		ph_link_start_engine(s);
		return;
	}
	s->phase = PH_PHASE_TALKING;
	if (ph_smtp_client_tls_done(s->client, ph_loop_now(s->loop)) == PH_OK)
		return;
	ph_fault_set(&f, PH_CAUSE_INTERNAL, PH_STAGE_TLS,
	    "%s: TLS was not expected", s->where);
	ph_link_close(s, &f);
}

static void tls_down(struct ph_session *s, const struct ph_fault *fault)
{
	struct ph_fault f = *fault;

	keep_tls_info(s);
	ph_link_note(s, PH_STAGE_TLS, PH_NOTE_TLS_FAILED "%s: %s",
	    ph_cause_name(f.cause), f.text);
	ph_verdict_place(&f, s->where);
	s->handshake_until = PH_NEVER;
	if (ph_link_may_step_down(s)) {
		ph_link_step_down(s, &f);
	} else {
		ph_link_close(s, &f);
	}
}

/* True when there is more to do: the handshake is over, well or not. */
bool ph_link_handshake(struct ph_session *s)
{
	struct ph_fault f;

	switch (ph_stream_tls_state(s->stream)) {
	case PH_TLS_OFF:
	case PH_TLS_HANDSHAKE:
		break;
	case PH_TLS_ON:
		tls_up(s);
		return true;
	case PH_TLS_FAILED:
		tls_down(s, ph_stream_fault(s->stream));
		return true;
	}
	if (s->handshake_until > ph_loop_now(s->loop))
		return false;
	ph_fault_set(&f, PH_CAUSE_TIMEOUT, PH_STAGE_TLS,
	    "did not finish the TLS handshake in %lld ms",
	    (long long)s->conn->timeout);
	tls_down(s, &f);
	return true;
}

/* What it is at now, which need not be the furthest it came to: STARTTLS comes
   behind EHLO. */
static enum ph_stage present_stage(const struct ph_session *s)
{
	if (s->phase == PH_PHASE_HANDSHAKE)
		return PH_STAGE_TLS;
	if (s->phase == PH_PHASE_TALKING)
		return ph_smtp_client_stage(s->client);
	return s->facts.stage;
}

void ph_link_interrupt(struct ph_session *s)
{
	struct ph_fault f;

	s->interrupted = true;
	ph_fault_set(&f, PH_CAUSE_INTERRUPTED, present_stage(s), "interrupted");
	if (s->phase == PH_PHASE_TALKING) {
		ph_smtp_client_lost(s->client, ph_loop_now(s->loop), &f);
	} else {
		ph_link_close(s, &f);
	}
	ph_session_run(s, false);
}

/* dialing */

void ph_link_open(struct ph_session *s)
{
	if (s->conn->encryption == PH_ENCRYPTION_BEFORE_CONNECT) {
		ph_link_start_tls(s);
	} else {
		ph_link_start_engine(s);
	}
}

static void connected(struct ph_session *s, const struct ph_dial_result *r)
{
	struct ph_fault f;

	(void)snprintf(s->address, sizeof(s->address), "%s", r->address);
	/* The server's; a proxy does not say which that is. */
	s->facts.address = ph_passage_is_due(s) ? NULL : s->address;
	if (ph_passage_is_due(s)) {
		ph_link_note(s, PH_STAGE_PROXY,
		    PH_NOTE_CONNECTED "the proxy at %s, port %u", s->address,
		    s->way.port);
	} else {
		ph_link_note(s, PH_STAGE_CONNECT,
		    PH_NOTE_CONNECTED "%s, port %u", s->address, s->conn->port);
	}
	if (ph_stream_new(s->loop, r->fd, &s->stream) != PH_OK) {
		ph_fault_set(&f, PH_CAUSE_NO_MEMORY, PH_STAGE_CONNECT,
		    "%s: out of memory", s->where);
		ph_link_close(s, &f);
		return;
	}
	ph_stream_on_ready(s->stream, ph_link_on_stream, s);
	if (ph_passage_is_due(s)) {
		ph_passage_begin(s);
	} else {
		ph_link_open(s);
	}
}

void ph_link_on_dialed(void *ctx, const struct ph_dial_result *r)
{
	struct ph_session *s = ctx;

	if (!s->same_address) {
		s->facts.timing.dns = r->dns_ms;
		s->facts.timing.connect = r->connect_ms;
	}
	if (s->same_address && ph_fault_is_set(&r->fault)) {
		s->same_address = false;
		ph_link_reconnect(s);
	} else if (ph_fault_is_set(&r->fault)) {
		struct ph_fault f = r->fault;

		if (ph_passage_is_due(s))
			ph_passage_blame(s, &f);
		ph_link_reached(s, f.stage);
		ph_link_close(s, &f);
	} else {
		ph_link_reached(s,
		    ph_passage_is_due(s) ? PH_STAGE_PROXY : PH_STAGE_CONNECT);
		connected(s, r);
	}
	ph_session_run(s, true);
}

enum ph_err ph_link_dial(struct ph_session *s)
{
	const struct ph_connection *c = s->conn;

	s->phase = PH_PHASE_DIALING;
	if (s->way.found[0] != '\0')
		ph_link_note(s, PH_STAGE_PROXY, "%s", s->way.found);
	if (ph_passage_is_due(s))
		return ph_passage_dial(s);
	ph_link_reached(s, PH_STAGE_DNS);
	ph_helo_look(s);
	return ph_dial_start(s->loop,
	    &(struct ph_dial_options){
		.host = s->same_address ? s->address : s->host,
		.port = c->port,
		.source_address = c->source_address,
		.timeout_dns = c->timeout,
		.timeout_connect = c->timeout,
	    },
	    ph_link_on_dialed, s, &s->dial);
}
