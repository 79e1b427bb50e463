#include "smtpd/session.h"

#include "base/ascii.h"
#include "smtpd/path.h"
#include "smtpd/state.h"

#include <assert.h>
#include <stdlib.h>

enum {
	TIMEOUT_MS = 5 * 60 * 1000, /* RFC 5321 4.5.3.2.7 */
	RCPT_MAX = 1000,
	ERRORS_MAX = 20,
	MECHANISMS_MAX = PH_SMTPD_TEXT_MAX - 8
};

static const struct ph_smtpd_reply too_long = { 500, "5.5.2",
	"Line is too long" };
static const struct ph_smtpd_reply too_long_login = { 500, "5.5.6",
	"Authentication exchange line is too long" };
static const struct ph_smtpd_reply bare_lf = { 500, "5.5.2",
	"Lines end in CRLF, not in LF alone" };
static const struct ph_smtpd_reply too_many_errors = { 421, "4.7.0",
	"Too many errors", PH_PHRASE_TOO_MANY_ERRORS };
static const struct ph_smtpd_reply endless = { 421, "4.7.0",
	"Line without end" };
static const struct ph_smtpd_reply injected = { 421, "4.7.0",
	"Nothing may follow STARTTLS" };
static const struct ph_smtpd_reply tls_record = { 421, "4.7.0",
	"TLS before STARTTLS is not spoken on this port" };
static const struct ph_smtpd_reply timed_out = { 421, "4.4.2",
	"Timeout, closing" };
static const struct ph_smtpd_reply going_down = { 421, "4.3.2",
	"Shutting down" };

void ph_smtpd_push(struct ph_smtpd *s, struct ph_smtpd_event ev)
{
	assert(s->event_count < PH_SMTPD_EVENTS_MAX);
	s->events[(s->event_first + s->event_count) % PH_SMTPD_EVENTS_MAX] = ev;
	s->event_count++;
}

void ph_smtpd_reset(struct ph_smtpd *s, bool abort)
{
	if (abort && (s->in_mail || s->phase == PH_PHASE_ANSWER_MAIL)) {
		ph_smtpd_push(
		    s, (struct ph_smtpd_event){ .type = PH_SMTPD_ABORT });
	}
	s->in_mail = false;
	s->utf8 = false;
	s->content = false;
	s->rcpt_count = 0;
	s->size = 0;
}

void ph_smtpd_close(struct ph_smtpd *s)
{
	if (s->phase == PH_PHASE_CLOSED)
		return;
	ph_smtpd_reset(s, true);
	s->phase = PH_PHASE_CLOSED;
	s->deadline = PH_NEVER;
	ph_smtpd_push(s, (struct ph_smtpd_event){ .type = PH_SMTPD_CLOSED });
}

void ph_smtpd_fail(struct ph_smtpd *s)
{
	s->failed = true;
	ph_smtpd_close(s);
}

void ph_smtpd_say(struct ph_smtpd *s, const struct ph_smtpd_reply *r)
{
	if (s->phase == PH_PHASE_CLOSED)
		return;
	if (s->words != NULL || s->reworded != NULL || s->stages) {
		ph_smtpd_say_words(s, ph_smtpd_worded(s, r));
	} else if (ph_smtpd_reply_write(&s->out, r) != PH_OK) {
		ph_smtpd_fail(s);
	}
}

void ph_smtpd_blame(struct ph_smtpd *s, const struct ph_smtpd_reply *r)
{
	s->error_count++;
	if (s->error_count < s->errors_max) {
		ph_smtpd_say(s, r);
		return;
	}
	ph_smtpd_say(s, &too_many_errors);
	ph_smtpd_close(s);
}

void ph_smtpd_next_command(struct ph_smtpd *s)
{
	if (s->phase == PH_PHASE_CLOSED)
		return;
	s->phase = PH_PHASE_COMMAND;
	if (!s->shutdown)
		return;
	ph_smtpd_say(s, &going_down);
	ph_smtpd_close(s);
}

static enum ph_err copy_names(struct ph_buf *b, struct ph_span names)
{
	ph_buf_init(b, MECHANISMS_MAX);
	if (ph_span_has_control(names))
		return PH_EINVAL;

	enum ph_err err = ph_buf_append(b, ph_span_trim(names));

	return err == PH_ETOOBIG ? PH_EINVAL : err;
}

