#include "play.h"

#include "check.h"

#include "base/num.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	WIRE_MAX = 4 * 1024 * 1024,
	LOG_MAX = 256 * 1024,
	SPANS_MAX = 8
};

const struct play play_plain = {
	.lose_in = SIZE_MAX, .lose_out = SIZE_MAX, .wrong_at = SIZE_MAX
};

struct player {
	const struct script *s;
	const struct play *p;
	struct played *out;
	struct ph_smtp_client *c;
	ph_msec now;
	struct ph_buf wire; /* written by the client, not yet expected */
	struct ph_buf log;  /* of events */
	size_t given[SCRIPT_MAILS_MAX]; /* octets of each body */
	bool is_ready;
	bool is_over; /* lost, wrong or closed */
	bool fails_body;
};

static const char *cause_name(enum ph_cause cause)
{
	static const char *const names[] = {
		[PH_CAUSE_SILENCE] = "SILENCE",
		[PH_CAUSE_OTHER_PROTOCOL] = "OTHER_PROTOCOL",
		[PH_CAUSE_TLS_EXPECTED] = "TLS_EXPECTED",
		[PH_CAUSE_GREETING_REFUSED] = "GREETING_REFUSED",
		[PH_CAUSE_GREETING_DEFERRED] = "GREETING_DEFERRED",
		[PH_CAUSE_EHLO_REFUSED] = "EHLO_REFUSED",
		[PH_CAUSE_EHLO_DEFERRED] = "EHLO_DEFERRED",
		[PH_CAUSE_TLS_NOT_OFFERED] = "TLS_NOT_OFFERED",
		[PH_CAUSE_TLS_REFUSED] = "TLS_REFUSED",
		[PH_CAUSE_TLS_INJECTED] = "TLS_INJECTED",
		[PH_CAUSE_TOO_BIG] = "TOO_BIG",
		[PH_CAUSE_NO_SMTPUTF8] = "NO_SMTPUTF8",
		[PH_CAUSE_NO_8BITMIME] = "NO_8BITMIME",
		[PH_CAUSE_MESSAGE_REFUSED] = "MESSAGE_REFUSED",
		[PH_CAUSE_MESSAGE_DEFERRED] = "MESSAGE_DEFERRED",
		[PH_CAUSE_TIMEOUT] = "TIMEOUT",
		[PH_CAUSE_CONNECTION_LOST] = "CONNECTION_LOST",
		[PH_CAUSE_LOST_AFTER_DOT] = "LOST_AFTER_DOT",
		[PH_CAUSE_SHUTTING_DOWN] = "SHUTTING_DOWN",
		[PH_CAUSE_PROTOCOL] = "PROTOCOL",
		[PH_CAUSE_REPLY_TOO_BIG] = "REPLY_TOO_BIG",
		[PH_CAUSE_INPUT_CHANGED] = "INPUT_CHANGED",
	};

	if ((size_t)cause >= PH_COUNT(names) || names[cause] == NULL)
		return "?";
	return names[cause];
}

PH_PRINTF(2, 3) static void note(struct player *pl, const char *fmt, ...)
{
	char line[2048];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	/* A log that is full shows as a difference. */
	(void)!ph_buf_appendf(&pl->log, "%s\n", line);
}

static unsigned code_of(const struct ph_smtp_event *ev)
{
	return ev->reply == NULL ? 0 : ev->reply->code;
}

static void note_fault(
    struct player *pl, const char *head, const struct ph_fault *f)
{
	note(pl, "%s %s %s %s", head, ph_stage_name(f->stage),
	    cause_name(f->cause), f->text);
}

static void note_done(struct player *pl, const struct ph_smtp_event *ev)
{
	const struct ph_smtp_result *r = ev->result;
	char head[64];

	pl->out->done++;
	(void)snprintf(head, sizeof(head), "MAIL_DONE %u %s",
	    (unsigned)ev->mail, ph_outcome_name(r->outcome));
	if (ph_fault_is_set(&r->fault)) {
		note_fault(pl, head, &r->fault);
	} else {
		note(pl, "%s %s %u", head, ph_stage_name(r->stage),
		    r->reply.code);
	}

	size_t mail = ev->mail - 1;
	for (size_t i = 0; i < r->rcpt_count; i++) {
		const struct ph_smtp_rcpt_result *rr = &r->rcpts[i];

		note(pl, "  %s %s %u", ph_outcome_name(rr->outcome),
		    ph_stage_name(rr->stage), rr->reply.code);
		if (rr->outcome == PH_UNSURE)
			pl->out->unsure[mail] = true;
		check(rr->outcome != PH_PENDING);
	}
	pl->out->decided[mail] = !ph_fault_is_set(&r->fault);
}

