#include "smtp/engine.h"

#include "base/base64.h"
#include "base/note.h"

#include <stdio.h>

enum {
	CODE_NNTP_POST = 200,
	CODE_NNTP_READ = 201,
	/* RFC 4954 4 has servers take 12288 octets a line; Kerberos tickets are
	   longer. */
	AUTH_RESPONSE_MAX = 64 * 1024
};

void ph_opening_begin(struct ph_smtp_client *c)
{
	struct ph_pipeline_entry greeting = { .step = PH_STEP_GREETING };

	ph_pipeline_add(&c->pipeline, &greeting);
	ph_pipeline_sent(&c->pipeline, 0);
}

static void ask_ehlo(struct ph_smtp_client *c)
{
	struct ph_question q = { .step = PH_STEP_EHLO };

	if (c->is_quitting)
		return;
	ph_engine_ask(c,
	    ph_command_ehlo(ph_outbox_text(&c->outbox), c->options.helo), &q);
}

static void ask_helo(struct ph_smtp_client *c)
{
	struct ph_question q = { .step = PH_STEP_HELO };

	ph_engine_ask(c,
	    ph_command_helo(ph_outbox_text(&c->outbox), c->options.helo), &q);
}

bool ph_opening_is_tls_record(struct ph_span line)
{
	/* RFC 8446 5.1: alert or handshake, then version 3.x. */
	return line.len >= 2 && (line.ptr[0] == 0x15 || line.ptr[0] == 0x16) &&
	    line.ptr[1] == 0x03;
}

static const struct {
	struct ph_span begins;
	const char *what;
} foreigners[] = {
	{ { "+OK", 3 }, "a POP3 server" },
	{ { "-ERR", 4 }, "a POP3 server" },
	{ { "* OK", 4 }, "an IMAP server" },
	{ { "* PREAUTH", 9 }, "an IMAP server" },
	{ { "* BYE", 5 }, "an IMAP server" },
	{ { "SSH-", 4 }, "an SSH server" },
	{ { "HTTP/", 5 }, "a web server" },
	{ { "<", 1 }, "a web server" },
};

void ph_opening_foreign(struct ph_smtp_client *c, struct ph_span line)
{
	struct ph_fault f;
	char words[512];

	ph_reply_quote(line, words, sizeof(words));
	ph_fault_set(&f, PH_CAUSE_PROTOCOL, PH_STAGE_GREETING,
	    "sent %s, which is no SMTP greeting", words);
	if (ph_opening_is_tls_record(line)) {
		ph_fault_set(&f, PH_CAUSE_TLS_EXPECTED, PH_STAGE_GREETING,
		    "sent a TLS record where an SMTP greeting was due");
	}
	for (size_t i = 0; i < PH_COUNT(foreigners); i++) {
		if (!ph_span_starts_nocase(line, foreigners[i].begins))
			continue;
		ph_fault_set(&f, PH_CAUSE_OTHER_PROTOCOL, PH_STAGE_GREETING,
		    "is %s: it sent %s", foreigners[i].what, words);
		break;
	}
	ph_ending_close(c, &f);
}

static void close_as_other(struct ph_smtp_client *c, enum ph_stage stage,
    const char *what, const struct ph_reply *reply)
{
	struct ph_fault f;
	char words[512];

	ph_reply_format(reply, words, sizeof(words));
	ph_fault_set(&f, PH_CAUSE_OTHER_PROTOCOL, stage,
	    "is %s: it answered %s", what, words);
	f.code = reply->code;
	ph_ending_close(c, &f);
}

static void on_no_greeting(
    struct ph_smtp_client *c, const struct ph_reply *reply)
{
	/* RFC 3977 5.1. */
	if (reply->code == CODE_NNTP_POST || reply->code == CODE_NNTP_READ) {
		close_as_other(c, PH_STAGE_GREETING, "a news server", reply);
	} else {
		ph_ending_broken(
		    c, PH_CAUSE_PROTOCOL, PH_STAGE_GREETING, reply);
	}
}