static enum ph_err set_up(
    struct ph_smtpd *s, const struct ph_smtpd_options *opt)
{
	if (opt->hostname.len >= sizeof(s->hostname) ||
	    (!ph_smtpd_path_is_domain(opt->hostname) &&
		!ph_smtpd_path_is_literal(opt->hostname))) {
		return PH_EINVAL;
	}
	memcpy(s->hostname, opt->hostname.ptr, opt->hostname.len);
	s->size_max = opt->size_max;
	s->rcpt_max = opt->rcpt_max == 0 ? RCPT_MAX : opt->rcpt_max;
	s->mail_max = opt->mail_max;
	s->errors_max = opt->errors_max == 0 ? ERRORS_MAX : opt->errors_max;
	s->starttls = opt->starttls;
	s->tls_required = opt->tls_required;
	s->secure = opt->secure;
	s->auth = opt->auth;
	s->timeout_command =
	    opt->timeout_command == 0 ? TIMEOUT_MS : opt->timeout_command;
	s->timeout_data =
	    opt->timeout_data == 0 ? TIMEOUT_MS : opt->timeout_data;
	s->stages = opt->stages;
	s->words = opt->words;
	s->extensions = opt->extensions;
	if (opt->peer.len > 0 && opt->peer.len < sizeof(s->peer))
		memcpy(s->peer, opt->peer.ptr, opt->peer.len);
	ph_buf_init(&s->kept, PH_SMTPD_AUTH_LINE_MAX);
	ph_buf_init(&s->address, PH_SMTPD_LINE_MAX);
	ph_buf_init(&s->ehlo_without, PH_SMTPD_EDIT_MAX);
	ph_buf_init(&s->ehlo_with, PH_SMTPD_EDIT_MAX);
	ph_smtpd_line_init(&s->line, PH_SMTPD_AUTH_LINE_MAX);
	ph_buf_init(&s->helo, PH_PATH_DOMAIN_MAX);
	ph_buf_init(&s->held, PH_SMTPD_LINES_MAX * (PH_SMTPD_TEXT_MAX + 16));
	ph_buf_init(&s->decoded, PH_SMTPD_AUTH_LINE_MAX);
	ph_buf_init(&s->out, PH_SMTPD_OUT_MAX + PH_SMTPD_OUT_ROOM);

	enum ph_err err =
	    copy_names(&s->mechanisms_clear, opt->mechanisms_clear);
	if (err == PH_OK)
		err = copy_names(&s->mechanisms_tls, opt->mechanisms_tls);
	return err;
}

static enum ph_err greet(struct ph_smtpd *s, const struct ph_smtpd_reply *other)
{
	static const char suffix[] = " ESMTP Posthaste";
	char text[sizeof(s->hostname) + sizeof(suffix)];
	size_t len = strlen(s->hostname);

	if (other != NULL && other->code == 0)
		return PH_OK;
	if (other != NULL && !ph_smtpd_reply_fits(other))
		return PH_EINVAL;
	memcpy(text, s->hostname, len);
	memcpy(text + len, suffix, sizeof(suffix));
	ph_smtpd_say(s,
	    other != NULL ? other
			  : &(struct ph_smtpd_reply){
				220, NULL, text, PH_PHRASE_GREETING });
	if (other != NULL && other->code != 220)
		ph_smtpd_close(s);
	return s->failed ? PH_ENOMEM : PH_OK;
}

enum ph_err ph_smtpd_new(
    const struct ph_smtpd_options *opt, ph_msec now, struct ph_smtpd **out)
{
	struct ph_smtpd *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return PH_ENOMEM;

	enum ph_err err = set_up(s, opt);
	s->deadline = now + s->timeout_command;
	if (err == PH_OK)
		err = greet(s, opt->greeting);
	if (err != PH_OK) {
		ph_smtpd_free(s);
		return err;
	}
	*out = s;
	return PH_OK;
}

void ph_smtpd_free(struct ph_smtpd *s)
{
	if (s == NULL)
		return;
	ph_smtpd_line_release(&s->line);
	ph_buf_release(&s->mechanisms_clear);
	ph_buf_release(&s->mechanisms_tls);
	ph_buf_release(&s->helo);
	ph_buf_release(&s->held);
	ph_buf_wipe(&s->decoded);
	ph_buf_wipe(&s->kept);
	ph_buf_release(&s->address);
	ph_buf_release(&s->ehlo_without);
	ph_buf_release(&s->ehlo_with);
	ph_buf_release(&s->out);
	free(s);
}

static bool is_callers_turn(const struct ph_smtpd *s)
{
	return s->phase >= PH_PHASE_ANSWER_STAGE &&
	    s->phase <= PH_PHASE_ANSWER_LOGIN;
}

/* Room for what one step may say and report. */
static bool may_take(const struct ph_smtpd *s)
{
	return !is_callers_turn(s) && s->out.len <= PH_SMTPD_OUT_MAX &&
	    s->event_count + 2 * PH_SMTPD_EVENTS_STEP <= PH_SMTPD_EVENTS_MAX;
}