/* The next octets of a content: in one, or split. */
static void give_body(struct player *pl, uint64_t id)
{
	const struct script_mail *m = &pl->s->mails[id - 1];
	size_t at = pl->given[id - 1];
	size_t left = m->body.len - at;
	size_t len = m->split > 0 && m->split < left ? m->split : left;
	struct ph_span piece = { left == 0 ? "" : m->body.ptr + at, len };
	struct ph_smtp_body body = { &piece, 1, len == left, false };

	if (pl->fails_body) {
		struct ph_fault f;

		ph_fault_set(&f, PH_CAUSE_INPUT_CHANGED, PH_STAGE_DATA,
		    "the file shrank");
		ph_smtp_client_body_failed(pl->c, pl->now, id, &f);
		return;
	}
	if (m->body.len == 0)
		piece.ptr = "";
	pl->given[id - 1] += len;
	check_int(ph_smtp_client_body(pl->c, pl->now, id, &body), PH_OK);
}

static void on_closed(struct player *pl, const struct ph_smtp_event *ev)
{
	check(!pl->out->is_closed);
	pl->out->is_closed = true;
	pl->is_over = true;
	if (ev->fault == NULL) {
		note(pl, "CLOSED");
		return;
	}
	pl->out->cause = ev->fault->cause;
	note_fault(pl, "CLOSED", ev->fault);
}

static void on_event(struct player *pl, const struct ph_smtp_event *ev)
{
	static const char *const names[] = {
		[PH_SMTP_GREETING] = "GREETING",
		[PH_SMTP_EHLO] = "EHLO",
		[PH_SMTP_START_TLS] = "START_TLS",
		[PH_SMTP_TLS_SKIPPED] = "TLS_SKIPPED",
		[PH_SMTP_AUTH_NEEDED] = "AUTH_NEEDED",
		[PH_SMTP_AUTH_DONE] = "AUTH_DONE",
		[PH_SMTP_READY] = "READY",
		[PH_SMTP_NOOP_DONE] = "NOOP_DONE",
	};

	check(!pl->out->is_closed);
	switch (ev->type) {
	case PH_SMTP_GREETING:
	case PH_SMTP_EHLO:
	case PH_SMTP_TLS_SKIPPED:
	case PH_SMTP_AUTH_DONE:
	case PH_SMTP_NOOP_DONE:
		note(pl, "%s %u", names[ev->type], code_of(ev));
		break;
	case PH_SMTP_START_TLS:
	case PH_SMTP_AUTH_NEEDED:
		note(pl, "%s", names[ev->type]);
		break;
	case PH_SMTP_READY:
		note(pl, "%s", names[ev->type]);
		pl->is_ready = true;
		break;
	case PH_SMTP_AUTH_CHALLENGE:
		note(pl, "AUTH_CHALLENGE %.*s", PH_SPAN_ARG(ev->data));
		break;
	case PH_SMTP_RCPT_DONE:
		note(pl, "RCPT_DONE %u %zu %u", (unsigned)ev->mail, ev->rcpt,
		    code_of(ev));
		break;
	case PH_SMTP_MAIL_DONE:
		note_done(pl, ev);
		break;
	case PH_SMTP_BODY_WANTED:
		give_body(pl, ev->mail);
		break;
	case PH_SMTP_CLOSED:
		on_closed(pl, ev);
		break;
	case PH_SMTP_NONE:
	case PH_SMTP_TRACE:
	case PH_SMTP_ROOM:
		break;
	}
}

/* Writes at most max octets; how many. */
static size_t write_some(struct player *pl, size_t max)
{
	struct ph_span spans[SPANS_MAX];
	size_t count = ph_smtp_client_pending(pl->c, spans, SPANS_MAX);
	size_t len = 0;

	for (size_t i = 0; i < count && len < max; i++) {
		if (spans[i].len > max - len)
			spans[i].len = max - len;
		if (ph_buf_append(&pl->wire, spans[i]) != PH_OK)
			abort();
		len += spans[i].len;
	}
	if (len > 0)
		ph_smtp_client_sent(pl->c, pl->now, len);
	pl->out->out_octets += len;
	return len;
}

