#include "smtp/client.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum {
	MAILS_MAX = 64
};

/* The input is a list of acts: an octet that names one, and what it needs.
   What the server says is the input's; what must hold is the engine's. */
struct world {
	struct ph_span in;
	struct ph_smtp_client *c;
	ph_msec now;
	size_t taken;
	size_t done;
	bool is_done[MAILS_MAX];
	bool is_closed;
	uint64_t wanted; /* the mail whose content is; 0: none */
};

static unsigned next(struct world *w)
{
	if (w->in.len == 0)
		return 0;
	unsigned char c = (unsigned char)w->in.ptr[0];
	w->in = ph_span_skip(w->in, 1);
	return c;
}

static struct ph_span next_span(struct world *w, size_t max)
{
	size_t len = next(w) % (max + 1);
	if (len > w->in.len)
		len = w->in.len;
	struct ph_span s = ph_span_first(w->in, len);
	w->in = ph_span_skip(w->in, len);
	return s;
}

static void look_at_result(const struct ph_smtp_result *r)
{
	assert(r->outcome != PH_PENDING);
	for (size_t i = 0; i < r->rcpt_count; i++) {
		assert(r->rcpts[i].outcome != PH_PENDING);
		assert(r->rcpts[i].reply.text.ptr != NULL);
		if (r->rcpts[i].outcome == PH_UNSURE)
			assert(ph_fault_is_set(&r->fault));
		if (r->rcpts[i].outcome == PH_DELIVERED)
			assert(ph_reply_class(&r->rcpts[i].reply) == 2);
	}
}

static void look(struct world *w, const struct ph_smtp_event *ev)
{
	assert(!w->is_closed);
	/* Read every octet that is lent. */
	assert(
	    ev->data.len == 0 || ph_span_find(ev->data, '\n') <= ev->data.len);
	if (ev->type == PH_SMTP_MAIL_DONE) {
		assert(ev->mail >= 1 && ev->mail <= w->taken);
		assert(!w->is_done[ev->mail - 1]);
		w->is_done[ev->mail - 1] = true;
		w->done++;
		look_at_result(ev->result);
	} else if (ev->type == PH_SMTP_BODY_WANTED) {
		w->wanted = ev->mail;
	} else if (ev->type == PH_SMTP_CLOSED) {
		w->is_closed = true;
		assert(w->done == w->taken);
		assert(ph_smtp_client_deadline(w->c) == PH_NEVER);
	}
}

static void fetch(struct world *w)
{
	struct ph_smtp_event ev;

	while (ph_smtp_client_next_event(w->c, &ev))
		look(w, &ev);
}

static void act_sent(struct world *w, size_t max)
{
	struct ph_span spans[64];
	size_t n = ph_smtp_client_pending(w->c, spans, 64);
	size_t all = 0;

	assert(n <= 64);
	for (size_t i = 0; i < n; i++) {
		assert(spans[i].len > 0);
		/* Whether the loan is still good, the sanitizer knows. */
		assert(ph_span_find(spans[i], '\1') == spans[i].len);
		all += spans[i].len;
	}
	ph_smtp_client_sent(w->c, w->now, all < max ? all : max);
}

static void act_mail(struct world *w)
{
	static const struct ph_envelope_rcpt rcpts[3] = {
		{ .address = { "a@b", 3 } },
		{ .address = { "c@d", 3 }, .notify = PH_NOTIFY_NEVER },
		{ .address = { "\xc3\xa9@f", 4 } },
	};
	static struct ph_envelope envs[4];
	unsigned how = next(w);
	struct ph_envelope *env = &envs[how % 4];

	*env = (struct ph_envelope){ .sender = { "x@y", 3 },
		.rcpts = rcpts,
		.rcpt_count = how % 4 + (how % 4 == 0 ? 1 : 0) };
	if (env->rcpt_count > 3)
		env->rcpt_count = 3;
	struct ph_smtp_mail mail = { .envelope = env,
		.size = how & 8 ? 6 : 0,
		.eight_bit = (how & 16) != 0,
		.probe = (how & 32) != 0,
		.id = w->taken + 1 };

	if (w->taken == MAILS_MAX)
		return;
	bool room = ph_smtp_client_has_room(w->c);
	enum ph_err err = ph_smtp_client_mail(w->c, w->now, &mail, NULL);
	assert((err == PH_OK) == room);
	if (err == PH_OK)
		w->taken++;
}