static void on_greeting(struct ph_smtp_client *c, const struct ph_reply *reply,
    enum ph_verdict verdict)
{
	if (verdict == PH_VERDICT_DEFERRED) {
		ph_ending_refused(
		    c, PH_CAUSE_GREETING_DEFERRED, PH_STAGE_GREETING, reply);
		return;
	}
	if (verdict == PH_VERDICT_REFUSED) {
		ph_ending_refused(
		    c, PH_CAUSE_GREETING_REFUSED, PH_STAGE_GREETING, reply);
		return;
	}
	if (verdict == PH_VERDICT_NONSENSE) {
		on_no_greeting(c, reply);
		return;
	}
	/* FTP greets with 220 too; its next answer will tell. */
	c->greeted_like_ftp = ph_reply_mentions(reply, PH_SPAN("ftp")) &&
	    !ph_reply_mentions(reply, PH_SPAN("smtp"));
	ph_engine_tell_reply(c, PH_SMTP_GREETING, reply);
	ask_ehlo(c);
}

static void become_ready(struct ph_smtp_client *c)
{
	ph_engine_go(c, PH_PHASE_READY);
	c->has_told_room = true;
	ph_engine_tell_reply(c, PH_SMTP_READY, NULL);
}

static void login_or_ready(struct ph_smtp_client *c)
{
	if (c->is_quitting)
		return;
	if (!c->options.auth) {
		become_ready(c);
		return;
	}
	ph_engine_go(c, PH_PHASE_LOGIN);
	ph_engine_tell_reply(c, PH_SMTP_AUTH_NEEDED, NULL);
}

static void skip_tls(struct ph_smtp_client *c, const struct ph_reply *reply)
{
	ph_engine_tell_reply(c, PH_SMTP_TLS_SKIPPED, reply);
	login_or_ready(c);
}

static void tls_or_login(struct ph_smtp_client *c)
{
	struct ph_question q = { .step = PH_STEP_STARTTLS };
	struct ph_reply none = { .text = { "", 0 } };
	struct ph_fault f;

	if (c->is_quitting)
		return;
	if (c->is_secure || c->options.tls == PH_SMTP_TLS_NONE) {
		login_or_ready(c);
		return;
	}
	if (ph_ehlo_has(&c->ehlo, PH_EHLO_STARTTLS)) {
		ph_engine_ask(c,
		    ph_command_write(
			ph_outbox_text(&c->outbox), PH_COMMAND_STARTTLS),
		    &q);
		return;
	}
	if (c->options.tls == PH_SMTP_TLS_WANTED) {
		skip_tls(c, &none);
		return;
	}
	ph_fault_set(
	    &f, PH_CAUSE_TLS_NOT_OFFERED, PH_STAGE_TLS, "offers no STARTTLS");
	ph_ending_leave(c, &f);
}

/* HELO has no extensions, so neither STARTTLS nor AUTH (RFC 5321 3.2). */
static bool may_helo(const struct ph_smtp_client *c)
{
	return !c->is_quitting && !c->options.auth &&
	    (c->is_secure || c->options.tls != PH_SMTP_TLS_REQUIRED);
}

static void on_ehlo_refused(struct ph_smtp_client *c, enum ph_step step,
    const struct ph_reply *reply, enum ph_verdict verdict)
{
	if (verdict == PH_VERDICT_DEFERRED) {
		ph_ending_refused(
		    c, PH_CAUSE_EHLO_DEFERRED, PH_STAGE_EHLO, reply);
		return;
	}
	if (c->greeted_like_ftp) {
		close_as_other(c, PH_STAGE_EHLO, "an FTP server", reply);
		return;
	}
	if (step == PH_STEP_EHLO && may_helo(c)) {
		ask_helo(c);
		return;
	}
	ph_ending_refused(c, PH_CAUSE_EHLO_REFUSED, PH_STAGE_EHLO, reply);
}

static void on_ehlo(struct ph_smtp_client *c, enum ph_step step,
    const struct ph_reply *reply, enum ph_verdict verdict)
{
	if (verdict != PH_VERDICT_GOOD) {
		on_ehlo_refused(c, step, reply, verdict);
		return;
	}
	if (step == PH_STEP_EHLO) {
		ph_ehlo_parse(reply, &c->ehlo);
	} else {
		ph_ehlo_clear(&c->ehlo);
	}
	ph_engine_tell_reply(c, PH_SMTP_EHLO, reply);
	tls_or_login(c);
}

