#include "smtpd/state.h"

#include "base/base64.h"

static const struct ph_smtpd_reply off = { 502, "5.5.1",
	"AUTH is not offered" };
static const struct ph_smtpd_reply no_hello = { 503, "5.5.1",
	"Send EHLO first" };
static const struct ph_smtpd_reply again = { 503, "5.5.1",
	"Authenticated already" };
static const struct ph_smtpd_reply in_mail = { 503, "5.5.1",
	"Not within a mail transaction" };
static const struct ph_smtpd_reply need_tls = { 530, "5.7.0",
	"Must issue a STARTTLS command first", PH_PHRASE_TLS_REQUIRED };
static const struct ph_smtpd_reply unknown = { 504, "5.5.4",
	"Mechanism is not offered", PH_PHRASE_MECHANISM_UNKNOWN };
static const struct ph_smtpd_reply needs_tls = { 538, "5.7.11",
	"Mechanism needs encryption" };
static const struct ph_smtpd_reply not_base64 = { 501, "5.5.2",
	"Cannot decode: not base64" };
static const struct ph_smtpd_reply cancelled = { 501, "5.7.0",
	"Authentication cancelled" };
static const struct ph_smtpd_reply taken = { 235, "2.7.0",
	"Authentication successful", PH_PHRASE_LOGIN_OK };
static const struct ph_smtpd_reply refused = { 535, "5.7.8",
	"Authentication credentials invalid", PH_PHRASE_BAD_LOGIN };
static const struct ph_smtpd_reply temporary = { 454, "4.7.0",
	"Temporary authentication failure", PH_PHRASE_LOGIN_LATER };

static bool holds(const struct ph_buf *names, struct ph_span name)
{
	struct ph_span rest = ph_buf_span(names);
	struct ph_span one;

	while (ph_span_split(&rest, ' ', &one)) {
		if (one.len > 0 && ph_span_eq_nocase(one, name))
			return true;
	}
	return false;
}

static const struct ph_smtpd_reply *mechanism_refusal(const struct ph_smtpd *s)
{
	struct ph_span name = s->command.argument;

	if (holds(s->secure ? &s->mechanisms_tls : &s->mechanisms_clear, name))
		return NULL;
	return holds(&s->mechanisms_tls, name) && !s->secure && s->starttls
	    ? &needs_tls
	    : &unknown;
}

static const struct ph_smtpd_reply *login_refusal(const struct ph_smtpd *s)
{
	if (s->auth == PH_SMTPD_AUTH_OFF || s->no_auth)
		return &off;
	if (s->helo.len == 0 || !s->extended)
		return &no_hello;
	if (s->logged_in)
		return &again;
	if (s->in_mail)
		return &in_mail;
	if (s->tls_required && !s->secure)
		return &need_tls;
	return mechanism_refusal(s);
}

static bool decode(struct ph_smtpd *s, struct ph_span text)
{
	if (s->decoded.len > 0) {
		explicit_bzero(s->decoded.ptr, s->decoded.len);
		ph_buf_clear(&s->decoded);
	}
	return ph_base64_decode(text, &s->decoded) == PH_OK;
}

void ph_smtpd_login_begin(struct ph_smtpd *s)
{
	const struct ph_smtpd_reply *refusal = login_refusal(s);
	struct ph_span initial = s->command.initial;

	/* RFC 4954 4: "=" is a response of no octets. */
	if (ph_span_eq(initial, PH_SPAN("=")))
		initial.len = 0;
	if (refusal == NULL && !decode(s, initial))
		refusal = &not_base64;
	if (refusal != NULL) {
		ph_smtpd_blame(s, refusal);
		return;
	}
	s->phase = PH_PHASE_ANSWER_LOGIN;
	ph_smtpd_push(s,
	    (struct ph_smtpd_event){ .type = PH_SMTPD_AUTH,
		.data = s->command.argument,
		.initial = ph_buf_span(&s->decoded),
		.has_initial = s->command.has_initial });
}

void ph_smtpd_login_cancel(struct ph_smtpd *s, const struct ph_smtpd_reply *why)
{
	s->phase = PH_PHASE_COMMAND;
	ph_smtpd_push(
	    s, (struct ph_smtpd_event){ .type = PH_SMTPD_AUTH_CANCELLED });
	ph_smtpd_blame(s, why);
}

void ph_smtpd_login_response(struct ph_smtpd *s, struct ph_span line)
{
	if (ph_span_eq(line, PH_SPAN("*"))) {
		ph_smtpd_login_cancel(s, &cancelled);
		return;
	}
	if (!decode(s, line)) {
		ph_smtpd_login_cancel(s, &not_base64);
		return;
	}
	s->phase = PH_PHASE_ANSWER_LOGIN;
	ph_smtpd_push(s,
	    (struct ph_smtpd_event){ .type = PH_SMTPD_AUTH_RESPONSE,
		.data = ph_buf_span(&s->decoded) });
}

static enum ph_err encode(struct ph_span raw, bool as_is, struct ph_buf *out)
{
	return as_is ? ph_buf_append(out, raw) : ph_base64_encode(raw, out);
}

static enum ph_err say_challenge(
    struct ph_smtpd *s, ph_msec now, struct ph_span raw, bool as_is)
{
	if (s->phase != PH_PHASE_ANSWER_LOGIN)
		return PH_EINVAL;

	size_t before = s->out.len;
	enum ph_err err = ph_buf_append(&s->out, PH_SPAN("334 "));

	if (err == PH_OK)
		err = encode(raw, as_is, &s->out);
	if (err == PH_OK)
		err = ph_buf_append(&s->out, PH_SPAN("\r\n"));
	if (err != PH_OK) {
		s->out.len = before;
		return err;
	}
	s->phase = PH_PHASE_RESPONSE;
	s->deadline = now + s->timeout_command;
	return PH_OK;
}

enum ph_err ph_smtpd_auth_challenge(
    struct ph_smtpd *s, ph_msec now, struct ph_span raw)
{
	return say_challenge(s, now, raw, false);
}

enum ph_err ph_smtpd_auth_challenge_as_is(
    struct ph_smtpd *s, ph_msec now, struct ph_span text)
{
	return say_challenge(s, now, text, true);
}

enum ph_err ph_smtpd_auth_done(
    struct ph_smtpd *s, ph_msec now, enum ph_smtpd_auth_result result)
{
	if (s->phase != PH_PHASE_ANSWER_LOGIN)
		return PH_EINVAL;
	s->deadline = now + s->timeout_command;
	s->phase = PH_PHASE_COMMAND;
	(void)decode(s, (struct ph_span){ 0 });
	switch (result) {
	case PH_SMTPD_AUTH_OK:
		s->logged_in = true;
		ph_smtpd_say(s, &taken);
		break;
	case PH_SMTPD_AUTH_REFUSED:
		ph_smtpd_blame(s, &refused);
		break;
	case PH_SMTPD_AUTH_TEMPORARY:
		ph_smtpd_say(s, &temporary);
		break;
	}
	if (s->phase == PH_PHASE_COMMAND)
		ph_smtpd_next_command(s);
	return s->failed ? PH_ENOMEM : PH_OK;
}