static size_t write_max(const struct player *pl)
{
	size_t max = pl->p->out_max > 0 ? pl->p->out_max : SIZE_MAX;
	size_t left = pl->p->lose_out == SIZE_MAX
	    ? SIZE_MAX
	    : pl->p->lose_out - pl->out->out_octets;

	return left < max ? left : max;
}

static void submit(struct player *pl)
{
	while (pl->is_ready && !pl->is_over &&
	    pl->out->mails < pl->s->mail_count &&
	    ph_smtp_client_has_room(pl->c)) {
		const struct script_mail *m = &pl->s->mails[pl->out->mails];

		if (m->waits && pl->out->done < pl->out->mails)
			return;
		pl->out->mails++;
		check_int(
		    ph_smtp_client_mail(pl->c, pl->now, &m->mail, NULL), PH_OK);
	}
}

static void fetch(struct player *pl)
{
	struct ph_smtp_event ev;

	while (ph_smtp_client_next_event(pl->c, &ev))
		on_event(pl, &ev);
}

static void lose(struct player *pl)
{
	pl->out->is_cut_short = true;
	ph_smtp_client_lost(pl->c, pl->now, NULL);
	fetch(pl);
	pl->is_over = true;
}

/* Until nothing moves: events, mails, octets. */
static void drive(struct player *pl)
{
	do {
		fetch(pl);
		submit(pl);
		fetch(pl);
	} while (write_some(pl, write_max(pl)) > 0);
	if (pl->out->out_octets == pl->p->lose_out && !pl->is_over)
		lose(pl);
}

static void receive(struct player *pl, struct ph_span in)
{
	if (in.len == 0 || pl->is_over)
		return;
	/* A copy of its own, so that reading behind it is seen. */
	char *copy = malloc(in.len);
	if (copy == NULL)
		abort();
	memcpy(copy, in.ptr, in.len);
	pl->out->in_octets += in.len;
	check_int(ph_smtp_client_receive(
		      pl->c, pl->now, (struct ph_span){ copy, in.len }),
	    PH_OK);
	free(copy);
	drive(pl);
	if (pl->out->in_octets == pl->p->lose_in && !pl->is_over)
		lose(pl);
}

static size_t next_cut(const struct player *pl, size_t len)
{
	const size_t at[] = { pl->p->cut_in, pl->p->lose_in };

	if (pl->p->in_max > 0 && pl->p->in_max < len)
		len = pl->p->in_max;
	for (size_t i = 0; i < PH_COUNT(at); i++) {
		size_t done = pl->out->in_octets;

		if (at[i] != SIZE_MAX && at[i] > done && at[i] - done < len)
			len = at[i] - done;
	}
	return len;
}

static void serve(struct player *pl, struct ph_span in)
{
	while (in.len > 0 && !pl->is_over) {
		size_t len = next_cut(pl, in.len);

		receive(pl, ph_span_first(in, len));
		in = ph_span_skip(in, len);
	}
}

static struct ph_span word(struct ph_span *s)
{
	struct ph_span w;

	return ph_span_split(s, ' ', &w) ? w : PH_SPAN("");
}

static void act_auth(struct player *pl, struct ph_span args)
{
	struct ph_smtp_auth auth = { .mechanism = word(&args) };

	auth.has_initial = args.ptr != NULL;
	if (auth.has_initial)
		auth.initial = args;
	check_int(ph_smtp_client_auth(pl->c, pl->now, &auth), PH_OK);
}

static void act_tick(struct player *pl, struct ph_span args)
{
	uint64_t ms = 0;

	check_int(ph_num_parse(args, INT64_MAX, &ms), PH_OK);
	pl->now += (ph_msec)ms;
	ph_smtp_client_tick(pl->c, pl->now);
}