static void on_starttls(struct ph_smtp_client *c, const struct ph_reply *reply,
    enum ph_verdict verdict)
{
	if (verdict == PH_VERDICT_GOOD) {
		c->phase = PH_PHASE_TLS;
		return;
	}
	if (c->options.tls == PH_SMTP_TLS_WANTED) {
		skip_tls(c, reply);
		return;
	}
	ph_ending_refused(c, PH_CAUSE_TLS_REFUSED, PH_STAGE_TLS, reply);
}

void ph_opening_start_tls(struct ph_smtp_client *c)
{
	ph_engine_tell_reply(c, PH_SMTP_START_TLS, NULL);
}

enum ph_err ph_smtp_client_tls_done(struct ph_smtp_client *c, ph_msec now)
{
	ph_engine_end_loan(c);
	c->now = now;
	if (c->phase != PH_PHASE_TLS)
		return PH_EINVAL;
	/* RFC 3207 4.2: nothing learned in clear may be believed. */
	ph_ehlo_clear(&c->ehlo);
	c->is_secure = true;
	c->phase = PH_PHASE_OPENING;
	ask_ehlo(c);
	ph_engine_settle(c);
	return c->is_out_of_memory ? PH_ENOMEM : PH_OK;
}

static void forget_initial(struct ph_smtp_client *c)
{
	c->has_initial = false;
	ph_buf_wipe(&c->initial);
}

static void ask_auth(
    struct ph_smtp_client *c, enum ph_err err, struct ph_span shown, bool tells)
{
	struct ph_question q = {
		.step = PH_STEP_AUTH, .shown = shown, .tells = tells
	};

	ph_engine_go(c, PH_PHASE_AUTH);
	ph_engine_ask(c, err, &q);
}

static void respond(struct ph_smtp_client *c, struct ph_span raw)
{
	ask_auth(c, ph_command_auth_response(ph_outbox_text(&c->outbox), raw),
	    PH_SPAN("****"), true);
}

void ph_opening_cancel(struct ph_smtp_client *c)
{
	struct ph_question q = { .step = PH_STEP_AUTH_CANCEL };

	forget_initial(c);
	ph_engine_go(c, PH_PHASE_AUTH);
	ph_engine_ask(c,
	    ph_command_write(ph_outbox_text(&c->outbox), PH_COMMAND_CANCEL),
	    &q);
}

/* PH_OK: the challenge was told, or the initial response sent for it. */
static enum ph_err take_challenge(
    struct ph_smtp_client *c, struct ph_span challenge)
{
	struct ph_event ev = { .type = PH_SMTP_AUTH_CHALLENGE,
		.stage = PH_STAGE_AUTH };

	if (!c->has_initial) {
		ph_engine_go(c, PH_PHASE_CHALLENGE);
		ph_engine_tell(c, &ev, NULL, challenge);
		return PH_OK;
	}
	/* A client that speaks first is asked to by an empty challenge. */
	if (challenge.len > 0)
		return PH_EPROTO;
	respond(c, ph_buf_span(&c->initial));
	forget_initial(c);
	return PH_OK;
}

static void on_challenge(struct ph_smtp_client *c, const struct ph_reply *reply)
{
	struct ph_buf raw;

	ph_buf_init(&raw, PH_REPLY_MAX);
	enum ph_err err = ph_base64_decode(ph_span_trim(reply->text), &raw);
	if (err == PH_ENOMEM) {
		ph_buf_wipe(&raw);
		ph_engine_out_of_memory(c);
		return;
	}
	if (err == PH_EINVAL) {
		ph_transcript_add(
		    c, PH_DIR_NOTE, PH_STAGE_AUTH, PH_SPAN(PH_NOTE_NO_BASE64));
	}
	if (err == PH_OK && !c->is_quitting)
		err = take_challenge(c, ph_buf_span(&raw));
	if (err != PH_OK || c->is_quitting)
		ph_opening_cancel(c);
	ph_buf_wipe(&raw);
}

static void on_auth(struct ph_smtp_client *c, const struct ph_reply *reply,
    enum ph_verdict verdict)
{
	if (verdict == PH_VERDICT_MORE) {
		on_challenge(c, reply);
		return;
	}
	forget_initial(c);
	ph_engine_tell_reply(c, PH_SMTP_AUTH_DONE, reply);
	ph_engine_go(c, PH_PHASE_LOGIN);
	if (verdict == PH_VERDICT_GOOD)
		become_ready(c);
}

