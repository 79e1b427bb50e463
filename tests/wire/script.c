#include "script.h"

#include "base/num.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	POOL_MAX = 1024 * 1024
};

static void die(const struct script *s, int line, const char *what)
{
	(void)fprintf(stderr, "%s:%d: %s\n", s->name, line, what);
	exit(1);
}

/* A copy with escapes resolved. */
static struct ph_span pooled(struct script *s, struct ph_span text)
{
	struct ph_span out;

	if (ph_script_unescape(text, false, &s->pool, &out) != PH_OK)
		abort();
	return out;
}

static uint64_t number(const struct script *s, int line, struct ph_span text)
{
	uint64_t n;

	if (ph_num_parse(text, UINT64_MAX, &n) != PH_OK)
		die(s, line, "not a number");
	return n;
}

static bool is(struct ph_span a, const char *b)
{
	return ph_span_eq(a, ph_span_of(b));
}

static void set_timeouts(struct ph_smtp_timeouts *t, ph_msec ms)
{
	*t =
	    (struct ph_smtp_timeouts){ ms, ms, ms, ms, ms, ms, ms, ms, ms, ms };
}

static void set_option(
    struct script *s, int line, struct ph_span key, struct ph_span value)
{
	struct ph_smtp_options *o = &s->options;

	if (is(key, "tls")) {
		o->tls = is(value, "wanted") ? PH_SMTP_TLS_WANTED
					     : PH_SMTP_TLS_REQUIRED;
	} else if (is(key, "auth")) {
		o->auth = true;
	} else if (is(key, "secure")) {
		o->secure = true;
	} else if (is(key, "no_pipelining")) {
		o->no_pipelining = true;
	} else if (is(key, "no_chunking")) {
		o->no_chunking = true;
	} else if (is(key, "window")) {
		o->window = (uint32_t)number(s, line, value);
	} else if (is(key, "helo")) {
		o->helo = pooled(s, value);
	} else if (is(key, "timeout")) {
		set_timeouts(&o->timeouts, (ph_msec)number(s, line, value));
	} else {
		die(s, line, "no such option");
	}
}

static void set_rcpt_param(
    struct script *s, int line, struct ph_span key, struct ph_span value)
{
	struct script_mail *m = &s->mails[s->mail_count - 1];
	struct ph_envelope_rcpt *r;

	if (is(key, "to")) {
		if (m->envelope.rcpt_count == SCRIPT_RCPTS_MAX)
			die(s, line, "too many recipients");
		r = &m->rcpts[m->envelope.rcpt_count++];
		r->address = pooled(s, value);
		return;
	}
	if (m->envelope.rcpt_count == 0)
		die(s, line, "no such parameter, or no recipient before it");
	r = &m->rcpts[m->envelope.rcpt_count - 1];
	if (is(key, "notify")) {
		r->notify =
		    is(value, "never") ? PH_NOTIFY_NEVER : PH_NOTIFY_FAILURE;
	} else if (is(key, "orcpt")) {
		r->orcpt = pooled(s, value);
	} else {
		die(s, line, "no such parameter");
	}
}

static void set_mail_param(
    struct script *s, int line, struct ph_span key, struct ph_span value)
{
	struct script_mail *m = &s->mails[s->mail_count - 1];

	if (is(key, "from")) {
		m->envelope.sender = pooled(s, value);
	} else if (is(key, "size")) {
		m->mail.size = number(s, line, value);
		m->has_size = true;
	} else if (is(key, "8bit")) {
		m->mail.eight_bit = true;
	} else if (is(key, "utf8")) {
		m->mail.utf8 = true;
	} else if (is(key, "probe")) {
		m->mail.probe = true;
	} else if (is(key, "ret")) {
		m->envelope.ret = is(value, "full") ? PH_RET_FULL : PH_RET_HDRS;
	} else if (is(key, "envid")) {
		m->envelope.envid = pooled(s, value);
	} else if (is(key, "wait")) {
		m->waits = true;
	} else if (is(key, "split")) {
		m->split = (size_t)number(s, line, value);
	} else {
		set_rcpt_param(s, line, key, value);
	}
}

typedef void set_fn(
    struct script *s, int line, struct ph_span key, struct ph_span value);

static void set_words(
    struct script *s, int line, struct ph_span words, set_fn *set)
{
	struct ph_span word;

	while (ph_span_split(&words, ' ', &word)) {
		size_t at = ph_span_find(word, '=');

		if (word.len > 0) {
			set(s, line, ph_span_first(word, at),
			    ph_span_skip(word, at < word.len ? at + 1 : at));
		}
	}
}

static void add_mail(struct script *s, int line, struct ph_span words)
{
	struct script_mail *m = &s->mails[s->mail_count];

	if (s->mail_count == SCRIPT_MAILS_MAX)
		die(s, line, "too many mails");
	*m = (struct script_mail){ 0 };
	ph_buf_init(&m->body, POOL_MAX);
	m->mail.id = ++s->mail_count;
	set_words(s, line, words, set_mail_param);
}

static void take_body(struct script *s, int line, struct ph_span text)
{
	if (s->mail_count == 0)
		die(s, line, "a body without a mail");
	if (ph_buf_append(&s->mails[s->mail_count - 1].body, text) != PH_OK)
		abort();
}

static void add_step(struct script *s, const struct ph_script_step *step)
{
	if (s->step_count == SCRIPT_STEPS_MAX)
		die(s, (int)step->line, "too many steps");
	s->steps[s->step_count++] = *step;
}

static void take_step(struct script *s, const struct ph_script_step *step)
{
	switch (step->kind) {
	case PH_SCRIPT_OPTION:
		set_words(s, (int)step->line, step->bytes, set_option);
		break;
	case PH_SCRIPT_MAIL:
		add_mail(s, (int)step->line, step->bytes);
		break;
	case PH_SCRIPT_BODY:
		take_body(s, (int)step->line, step->bytes);
		break;
	case PH_SCRIPT_SERVER:
	case PH_SCRIPT_CLIENT:
	case PH_SCRIPT_DRIVER:
	case PH_SCRIPT_EVENT:
		add_step(s, step);
		break;
	}
}

void script_parse(struct script *s, const char *name, struct ph_span text)
{
	struct ph_script steps;
	struct ph_fault fault = { 0 };

	memset(s, 0, sizeof(*s));
	s->name = name;
	s->options.helo = PH_SPAN("client.example");
	ph_arena_init(&s->pool, POOL_MAX);
	if (ph_script_parse(text, &s->pool, &steps, &fault) != PH_OK)
		die(s, 0, fault.text);
	for (size_t i = 0; i < steps.count; i++)
		take_step(s, &steps.steps[i]);
	for (size_t i = 0; i < s->mail_count; i++) {
		struct script_mail *m = &s->mails[i];

		m->envelope.rcpts = m->rcpts;
		m->mail.envelope = &m->envelope;
		if (!m->has_size && !m->mail.probe)
			m->mail.size = m->body.len;
	}
}

void script_release(struct script *s)
{
	for (size_t i = 0; i < s->mail_count; i++)
		ph_buf_release(&s->mails[i].body);
	ph_arena_release(&s->pool);
}