static void act(struct player *pl, struct ph_span line)
{
	struct ph_span args = line;
	struct ph_span verb = word(&args);

	if (ph_span_eq(verb, PH_SPAN("quit"))) {
		ph_smtp_client_quit(pl->c, pl->now);
	} else if (ph_span_eq(verb, PH_SPAN("tls_done"))) {
		check_int(ph_smtp_client_tls_done(pl->c, pl->now), PH_OK);
	} else if (ph_span_eq(verb, PH_SPAN("auth"))) {
		act_auth(pl, args);
	} else if (ph_span_eq(verb, PH_SPAN("respond"))) {
		check_int(
		    ph_smtp_client_auth_respond(pl->c, pl->now, args), PH_OK);
	} else if (ph_span_eq(verb, PH_SPAN("cancel"))) {
		check_int(ph_smtp_client_auth_cancel(pl->c, pl->now), PH_OK);
	} else if (ph_span_eq(verb, PH_SPAN("auth_none"))) {
		check_int(ph_smtp_client_auth_none(pl->c, pl->now), PH_OK);
	} else if (ph_span_eq(verb, PH_SPAN("noop"))) {
		check_int(ph_smtp_client_noop(pl->c, pl->now), PH_OK);
	} else if (ph_span_eq(verb, PH_SPAN("tick"))) {
		act_tick(pl, args);
	} else if (ph_span_eq(verb, PH_SPAN("lost"))) {
		ph_smtp_client_lost(pl->c, pl->now, NULL);
	} else if (ph_span_eq(verb, PH_SPAN("fail"))) {
		pl->fails_body = true;
	} else {
		abort();
	}
	drive(pl);
}

static void expect(struct player *pl, const struct ph_script_step *step)
{
	struct ph_span want = step->bytes;
	struct ph_span got = ph_buf_span(&pl->wire);

	if (got.len < want.len ||
	    !ph_span_eq(ph_span_first(got, want.len), want)) {
		/* What was lost on the way is not missing. */
		if (pl->out->is_cut_short)
			return;
		(void)fprintf(stderr, "%s:%d: want: %.*s got: %.*s\n",
		    pl->s->name, step->line, PH_SPAN_ARG(want),
		    PH_SPAN_ARG(got));
		check_str("what the client wrote", "what the script has");
		pl->is_over = true;
		pl->out->is_cut_short = true;
		return;
	}
	ph_buf_consume(&pl->wire, want.len);
	if (step->hands_over > 0)
		pl->out->handed_over[step->hands_over - 1] = true;
}

/* The replies from this step on that need no octet of the client between. */
static size_t group_end(const struct script *s, size_t i)
{
	while (i < s->step_count && s->steps[i].kind == PH_SCRIPT_SERVER)
		i++;
	return i;
}

static bool begins_reply(const struct script *s, size_t i)
{
	if (i == 0 || s->steps[i - 1].kind != PH_SCRIPT_SERVER)
		return true;

	struct ph_span before = s->steps[i - 1].bytes;
	return before.len < 4 || before.ptr[3] != '-';
}

static void say_wrong(struct player *pl)
{
	receive(pl, ph_span_of(pl->p->wrong));
	pl->out->is_cut_short = true;
	/* It may have said QUIT, which nobody answers. */
	if (!pl->is_over)
		lose(pl);
}

/* All replies of a group go in one receive, if nothing cuts them. */
static void serve_group(struct player *pl, size_t from, size_t end)
{
	struct ph_buf all;

	if (!pl->is_over && pl->wire.len > 0) {
		(void)fprintf(stderr, "%s:%d: unexpected: %.*s\n", pl->s->name,
		    pl->s->steps[from].line,
		    PH_SPAN_ARG(ph_buf_span(&pl->wire)));
		check(pl->wire.len == 0);
	}
	ph_buf_init(&all, WIRE_MAX);
	for (size_t i = from; i < end; i++) {
		if (begins_reply(pl->s, i) &&
		    pl->out->replies++ == pl->p->wrong_at) {
			serve(pl, ph_buf_span(&all));
			if (!pl->is_over)
				say_wrong(pl);
			break;
		}
		if (ph_buf_append(&all, pl->s->steps[i].bytes) != PH_OK)
			abort();
	}
	if (!pl->is_over)
		serve(pl, ph_buf_span(&all));
	ph_buf_release(&all);
}

static void play_steps(struct player *pl)
{
	const struct script *s = pl->s;

	for (size_t i = 0; i < s->step_count; i++) {
		const struct ph_script_step *step = &s->steps[i];

		if (step->kind == PH_SCRIPT_CLIENT) {
			expect(pl, step);
		} else if (step->kind == PH_SCRIPT_SERVER) {
			size_t end = group_end(s, i);

			if (!pl->is_over)
				serve_group(pl, i, end);
			i = end - 1;
		} else if (step->kind == PH_SCRIPT_DRIVER && !pl->is_over) {
			act(pl, step->bytes);
		}
		/* Nothing is handed over any more, but what was on the wire. */
		if (pl->is_over && pl->out->is_cut_short &&
		    step->kind != PH_SCRIPT_CLIENT && pl->wire.len == 0) {
			return;
		}
	}
}

