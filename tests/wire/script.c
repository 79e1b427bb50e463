#include "script.h"

#include "base/ascii.h"
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

static int hex(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = strchr(digits, ph_ascii_lower(c));

	return at == NULL || c == '\0' ? -1 : (int)(at - digits);
}

/* The octet that the escape at *s stands for. */
static char unescape(struct ph_span *s)
{
	char c = s->ptr[0];

	*s = ph_span_skip(*s, 1);
	if (c == 'x' && s->len >= 2) {
		int octet = hex(s->ptr[0]) * 16 + hex(s->ptr[1]);

		*s = ph_span_skip(*s, 2);
		return (char)octet;
	}
	if (c == 'r')
		return '\r';
	return c == 'n' ? '\n' : c;
}

static void add_octets(struct ph_buf *b, struct ph_span s)
{
	enum ph_err err = PH_OK;

	while (s.len > 0 && err == PH_OK) {
		char c = s.ptr[0];

		s = ph_span_skip(s, 1);
		if (c == '\\' && s.len > 0)
			c = unescape(&s);
		err = ph_buf_append_char(b, c);
	}
	if (err != PH_OK)
		abort();
}

/* A copy with escapes resolved; the pool never moves. */
static struct ph_span pooled(struct script *s, struct ph_span text, bool crlf)
{
	size_t at = s->pool.len;

	add_octets(&s->pool, text);
	if (crlf)
		add_octets(&s->pool, PH_SPAN("\r\n"));
	return (struct ph_span){ s->pool.ptr + at, s->pool.len - at };
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
		o->helo = pooled(s, value, false);
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
		r->address = pooled(s, value, false);
		return;
	}
	if (m->envelope.rcpt_count == 0)
		die(s, line, "no such parameter, or no recipient before it");
	r = &m->rcpts[m->envelope.rcpt_count - 1];
	if (is(key, "notify")) {
		r->notify =
		    is(value, "never") ? PH_NOTIFY_NEVER : PH_NOTIFY_FAILURE;
	} else if (is(key, "orcpt")) {
		r->orcpt = pooled(s, value, false);
	} else {
		die(s, line, "no such parameter");
	}
}

static void set_mail_param(
    struct script *s, int line, struct ph_span key, struct ph_span value)
{
	struct script_mail *m = &s->mails[s->mail_count - 1];

	if (is(key, "from")) {
		m->envelope.sender = pooled(s, value, false);
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
		m->envelope.envid = pooled(s, value, false);
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

static void add_step(struct script *s, int line, enum script_kind kind,
    struct ph_span bytes, size_t hands_over)
{
	if (s->step_count == SCRIPT_STEPS_MAX)
		die(s, line, "too many steps");
	s->steps[s->step_count++] = (struct script_step){
		.kind = kind,
		.bytes = bytes,
		.hands_over = hands_over,
		.line = line,
	};
}

static void take_body(struct script *s, int line, struct ph_span text)
{
	if (s->mail_count == 0)
		die(s, line, "a body without a mail");
	add_octets(&s->mails[s->mail_count - 1].body, text);
}

/* Bytes of a step: upper case keys add CRLF. */
static void take_step(
    struct script *s, int line, char key, struct ph_span text, size_t handed)
{
	static const char keys[] = "SCDE";
	const char *at = strchr(keys, ph_ascii_upper(key));
	bool is_wire = key == 'S' || key == 'C';

	if (at == NULL || key == 'd' || key == 'e')
		die(s, line, "no such step");
	add_step(s, line, (enum script_kind)(at - keys),
	    pooled(s, text, is_wire), handed);
}

static void take_line(struct script *s, int line, struct ph_span text)
{
	if (text.len == 0 || text.ptr[0] == '#')
		return;

	size_t at = 0;
	while (at < text.len && text.ptr[at] != ':' && text.ptr[at] != '!')
		at++;
	if (at == text.len)
		die(s, line, "no key");

	struct ph_span key = ph_span_first(text, at);
	struct ph_span rest = ph_span_skip(text, at + 1);
	if (rest.len > 0 && rest.ptr[0] == ' ')
		rest = ph_span_skip(rest, 1);

	if (is(key, "option")) {
		set_words(s, line, rest, set_option);
	} else if (is(key, "mail")) {
		add_mail(s, line, rest);
	} else if (is(key, "body")) {
		take_body(s, line, rest);
	} else if (at == 1) {
		take_step(s, line, key.ptr[0], rest, 0);
	} else if (is(key, "E?")) {
		take_step(s, line, 'E', rest, 0);
		s->steps[s->step_count - 1].is_optional = true;
	} else if (at == 2 && text.ptr[at] == '!') {
		take_step(s, line, key.ptr[0], rest,
		    (size_t)number(s, line, ph_span_skip(key, 1)));
	} else {
		die(s, line, "no such key");
	}
}

void script_parse(struct script *s, const char *name, struct ph_span text)
{
	struct ph_span line;
	int n = 0;

	memset(s, 0, sizeof(*s));
	s->name = name;
	s->options.helo = PH_SPAN("client.example");
	ph_buf_init(&s->pool, POOL_MAX);
	if (ph_buf_reserve(&s->pool, text.len * 2 + 4) != PH_OK)
		abort();
	while (ph_span_split(&text, '\n', &line))
		take_line(s, ++n, line);
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
	ph_buf_release(&s->pool);
}
