#include "shown.h"

#include "check.h"
#include "exact.h"
#include "failalloc.h"
#include "freewatch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

PH_PRINTF(2, 3)

static void add(struct shown *s, const char *fmt, ...)
{
	size_t used = strlen(s->text);
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(s->text + used, sizeof(s->text) - used, fmt, args);
	va_end(args);
}

static void add_connection(
    struct shown *s, const struct ph_foreign_connection *c)
{
	add(s, "[%.*s]%s\n", PH_SPAN_ARG(c->name),
	    c->is_default ? " default" : "");
	for (size_t i = 0; i < ph_settings_count; i++) {
		const struct ph_setting *row = &ph_settings[i];

		if (c->values[i].ptr == NULL)
			continue;
		add(s, "%s.%s = %.*s\n", row->section, row->name,
		    PH_SPAN_ARG(c->values[i]));
	}
	for (size_t i = 0; i < PH_ROLE_COUNT; i++) {
		if (c->has_secret[i]) {
			add(s, "secret %s: %.*s\n",
			    ph_role_name((enum ph_role)i),
			    (int)c->secrets[i].len, c->secrets[i].ptr);
		}
	}
}

static enum ph_err read(enum ph_foreign_format format, struct ph_span text,
    const char *address, struct shown *out)
{
	struct ph_foreign_source in = {
		.text = text, .address = address, .home = "/home/ann"
	};
	struct ph_foreign f = { 0 };
	struct ph_fault fault = { 0 };
	enum ph_err err = ph_foreign_read(format, &in, &f, &fault);

	out->text[0] = '\0';
	if (err != PH_OK) {
		add(out, "refused: %s\n", fault.text);
		return err;
	}
	for (const struct ph_foreign_connection *c = f.connections; c != NULL;
	     c = c->next)
		add_connection(out, c);
	for (const struct ph_foreign_loss *l = f.losses; l != NULL;
	     l = l->next) {
		add(out, "lost, line %u: %.*s\n", l->line,
		    PH_SPAN_ARG(l->what));
	}
	ph_foreign_release(&f);
	return PH_OK;
}

struct shown show(
    enum ph_foreign_format format, const char *text, const char *address)
{
	struct shown s;

	(void)read(format, ph_span_of(text), address, &s);
	return s;
}

static char *with_crlf(const char *text)
{
	char *out = calloc(1, 2 * strlen(text) + 4);
	size_t n = 0;

	if (out == NULL)
		abort();
	memcpy(out, "\xef\xbb\xbf", 3);
	n = 3;
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			out[n++] = '\r';
		out[n++] = *text;
	}
	return out;
}

static void cut(enum ph_foreign_format format, const char *text)
{
	for (size_t len = 0; len <= strlen(text); len++) {
		struct ph_span copy = exact_copy((struct ph_span){ text, len });
		struct shown s;
		enum ph_err err = read(format, copy, "ann@example.com", &s);

		check(err == PH_OK || err == PH_EINVAL);
		exact_free(copy);
	}
}

void check_shown(
    enum ph_foreign_format format, const struct shown_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *windows = with_crlf(cases[i].text);

		check_case(cases[i].text, i);
		check_str(show(format, cases[i].text, cases[i].address).text,
		    cases[i].want);
		check_str(show(format, windows, cases[i].address).text,
		    cases[i].want);
		cut(format, cases[i].text);
		free(windows);
	}
	check_case(NULL, 0);
}

struct job {
	enum ph_foreign_format format;
	const char *text;
};

static enum ph_err live(void *ctx)
{
	const struct job *job = ctx;
	struct shown s;

	return read(job->format, ph_span_of(job->text), "ann@example.com", &s);
}

void check_memory(
    enum ph_foreign_format format, const char *text, const char *secret)
{
	struct job job = { format, text };
	/* jansson does not always tell that memory is out. */
	size_t (*run)(enum ph_err(*fn)(void *), void *) =
	    format == PH_FOREIGN_NODEMAILER ? failalloc_run_any : failalloc_run;
	struct shown s;

	check(run(live, &job) > 0);
	freewatch_for(secret);
	check(read(format, ph_span_of(text), "ann@example.com", &s) == PH_OK);
	check_int(freewatch_found(), 0);
	freewatch_for(NULL);
	check(strstr(s.text, secret) != NULL);
}