/* Whether the log goes on with this event; takes it then. */
static bool take_logged(struct ph_span *log, struct ph_span event)
{
	struct ph_span rest = *log;
	struct ph_span line;

	if (!ph_span_split(&rest, '\n', &line) || !ph_span_eq(line, event))
		return false;
	*log = rest;
	return true;
}

static void check_log(const struct player *pl)
{
	struct ph_span log = ph_buf_span(&pl->log);

	for (size_t i = 0; i < pl->s->step_count; i++) {
		const struct ph_script_step *step = &pl->s->steps[i];

		if (step->kind != PH_SCRIPT_EVENT ||
		    take_logged(&log, step->bytes) || step->is_optional) {
			continue;
		}
		(void)fprintf(stderr, "%s:%d: want event: %.*s\ngot:\n%.*s\n",
		    pl->s->name, step->line, PH_SPAN_ARG(step->bytes),
		    PH_SPAN_ARG(log));
		check_str("the events told", "those of the script");
		return;
	}
	check_str(log.len > 0 ? log.ptr : "", "");
	check_int(pl->wire.len, 0);
}

void play_script(
    const struct script *s, const struct play *p, struct played *out)
{
	struct player pl = { .s = s, .p = p, .out = out, .now = 1000 };
	struct ph_smtp_options options = s->options;

	*out = (struct played){ 0 };
	ph_buf_init(&pl.wire, WIRE_MAX);
	ph_buf_init(&pl.log, LOG_MAX);
	options.trace = p->trace;
	check_int(ph_smtp_client_new(&options, pl.now, &pl.c), PH_OK);
	drive(&pl);
	play_steps(&pl);
	if (!out->is_cut_short)
		check_log(&pl);
	if (out->is_closed)
		check_int(out->done, out->mails);
	ph_smtp_client_free(pl.c);
	ph_buf_release(&pl.wire);
	ph_buf_release(&pl.log);
}

static void play_cuts(const struct script *s, const struct played *whole)
{
	static const size_t sizes[] = { 1, 2, 3, 7 };
	struct played got;

	for (size_t i = 0; i < PH_COUNT(sizes) * 2; i++) {
		struct play p = play_plain;

		p.in_max = i % 2 == 0 ? sizes[i / 2] : 0;
		p.out_max = sizes[i / 2];
		p.trace = i == 3;
		check_case(s->name, 1000 + i);
		play_script(s, &p, &got);
		check_int(got.out_octets, whole->out_octets);
	}
	for (size_t at = 1; at < whole->in_octets; at++) {
		struct play p = play_plain;

		p.cut_in = at;
		check_case(s->name, 2000 + at);
		play_script(s, &p, &got);
	}
}

/* Lost at every octet: unsure is what was handed over and has no answer, that
   and nothing else. */
static void play_losses(const struct script *s, const struct played *whole)
{
	size_t total = whole->in_octets + whole->out_octets;

	for (size_t at = 0; at < total; at++) {
		struct play p = play_plain;
		struct played got;

		if (at < whole->in_octets) {
			p.lose_in = at + 1;
		} else {
			p.lose_out = at - whole->in_octets;
		}
		check_case(s->name, 100000 + at);
		play_script(s, &p, &got);
		check(got.is_closed);
		for (size_t i = 0; i < s->mail_count; i++) {
			check_int(got.unsure[i],
			    got.handed_over[i] && !got.decided[i]);
		}
	}
}

static void play_wrongs(const struct script *s, const struct played *whole)
{
	static const char *const wrongs[] = { "421 4.3.2 bye\r\n",
		"333 what\r\n", "nothing like it\r\n", "250 a\0b\r\n" };

	for (size_t i = 0; i < whole->replies * PH_COUNT(wrongs); i++) {
		struct play p = play_plain;
		struct played got;

		p.wrong_at = i / PH_COUNT(wrongs);
		p.wrong = wrongs[i % PH_COUNT(wrongs)];
		check_case(s->name, 200000 + i);
		play_script(s, &p, &got);
		check(got.is_closed);
		for (size_t m = 0; m < s->mail_count; m++)
			check(!got.unsure[m] || wrongs[0] != p.wrong);
	}
}

void play_everything(const struct script *s)
{
	struct played whole;

	check_case(s->name, 0);
	play_script(s, &play_plain, &whole);
	play_cuts(s, &whole);
	play_losses(s, &whole);
	play_wrongs(s, &whole);
}
