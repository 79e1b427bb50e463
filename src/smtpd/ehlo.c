#include "smtpd/state.h"

#include <stdio.h>

static const struct ph_span usual =
    PH_SPAN_INIT("PIPELINING|8BITMIME|SMTPUTF8|DSN|ENHANCEDSTATUSCODES|"
		 "CHUNKING|SIZE|STARTTLS|AUTH|HELP");

/* The lines of the answer; the last one waits, since its code ends in a
   space. */
struct lines {
	struct ph_smtpd *s;
	char text[PH_SMTPD_TEXT_MAX];
	size_t len;
};

/* Writes the line that waited, and has text wait. */
static enum ph_err add(struct lines *l, struct ph_span text)
{
	enum ph_err err = ph_smtpd_reply_line(
	    &l->s->out, 250, false, (struct ph_span){ l->text, l->len });

	if (text.len > sizeof(l->text))
		text.len = sizeof(l->text);
	memcpy(l->text, text.ptr, text.len);
	l->len = text.len;
	return err;
}

static struct ph_span first_word(struct ph_span line)
{
	return ph_span_first(line, ph_span_find(line, ' '));
}

static bool holds(const struct ph_buf *list, struct ph_span word)
{
	struct ph_span rest = ph_buf_span(list);
	struct ph_span one;

	while (ph_span_split(&rest, '|', &one)) {
		if (one.len > 0 && ph_span_eq_nocase(first_word(one), word))
			return true;
	}
	return false;
}

static enum ph_err add_size(struct lines *l)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "SIZE %llu",
	    (unsigned long long)l->s->size_max);

	return add(l, (struct ph_span){ text, (size_t)len });
}

static bool has_auth(const struct ph_smtpd *s, const struct ph_buf *names)
{
	return s->auth != PH_SMTPD_AUTH_OFF && names->len > 0 &&
	    (!s->tls_required || s->secure);
}

static enum ph_err add_auth(struct lines *l)
{
	const struct ph_smtpd *s = l->s;
	const struct ph_buf *names =
	    s->secure ? &s->mechanisms_tls : &s->mechanisms_clear;
	/* "AUTH " and the names are under a reply line's limit: new() saw to
	   it. */
	char text[PH_SMTPD_TEXT_MAX];
	int len = snprintf(text, sizeof(text), "AUTH %s", ph_buf_str(names));

	if (!has_auth(s, names))
		return PH_OK;
	return add(l, (struct ph_span){ text, (size_t)len });
}

static enum ph_err add_extension(struct lines *l, struct ph_span line)
{
	const struct ph_smtpd *s = l->s;

	if (holds(&s->ehlo_without, first_word(line)))
		return PH_OK;
	if (ph_span_eq(line, PH_SPAN("SIZE")))
		return add_size(l);
	if (ph_span_eq(line, PH_SPAN("AUTH")))
		return add_auth(l);
	if (ph_span_eq(line, PH_SPAN("STARTTLS")) &&
	    (!s->starttls || s->secure)) {
		return PH_OK;
	}
	return add(l, line);
}

/* What is taken away is not served, unless it was put back in other words. */
static bool is_gone(const struct ph_smtpd *s, struct ph_span word)
{
	struct ph_span list = s->extensions;
	struct ph_span one;
	bool said = list.len == 0;

	while (!said && ph_span_split(&list, '|', &one))
		said = ph_span_eq(first_word(one), word);
	said = said && !holds(&s->ehlo_without, word);
	return !said && !holds(&s->ehlo_with, word);
}

static enum ph_err first_line(struct lines *l)
{
	const struct ph_smtpd_reply *words =
	    l->s->words == NULL ? NULL : &l->s->words[PH_PHRASE_HELLO];
	struct ph_buf text;

	ph_buf_init(&text, sizeof(l->text));

	enum ph_err err = ph_smtpd_expand(l->s,
	    words == NULL || words->code == 0 ? "{hostname}" : words->text,
	    &text);
	if (err == PH_OK)
		memcpy(l->text, text.ptr, text.len);
	l->len = text.len;
	ph_buf_release(&text);
	return err;
}

enum ph_err ph_smtpd_ehlo_write(struct ph_smtpd *s)
{
	struct lines l = { .s = s };
	struct ph_span rest = s->extensions.len > 0 ? s->extensions : usual;
	struct ph_span more = ph_buf_span(&s->ehlo_with);
	struct ph_span line;
	enum ph_err err = first_line(&l);

	while (err == PH_OK && ph_span_split(&rest, '|', &line))
		err = add_extension(&l, line);
	while (err == PH_OK && ph_span_split(&more, '|', &line)) {
		if (line.len > 0)
			err = add(&l, line);
	}
	if (err == PH_OK) {
		err = ph_smtpd_reply_line(
		    &s->out, 250, true, (struct ph_span){ l.text, l.len });
	}
	s->no_tls = is_gone(s, PH_SPAN("STARTTLS"));
	s->no_auth = is_gone(s, PH_SPAN("AUTH"));
	s->no_chunking = is_gone(s, PH_SPAN("CHUNKING"));
	return err;
}
