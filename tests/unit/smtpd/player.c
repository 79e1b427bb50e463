#include "player.h"

#include "base/ascii.h"
#include "check.h"

#include <stdlib.h>

static void add(struct ph_buf *b, struct ph_span s)
{
	if (ph_buf_append(b, s) != PH_OK)
		abort();
}

static void add_line(struct player *p, const char *word, struct ph_span what)
{
	add(&p->log, ph_span_of(word));
	if (what.len > 0)
		add(&p->log, PH_SPAN(" "));
	add(&p->log, what);
	add(&p->log, PH_SPAN("\n"));
}

void player_init(struct player *p, const struct ph_smtpd_options *options)
{
	struct ph_smtpd_options plain = { .hostname = PH_SPAN("mx.test") };

	*p = (struct player){ .now = 1000 };
	ph_buf_init(&p->log, 1 << 24);
	ph_buf_init(&p->body, 1 << 24);
	ph_buf_init(&p->out, 1 << 24);
	ph_buf_init(&p->user, 1 << 16);
	if (options != NULL)
		plain = *options;
	if (ph_smtpd_new(&plain, p->now, &p->session) != PH_OK)
		abort();
}

void player_release(struct player *p)
{
	ph_smtpd_free(p->session);
	ph_buf_release(&p->log);
	ph_buf_release(&p->body);
	ph_buf_release(&p->out);
	ph_buf_release(&p->user);
}

static void answer(
    struct player *p, uint16_t code, const char *enhanced, const char *text)
{
	check(
	    ph_smtpd_answer(p->session, p->now, code, enhanced, text) == PH_OK);
}

static void add_parameters(struct player *p, const struct ph_smtpd_mail *m)
{
	if (m->size > 0 &&
	    ph_buf_appendf(
		&p->log, " size=%llu", (unsigned long long)m->size) != PH_OK)
		abort();
	if (m->eight_bit)
		add(&p->log, PH_SPAN(" 8bit"));
	if (m->utf8)
		add(&p->log, PH_SPAN(" utf8"));
	if (m->ret.len > 0)
		add(&p->log, PH_SPAN(" ret="));
	add(&p->log, m->ret);
	if (m->envid.len > 0)
		add(&p->log, PH_SPAN(" envid="));
	add(&p->log, m->envid);
	add(&p->log, PH_SPAN("\n"));
}

static void on_mail(struct player *p, const struct ph_smtpd_event *ev)
{
	struct ph_span sender = ev->mail->sender;

	add(&p->log, PH_SPAN("mail <"));
	add(&p->log, sender);
	add(&p->log, PH_SPAN(">"));
	add_parameters(p, ev->mail);
	ph_buf_clear(&p->body);
	p->full = ph_span_eq(sender, PH_SPAN("full@x.org"));
	if (ph_span_starts_nocase(sender, PH_SPAN("no"))) {
		answer(p, 550, "5.7.1", "Not you");
	} else if (ph_span_starts_nocase(sender, PH_SPAN("bye"))) {
		answer(p, 421, "4.3.2", "Go away");
	} else {
		check(ph_smtpd_answer_reply(p->session, p->now,
			  &(struct ph_smtpd_reply){ 250, "2.1.0", "Sender OK",
			      PH_PHRASE_SENDER_OK }) == PH_OK);
	}
}

static void on_rcpt(struct player *p, const struct ph_smtpd_event *ev)
{
	struct ph_span to = ev->rcpt->address;

	add(&p->log, PH_SPAN("rcpt <"));
	add(&p->log, to);
	add(&p->log, PH_SPAN(">"));
	if (ev->rcpt->notify.len > 0)
		add(&p->log, PH_SPAN(" notify="));
	add(&p->log, ev->rcpt->notify);
	if (ev->rcpt->orcpt.len > 0)
		add(&p->log, PH_SPAN(" orcpt="));
	add(&p->log, ev->rcpt->orcpt);
	add(&p->log, PH_SPAN("\n"));
	if (ph_span_starts_nocase(to, PH_SPAN("no"))) {
		answer(p, 550, "5.1.1", "Nobody of that name");
	} else if (ph_span_starts_nocase(to, PH_SPAN("bye"))) {
		answer(p, 421, "4.3.2", "Go away");
	} else {
		answer(p, 250, "2.1.5", "Recipient OK");
	}
}

