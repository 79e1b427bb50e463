#include "writing.h"

#include "check.h"
#include "failalloc.h"
#include "freewatch.h"

#include <stdarg.h>
#include <stdio.h>

struct exported {
	struct ph_setting_override overrides[WRITING_SETTINGS_MAX + 3];
	size_t count;
	struct ph_secret secrets[PH_ROLE_COUNT];
	bool has_secret;
	struct ph_foreign_export in;
};

PH_PRINTF(2, 3)

static void add(char *text, const char *fmt, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text + used, WRITTEN_SIZE - used, fmt, args);
	va_end(args);
}

static enum ph_err set_secret(
    struct exported *e, struct ph_span name, struct ph_span value)
{
	enum ph_role role = PH_ROLE_PASSWORD;

	check(ph_role_parse(name, &role) == PH_OK);
	e->has_secret = true;
	return ph_secret_set(&e->secrets[role], value);
}

static enum ph_err set(struct exported *e, const char *setting)
{
	struct ph_span text = ph_span_of(setting);
	size_t equals = ph_span_find(text, '=');
	struct ph_span key = ph_span_first(text, equals);
	struct ph_span value = ph_span_skip(text, equals + 1);
	const struct ph_setting *row;

	if (ph_span_starts_nocase(key, PH_SPAN("secret:")))
		return set_secret(e, ph_span_skip(key, 7), value);
	if (ph_span_eq(key, PH_SPAN("map"))) {
		e->in.map_path = value.ptr;
		return PH_OK;
	}
	row = ph_setting_find(PH_SPAN(""), key);
	check(row != NULL);
	e->overrides[e->count++] =
	    (struct ph_setting_override){ row, value, "" };
	return PH_OK;
}

static enum ph_err begin(struct exported *e, const char *const *settings)
{
	enum ph_err err;

	*e = (struct exported){ .in = { .name = "work", .map_path = "" } };
	err = set(e, "host=m.example");
	if (err == PH_OK)
		err = set(e, "port=587");
	if (err == PH_OK)
		err = set(e, "username=ann@x");
	for (size_t i = 0;
	     err == PH_OK && i < WRITING_SETTINGS_MAX && settings[i] != NULL;
	     i++)
		err = set(e, settings[i]);
	e->in.settings.overrides = e->overrides;
	e->in.settings.override_count = e->count;
	if (e->has_secret)
		e->in.secrets = e->secrets;
	return err;
}

static void end(struct exported *e)
{
	for (size_t i = 0; i < PH_ROLE_COUNT; i++)
		ph_secret_release(&e->secrets[i]);
}

static void show(const struct ph_foreign_written *w, struct written *out)
{
	add(out->text, "%s", ph_buf_str(&w->text));
	if (w->map.len > 0)
		add(out->text, "---- map\n%s", ph_buf_str(&w->map));
	for (const struct ph_foreign_gap *g = w->gaps; g != NULL; g = g->next) {
		add(out->gaps, "gap: %s.%s = %.*s | %.*s\n", g->row->section,
		    g->row->name, PH_SPAN_ARG(g->value), PH_SPAN_ARG(g->there));
	}
}

enum ph_err write_one(enum ph_foreign_format format,
    const char *const *settings, struct written *out)
{
	struct exported e;
	struct ph_foreign_written w = { 0 };
	struct ph_fault fault = { 0 };
	enum ph_err err = begin(&e, settings);

	*out = (struct written){ .text = "" };
	if (err == PH_OK)
		err = ph_foreign_write(format, &e.in, &w, &fault);
	if (err == PH_OK) {
		show(&w, out);
	} else {
		add(out->gaps, "refused: %s\n", fault.text);
	}
	ph_foreign_written_release(&w);
	end(&e);
	return err;
}

struct job {
	enum ph_foreign_format format;
	const char *const *settings;
};

static enum ph_err live(void *ctx)
{
	static struct written w;
	const struct job *job = ctx;

	return write_one(job->format, job->settings, &w);
}

/* What is written of what was read is what was read. */
static void check_again(enum ph_foreign_format format, const char *text)
{
	struct ph_foreign_source in = { .text = ph_span_of(text) };
	struct ph_setting_override overrides[128];
	struct ph_foreign f = { 0 };
	struct ph_foreign_written w = { 0 };
	struct ph_foreign_export out = { .name = "work", .map_path = "" };

	check(ph_foreign_read(format, &in, &f, NULL) == PH_OK);
	if (f.connections == NULL)
		return;
	for (size_t i = 0; i < ph_settings_count; i++) {
		struct ph_span value = f.connections->values[i];

		if (value.ptr != NULL) {
			overrides[out.settings.override_count++] =
			    (struct ph_setting_override){ &ph_settings[i],
				    value, "" };
		}
	}
	out.settings.overrides = overrides;
	out.secrets = f.connections->secrets;
	check(ph_foreign_write(format, &out, &w, NULL) == PH_OK);
	check_str(ph_buf_str(&w.text), text);
	check_int(w.gap_count, 0);
	ph_foreign_written_release(&w);
	ph_foreign_release(&f);
}

void check_writing(enum ph_foreign_format format,
    const struct writing_case *cases, size_t count)
{
	/* jansson does not always tell that memory is out. */
	size_t (*run)(enum ph_err(*fn)(void *), void *) =
	    format == PH_FOREIGN_NODEMAILER ? failalloc_run_any : failalloc_run;
	static struct written w;

	for (size_t i = 0; i < count; i++) {
		struct job job = { format, cases[i].settings };

		check_case(cases[i].settings[0] == NULL ? "nothing more"
							: cases[i].settings[0],
		    i);
		check(write_one(format, cases[i].settings, &w) == PH_OK);
		check_str(w.text, cases[i].want);
		if (strstr(w.text, "---- map") == NULL &&
		    strstr(w.text, "/etc/map") == NULL)
			check_again(format, w.text);
		check(run(live, &job) > 0);
	}
	check_case(NULL, 0);
}