static size_t line_limit(const struct ph_smtpd *s, struct ph_span in)
{
	char first[5];
	size_t len = 0;

	if (s->phase == PH_PHASE_RESPONSE)
		return PH_SMTPD_AUTH_LINE_MAX;
	len = ph_smtpd_line_peek(&s->line, in, first, sizeof(first));
	return ph_span_eq_nocase(
		   (struct ph_span){ first, len }, PH_SPAN("AUTH "))
	    ? PH_SMTPD_AUTH_LINE_MAX
	    : PH_SMTPD_LINE_MAX;
}

static void complain(struct ph_smtpd *s, const struct ph_smtpd_reply *r)
{
	if (s->phase == PH_PHASE_RESPONSE) {
		ph_smtpd_login_cancel(s, r);
	} else {
		ph_smtpd_blame(s, r);
	}
}

static void run_line(struct ph_smtpd *s, struct ph_span line)
{
	if (s->phase == PH_PHASE_RESPONSE) {
		ph_smtpd_login_response(s, line);
	} else {
		ph_smtpd_verb_run(s, line);
	}
}

static void take_line(struct ph_smtpd *s, ph_msec now, struct ph_span *in)
{
	struct ph_span line = { 0 };
	enum ph_smtpd_line_state state;

	/* The last line was kept for the events that point into it. */
	if (s->line_used)
		ph_smtpd_line_clear(&s->line);
	state = ph_smtpd_line_take(&s->line, line_limit(s, *in), in, &line);
	s->line_used = state != PH_LINE_MORE && state != PH_LINE_BARE_LF;
	if (s->line.dropped > PH_SMTPD_LINE_DROP_MAX) {
		ph_smtpd_say(s, &endless);
		ph_smtpd_close(s);
		return;
	}
	if (state == PH_LINE_MORE)
		return;
	s->deadline = now + s->timeout_command;
	if (state == PH_LINE_READY) {
		run_line(s, line);
	} else if (state == PH_LINE_TOO_LONG) {
		complain(s,
		    s->phase == PH_PHASE_RESPONSE ? &too_long_login
						  : &too_long);
	} else if (state == PH_LINE_BARE_LF) {
		complain(s, &bare_lf);
	}
}

static void take_content(struct ph_smtpd *s, ph_msec now, struct ph_span *in)
{
	s->deadline = now + s->timeout_data;
	ph_smtpd_transfer_take(s, in);
	if (s->phase == PH_PHASE_COMMAND)
		s->deadline = now + s->timeout_command;
}

static void take(struct ph_smtpd *s, ph_msec now, struct ph_span *in)
{
	switch (s->phase) {
	case PH_PHASE_COMMAND:
	case PH_PHASE_RESPONSE:
		take_line(s, now, in);
		return;
	case PH_PHASE_DATA:
	case PH_PHASE_BDAT:
		take_content(s, now, in);
		return;
	case PH_PHASE_TLS:
		/* RFC 3207 6: what was put in must not be taken for what comes
		   under TLS. */
		ph_smtpd_say(s, &injected);
		ph_smtpd_close(s);
		return;
	case PH_PHASE_CLOSED:
		*in = ph_span_skip(*in, in->len);
		return;
	case PH_PHASE_ANSWER_STAGE:
	case PH_PHASE_ANSWER_MAIL:
	case PH_PHASE_ANSWER_RCPT:
	case PH_PHASE_ANSWER_CONTENT:
	case PH_PHASE_ANSWER_END:
	case PH_PHASE_ANSWER_LOGIN:
		return;
	}
}

/* A TLS handshake where text is due: the client is wrong about the port, and
   would wait for our half of it. */
static bool is_tls_record(struct ph_smtpd *s, struct ph_span in)
{
	bool first = !s->spoke;

	s->spoke = true;
	return first && in.ptr[0] == 0x16;
}

enum ph_err ph_smtpd_receive(
    struct ph_smtpd *s, ph_msec now, struct ph_span *in)
{
	if (in->len > 0 && is_tls_record(s, *in)) {
		ph_smtpd_say(s, &tls_record);
		ph_smtpd_close(s);
	}
	while (in->len > 0 && may_take(s))
		take(s, now, in);
	return s->failed ? PH_ENOMEM : PH_OK;
}

void ph_smtpd_lost(struct ph_smtpd *s, ph_msec now)
{
	(void)now;
	ph_smtpd_close(s);
}