static void login(struct player *p, struct ph_span response)
{
	bool good = ph_span_eq(response, PH_SPAN("\0u\0p"));

	if (p->login_refusal != NULL) {
		check(ph_smtpd_refuse(p->session, p->now, p->login_refusal) ==
		    PH_OK);
		return;
	}
	check(ph_smtpd_auth_done(p->session, p->now,
		  good ? PH_SMTPD_AUTH_OK : PH_SMTPD_AUTH_REFUSED) == PH_OK);
}

static void on_auth(struct player *p, const struct ph_smtpd_event *ev)
{
	add_line(p, "auth", ev->data);
	p->login = ph_span_eq_nocase(ev->data, PH_SPAN("LOGIN"));
	ph_buf_clear(&p->user);
	if (ev->has_initial) {
		login(p, ev->initial);
		return;
	}
	if (p->challenge != NULL) {
		check(ph_smtpd_auth_challenge_as_is(p->session, p->now,
			  ph_span_of(p->challenge)) == PH_OK);
		return;
	}
	check(ph_smtpd_auth_challenge(p->session, p->now,
		  p->login ? PH_SPAN("User Name") : PH_SPAN("")) == PH_OK);
}

static void on_response(struct player *p, const struct ph_smtpd_event *ev)
{
	if (!p->login) {
		login(p, ev->data);
		return;
	}
	if (p->user.len == 0) {
		add(&p->user, PH_SPAN("\0"));
		add(&p->user, ev->data);
		check(ph_smtpd_auth_challenge(
			  p->session, p->now, PH_SPAN("Password")) == PH_OK);
		return;
	}
	add(&p->user, PH_SPAN("\0"));
	add(&p->user, ev->data);
	login(p, ph_buf_span(&p->user));
}

static void stage_edit(struct player *p)
{
	check(ph_smtpd_edit_ehlo(p->session, PH_SPAN("x-one|STARTTLS|AUTH"),
		  PH_SPAN("X-TWO|AUTH NONE")) == PH_OK);
	check(ph_smtpd_go(p->session, p->now) == PH_OK);
}

static void stage_raw(struct player *p)
{
	check(ph_smtpd_put(p->session, PH_SPAN("?!\r\n")) == PH_OK);
	check(ph_smtpd_refuse(p->session, p->now, NULL) == PH_OK);
}

static void on_stage(struct player *p, const struct ph_smtpd_event *ev)
{
	static const struct ph_smtpd_reply no = { 553, NULL,
		"No to {address}\nsays {hostname}" };
	static const struct ph_smtpd_reply shut = { 421, NULL, "Shut" };
	static const struct ph_smtpd_reply yes = { 250, NULL,
		"Yes, {address}" };
	struct ph_span subject = ev->data;
	enum ph_err err = PH_OK;

	if (ph_buf_appendf(&p->log, "at %d %.*s\n", (int)ev->stage,
		PH_SPAN_ARG(subject)) != PH_OK) {
		abort();
	}
	if (ev->stage == PH_SMTPD_STAGE_DATA)
		subject = ph_span_of(p->data_rule);
	if (ph_span_starts_nocase(subject, PH_SPAN("stop"))) {
		err = ph_smtpd_refuse(p->session, p->now, &no);
	} else if (ph_span_starts_nocase(subject, PH_SPAN("shut"))) {
		err = ph_smtpd_refuse(p->session, p->now, &shut);
	} else if (ph_span_starts_nocase(subject, PH_SPAN("hush"))) {
		err = ph_smtpd_refuse(p->session, p->now, NULL);
	} else if (ph_span_starts_nocase(subject, PH_SPAN("raw"))) {
		stage_raw(p);
	} else if (ph_span_starts_nocase(subject, PH_SPAN("edit"))) {
		stage_edit(p);
	} else {
		if (ph_span_starts_nocase(subject, PH_SPAN("word")))
			ph_smtpd_reword(p->session, &yes);
		err = ph_smtpd_go(p->session, p->now);
	}
	check_int(err, PH_OK);
}