static void act_body(struct world *w)
{
	static const char text[] = "\n.a\r\n.";
	unsigned how = next(w);
	struct ph_span pieces[3] = { { text, how % 7 },
		{ text + how % 7, 6 - how % 7 }, { text, 0 } };
	struct ph_smtp_body body = { pieces, 1 + (how / 8) % 3,
		(how & 128) != 0, false };

	(void)!ph_smtp_client_body(w->c, w->now, w->wanted, &body);
}

static void act_auth(struct world *w)
{
	struct ph_smtp_auth auth = { .mechanism = { "PLAIN", 5 },
		.has_initial = next(w) % 2 == 1,
		.initial = next_span(w, 255) };

	(void)!ph_smtp_client_auth(w->c, w->now, &auth);
}

static void act_receive(struct world *w)
{
	struct ph_span s = next_span(w, 255);
	char *copy = malloc(s.len + 1);

	if (copy == NULL)
		abort();
	memcpy(copy, s.ptr, s.len);
	(void)!ph_smtp_client_receive(
	    w->c, w->now, (struct ph_span){ copy, s.len });
	free(copy);
}

static void act_failed(struct world *w)
{
	struct ph_fault f;

	ph_fault_set(&f, PH_CAUSE_INPUT_CHANGED, PH_STAGE_DATA, "shrank");
	ph_smtp_client_body_failed(w->c, w->now, w->wanted, &f);
}

static void act(struct world *w, unsigned what)
{
	switch (what % 16) {
	case 0:
	case 1:
		act_receive(w);
		break;
	case 2:
		act_sent(w, SIZE_MAX);
		break;
	case 3:
		act_sent(w, next(w));
		break;
	case 4:
		w->now += next(w) * 4000;
		ph_smtp_client_tick(w->c, w->now);
		break;
	case 5:
		act_mail(w);
		break;
	case 6:
		act_body(w);
		break;
	case 7:
		act_auth(w);
		break;
	case 8:
		(void)!ph_smtp_client_auth_respond(
		    w->c, w->now, next_span(w, 40));
		break;
	case 9:
		(void)!ph_smtp_client_auth_cancel(w->c, w->now);
		break;
	case 10:
		(void)!ph_smtp_client_auth_none(w->c, w->now);
		break;
	case 11:
		(void)!ph_smtp_client_noop(w->c, w->now);
		break;
	case 12:
		(void)!ph_smtp_client_tls_done(w->c, w->now);
		break;
	case 13:
		ph_smtp_client_quit(w->c, w->now);
		break;
	case 14:
		act_failed(w);
		break;
	default:
		fetch(w);
		break;
	}
}

/* However it went, there is an end. */
static void end(struct world *w)
{
	ph_smtp_client_lost(w->c, w->now, NULL);
	fetch(w);
	assert(w->is_closed);
	assert(w->done == w->taken);
	ph_smtp_client_free(w->c);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct world w = { .in = { (const char *)data, size } };
	unsigned how = next(&w);
	struct ph_smtp_options opt = { .helo = PH_SPAN("me"),
		.tls = (enum ph_smtp_tls)(how % 3),
		.auth = (how & 4) != 0,
		.secure = (how & 8) != 0,
		.no_pipelining = (how & 16) != 0,
		.trace = (how & 32) != 0,
		.window = how >> 6 };

	if (ph_smtp_client_new(&opt, w.now, &w.c) != PH_OK)
		return 0;
	while (w.in.len > 0) {
		unsigned what = next(&w);

		act(&w, what);
		if ((what & 16) == 0)
			fetch(&w);
	}
	end(&w);
	return 0;
}