void ph_opening_answered(struct ph_smtp_client *c, enum ph_step step,
    const struct ph_reply *reply, enum ph_verdict verdict)
{
	if (step == PH_STEP_GREETING) {
		on_greeting(c, reply, verdict);
	} else if (step == PH_STEP_EHLO || step == PH_STEP_HELO) {
		on_ehlo(c, step, reply, verdict);
	} else if (step == PH_STEP_STARTTLS) {
		on_starttls(c, reply, verdict);
	} else {
		on_auth(c, reply, verdict);
	}
}

/* The transcript shows the mechanism and that something followed it. */
static void start_auth(struct ph_smtp_client *c, struct ph_span mechanism,
    const struct ph_span *initial)
{
	char shown[64];
	int len = snprintf(shown, sizeof(shown), "AUTH %.*s%s",
	    PH_SPAN_ARG(mechanism), initial != NULL ? " ****" : "");

	ask_auth(c,
	    ph_command_auth(ph_outbox_text(&c->outbox), mechanism, initial),
	    (struct ph_span){ shown, len > 0 ? (size_t)len : 0 },
	    initial != NULL);
}

/* Tries the line before anything is queued: what cannot be written is the
   caller's error. */
static enum ph_err try_auth(const struct ph_smtp_auth *auth, bool *held_back)
{
	struct ph_buf line;

	ph_buf_init(&line, PH_COMMAND_LINE_MAX + AUTH_RESPONSE_MAX * 2);
	*held_back = false;
	enum ph_err err = ph_command_auth(
	    &line, auth->mechanism, auth->has_initial ? &auth->initial : NULL);
	ph_buf_wipe(&line);
	if (err != PH_ETOOBIG || !auth->has_initial)
		return err;
	*held_back = true;
	return auth->initial.len <= AUTH_RESPONSE_MAX ? PH_OK : PH_EINVAL;
}

enum ph_err ph_smtp_client_auth(
    struct ph_smtp_client *c, ph_msec now, const struct ph_smtp_auth *auth)
{
	bool held_back;

	ph_engine_end_loan(c);
	c->now = now;
	if (c->phase != PH_PHASE_LOGIN || c->is_quitting)
		return PH_EINVAL;

	enum ph_err err = try_auth(auth, &held_back);
	if (err != PH_OK)
		return err;
	if (held_back) {
		err = ph_buf_append(&c->initial, auth->initial);
		if (err != PH_OK)
			return err;
		c->has_initial = true;
	}
	start_auth(c, auth->mechanism,
	    auth->has_initial && !held_back ? &auth->initial : NULL);
	ph_engine_settle(c);
	return c->is_out_of_memory ? PH_ENOMEM : PH_OK;
}

enum ph_err ph_smtp_client_auth_respond(
    struct ph_smtp_client *c, ph_msec now, struct ph_span raw)
{
	ph_engine_end_loan(c);
	c->now = now;
	if (c->phase != PH_PHASE_CHALLENGE || raw.len > AUTH_RESPONSE_MAX)
		return PH_EINVAL;
	respond(c, raw);
	ph_engine_settle(c);
	return c->is_out_of_memory ? PH_ENOMEM : PH_OK;
}

enum ph_err ph_smtp_client_auth_cancel(struct ph_smtp_client *c, ph_msec now)
{
	ph_engine_end_loan(c);
	c->now = now;
	if (c->phase != PH_PHASE_CHALLENGE)
		return PH_EINVAL;
	ph_opening_cancel(c);
	ph_engine_settle(c);
	return c->is_out_of_memory ? PH_ENOMEM : PH_OK;
}

enum ph_err ph_smtp_client_auth_none(struct ph_smtp_client *c, ph_msec now)
{
	ph_engine_end_loan(c);
	c->now = now;
	if (c->phase != PH_PHASE_LOGIN || c->is_quitting)
		return PH_EINVAL;
	become_ready(c);
	ph_engine_settle(c);
	return c->is_out_of_memory ? PH_ENOMEM : PH_OK;
}