static void on_event(struct player *p, const struct ph_smtpd_event *ev)
{
	switch (ev->type) {
	case PH_SMTPD_NONE:
		check(false);
		return;
	case PH_SMTPD_STAGE:
		on_stage(p, ev);
		return;
	case PH_SMTPD_START_TLS:
		p->tls_waits = true;
		add_line(p, "tls", PH_SPAN(""));
		return;
	case PH_SMTPD_AUTH:
		on_auth(p, ev);
		return;
	case PH_SMTPD_AUTH_RESPONSE:
		on_response(p, ev);
		return;
	case PH_SMTPD_AUTH_CANCELLED:
		add_line(p, "cancelled", PH_SPAN(""));
		return;
	case PH_SMTPD_MAIL:
		on_mail(p, ev);
		return;
	case PH_SMTPD_RCPT:
		on_rcpt(p, ev);
		return;
	case PH_SMTPD_CONTENT:
		add_line(p, "content", PH_SPAN(""));
		if (p->full) {
			answer(p, 452, "4.3.1", "No room");
		} else {
			answer(p, 354, NULL, "Go on");
		}
		return;
	case PH_SMTPD_BODY:
		check(ev->data.len > 0);
		add(&p->body, ev->data);
		return;
	case PH_SMTPD_END:
		add_line(p, "end", ph_buf_span(&p->body));
		if (p->end_refusal != NULL) {
			check(ph_smtpd_refuse(
				  p->session, p->now, p->end_refusal) == PH_OK);
			return;
		}
		answer(p, 250, "2.0.0", "Taken");
		return;
	case PH_SMTPD_ABORT:
		add_line(p, "abort", PH_SPAN(""));
		return;
	case PH_SMTPD_CLOSED:
		check(!p->closed);
		p->closed = true;
		add_line(p, "closed", PH_SPAN(""));
		return;
	}
}

static void drain(struct player *p)
{
	struct ph_smtpd_event ev;

	while (ph_smtpd_next_event(p->session, &ev))
		on_event(p, &ev);

	struct ph_span pending = ph_smtpd_pending(p->session);
	add(&p->out, pending);
	ph_smtpd_sent(p->session, pending.len);
}

/* A copy of its own, so that a sanitizer sees what reads beyond it. */
static void feed_piece(struct player *p, struct ph_span piece)
{
	char *copy = malloc(piece.len + 1);
	struct ph_span in = { copy, piece.len };

	if (copy == NULL)
		abort();
	if (piece.len > 0)
		memcpy(copy, piece.ptr, piece.len);
	while (in.len > 0) {
		check(ph_smtpd_receive(p->session, p->now, &in) == PH_OK);
		drain(p);
	}
	free(copy);
}

static void feed_segment(
    struct player *p, struct ph_span in, size_t first, size_t step)
{
	size_t len = first;

	while (in.len > 0) {
		if (len > in.len)
			len = in.len;
		feed_piece(p, ph_span_first(in, len));
		in = ph_span_skip(in, len);
		len = step;
	}
}

void player_feed(struct player *p, struct ph_span in, size_t first, size_t step)
{
	struct ph_span segment;

	drain(p);
	while (ph_span_split(&in, '\1', &segment)) {
		feed_segment(p, segment, first, step);
		if (p->tls_waits && !p->closed) {
			check(ph_smtpd_tls_done(p->session, p->now) == PH_OK);
		}
		p->tls_waits = false;
		drain(p);
		first = step;
	}
}

void player_codes(const struct player *p, struct ph_buf *out)
{
	struct ph_span rest = ph_buf_span(&p->out);
	struct ph_span line;
	bool greeting = true;

	while (ph_span_split(&rest, '\n', &line)) {
		if (line.len == 0 && rest.ptr == NULL)
			break;
		check(line.len >= 5 && line.ptr[line.len - 1] == '\r');
		if (line.ptr[3] == '-' || greeting) {
			greeting = greeting && line.ptr[3] == '-';
			continue;
		}
		if (out->len > 0)
			add(out, PH_SPAN(" "));
		add(out, ph_span_first(line, 3));
		if (line.len > 8 && ph_ascii_is_digit(line.ptr[4]) &&
		    line.ptr[5] == '.') {
			line = ph_span_skip(line, 4);
			add(out, PH_SPAN("/"));
			add(out, ph_span_first(line, ph_span_find(line, ' ')));
		}
	}
}