bool ph_smtpd_next_event(struct ph_smtpd *s, struct ph_smtpd_event *out)
{
	if (s->event_count == 0)
		return false;
	*out = s->events[s->event_first];
	s->event_first = (s->event_first + 1) % PH_SMTPD_EVENTS_MAX;
	s->event_count--;
	return true;
}

static void answer_mail(struct ph_smtpd *s, const struct ph_smtpd_reply *r)
{
	s->in_mail = r->code / 100 == 2;
	ph_smtpd_say(s, r);
	ph_smtpd_next_command(s);
}

static void answer_rcpt(struct ph_smtpd *s, const struct ph_smtpd_reply *r)
{
	s->rcpt_count += r->code / 100 == 2;
	ph_smtpd_say(s, r);
	ph_smtpd_next_command(s);
}

static void (*const answers[])(
    struct ph_smtpd *s, const struct ph_smtpd_reply *r) = {
	[PH_PHASE_ANSWER_MAIL] = answer_mail,
	[PH_PHASE_ANSWER_RCPT] = answer_rcpt,
	[PH_PHASE_ANSWER_CONTENT] = ph_smtpd_transfer_begun,
	[PH_PHASE_ANSWER_END] = ph_smtpd_transfer_ended,
};

enum ph_err ph_smtpd_answer(struct ph_smtpd *s, ph_msec now, uint16_t code,
    const char *enhanced, const char *text)
{
	struct ph_smtpd_reply r = { code, enhanced, text };

	return ph_smtpd_answer_reply(s, now, &r);
}

enum ph_err ph_smtpd_answer_reply(
    struct ph_smtpd *s, ph_msec now, const struct ph_smtpd_reply *reply)
{
	if (!is_callers_turn(s) || s->phase == PH_PHASE_ANSWER_STAGE ||
	    s->phase == PH_PHASE_ANSWER_LOGIN || !ph_smtpd_reply_fits(reply)) {
		return PH_EINVAL;
	}
	s->deadline = now + s->timeout_command;
	if (reply->code != 421) {
		answers[s->phase](s, reply);
		return s->failed ? PH_ENOMEM : PH_OK;
	}
	/* Who ends MAIL or the content with 421 knows that it is void. */
	if (s->phase != PH_PHASE_ANSWER_RCPT)
		ph_smtpd_reset(s, false);
	s->phase = PH_PHASE_COMMAND;
	ph_smtpd_say(s, reply);
	ph_smtpd_close(s);
	return s->failed ? PH_ENOMEM : PH_OK;
}

enum ph_err ph_smtpd_offer(
    struct ph_smtpd *s, bool secure, struct ph_span mechanisms)
{
	struct ph_buf *names =
	    secure ? &s->mechanisms_tls : &s->mechanisms_clear;

	ph_buf_release(names);
	return copy_names(names, mechanisms);
}

enum ph_err ph_smtpd_tls_done(struct ph_smtpd *s, ph_msec now)
{
	if (s->phase != PH_PHASE_TLS)
		return PH_EINVAL;
	/* RFC 3207 4.2: what was learned in clear is forgotten. */
	ph_buf_clear(&s->helo);
	s->extended = false;
	s->logged_in = false;
	s->no_tls = s->no_auth = s->no_chunking = false;
	s->secure = true;
	s->deadline = now + s->timeout_command;
	ph_smtpd_next_command(s);
	return s->failed ? PH_ENOMEM : PH_OK;
}

struct ph_span ph_smtpd_pending(const struct ph_smtpd *s)
{
	return ph_buf_span(&s->out);
}

void ph_smtpd_sent(struct ph_smtpd *s, size_t len)
{
	ph_buf_consume(&s->out, len);
}

ph_msec ph_smtpd_deadline(const struct ph_smtpd *s)
{
	return is_callers_turn(s) ? PH_NEVER : s->deadline;
}

/* In the midst of a TLS handshake nothing can be said. */
static void say_and_close(struct ph_smtpd *s, const struct ph_smtpd_reply *r)
{
	if (s->phase != PH_PHASE_TLS)
		ph_smtpd_say(s, r);
	ph_smtpd_close(s);
}

void ph_smtpd_tick(struct ph_smtpd *s, ph_msec now)
{
	if (now >= ph_smtpd_deadline(s))
		say_and_close(s, &timed_out);
}

void ph_smtpd_shutdown(struct ph_smtpd *s, ph_msec now)
{
	(void)now;
	s->shutdown = true;
	if (s->phase == PH_PHASE_COMMAND || s->phase == PH_PHASE_RESPONSE ||
	    s->phase == PH_PHASE_TLS) {
		say_and_close(s, &going_down);
	}
}

struct ph_span ph_smtpd_helo(const struct ph_smtpd *s)
{
	return ph_buf_span(&s->helo);
}
