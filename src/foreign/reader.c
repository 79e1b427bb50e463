#include "foreign/reader.h"

#include "base/utf8.h"
#include "foreign/profile.h"

#include <stdarg.h>
#include <stdio.h>

enum {
	WHAT_MAX = 64,
	FROM_MAX = 1024
};

enum ph_err ph_foreign_begin(struct ph_foreign_reader *r, struct ph_span name)
{
	struct ph_foreign *f = r->out;
	struct ph_foreign_connection **tail = &f->connections;

	if (f->connection_count >= PH_FOREIGN_CONNECTIONS_MAX) {
		return ph_foreign_refuse(r, "it holds more than %d accounts",
		    PH_FOREIGN_CONNECTIONS_MAX);
	}

	struct ph_foreign_connection *c = ph_arena_alloc(&f->arena, sizeof(*c));

	if (c == NULL)
		return PH_ENOMEM;
	c->values =
	    ph_arena_array(&f->arena, ph_settings_count, sizeof(*c->values));
	c->lines =
	    ph_arena_array(&f->arena, ph_settings_count, sizeof(*c->lines));
	if (c->values == NULL || c->lines == NULL)
		return PH_ENOMEM;

	enum ph_err err = ph_arena_copy(&f->arena, name, &c->name);
	if (err != PH_OK)
		return err;
	c->line = r->line;
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = c;
	f->connection_count++;
	r->current = c;
	return PH_OK;
}

static size_t row_of(const char *setting)
{
	const struct ph_setting *row =
	    ph_setting_find(PH_SPAN(""), ph_span_of(setting));

	return (size_t)(row - ph_settings);
}

/* Without it the connection would be another one: to another server, or with
   no login. */
static bool is_vital(const char *setting)
{
	static const char *const names[] = { "port", "username", "proxy.host",
		"proxy.port", "proxy.username" };

	for (size_t i = 0; i < PH_COUNT(names); i++) {
		if (strcmp(setting, names[i]) == 0)
			return true;
	}
	return false;
}

enum ph_err ph_foreign_set(struct ph_foreign_reader *r, const char *setting,
    struct ph_span value, const char *what)
{
	size_t at = row_of(setting);
	struct ph_fault fault = { 0 };
	enum ph_err err = ph_setting_check(&ph_settings[at], value, &fault);

	if (err == PH_EINVAL && is_vital(setting)) {
		err = ph_foreign_refuse(r, "%s", fault.text);
		ph_fault_advise(
		    r->fault, "correct it there, and import it again");
		return err;
	}
	if (err == PH_EINVAL)
		return ph_foreign_lose(r, ph_span_of(what), fault.text);
	if (err != PH_OK)
		return err;
	r->current->lines[at] = r->line;
	return ph_arena_copy(&r->out->arena, value, &r->current->values[at]);
}

enum ph_err ph_foreign_set_path(struct ph_foreign_reader *r,
    const char *setting, struct ph_span value, const char *what)
{
	struct ph_buf b;

	if (strcmp(setting, "ca-file") == 0 && ph_foreign_is_system_ca(value))
		return PH_OK;
	if (r->home[0] == '\0' || !ph_span_starts_nocase(value, PH_SPAN("~/")))
		return ph_foreign_set(r, setting, value, what);
	ph_buf_init(&b, PH_SETTINGS_LINE_MAX);

	enum ph_err err = ph_buf_append_str(&b, r->home);

	if (err == PH_OK)
		err = ph_buf_append(&b, ph_span_skip(value, 1));
	if (err == PH_OK) {
		err = ph_foreign_set(r, setting, ph_buf_span(&b), what);
	} else if (err == PH_ETOOBIG) {
		err = ph_foreign_lose(r, ph_span_of(what), "it is too long");
	}
	ph_buf_release(&b);
	return err;
}

void ph_foreign_unset(struct ph_foreign_reader *r, const char *setting)
{
	r->current->values[row_of(setting)] = (struct ph_span){ 0 };
}

struct ph_span ph_foreign_get(
    const struct ph_foreign_reader *r, const char *setting)
{
	return r->current->values[row_of(setting)];
}

enum ph_err ph_foreign_keep(struct ph_foreign_reader *r, enum ph_role role,
    struct ph_span secret, const char *what)
{
	struct ph_foreign_connection *c = r->current;

	if (ph_span_has_control(secret)) {
		return ph_foreign_lose(
		    r, ph_span_of(what), "a control byte stands in it");
	}

	enum ph_err err = ph_secret_set(&c->secrets[role], secret);

	if (err == PH_ETOOBIG) {
		return ph_foreign_lose(
		    r, ph_span_of(what), "it is longer than any password");
	}
	if (err != PH_OK)
		return err;
	c->has_secret[role] = true;
	/* A key's passphrase is asked for only where a source is named. */
	if (role == PH_ROLE_CLIENT_KEY) {
		err = ph_foreign_set(
		    r, ph_role_setting(role), PH_SPAN("stored"), what);
	}
	c->secret_lines[role] = r->line;
	return err;
}

static bool is_said(
    const struct ph_foreign_reader *r, struct ph_span what, struct ph_span why)
{
	const struct ph_foreign_loss *l = r->out->losses;

	for (; l != NULL; l = l->next) {
		if (l->line == r->line && ph_span_eq(l->what, what) &&
		    ph_span_eq(l->why, why))
			return true;
	}
	return false;
}

enum ph_err ph_foreign_lose(
    struct ph_foreign_reader *r, struct ph_span what, const char *why)
{
	struct ph_foreign *f = r->out;
	struct ph_foreign_loss **tail = &f->losses;

	what = ph_utf8_cut(what, WHAT_MAX);
	if (f->loss_count > PH_FOREIGN_LOSSES_MAX ||
	    is_said(r, what, ph_span_of(why)))
		return PH_OK;
	if (f->loss_count == PH_FOREIGN_LOSSES_MAX) {
		what = PH_SPAN("...");
		why = "what follows is too much to list";
	}

	struct ph_foreign_loss *l = ph_arena_alloc(&f->arena, sizeof(*l));

	if (l == NULL)
		return PH_ENOMEM;
	l->line = r->line;

	enum ph_err err = ph_arena_copy(&f->arena, what, &l->what);
	if (err == PH_OK)
		err = ph_arena_copy(&f->arena, ph_span_of(why), &l->why);
	if (err != PH_OK)
		return err;
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = l;
	f->loss_count++;
	return PH_OK;
}

enum ph_err ph_foreign_refuse(struct ph_foreign_reader *r, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (r->line > 0) {
		ph_fault_set(r->fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "line %u: %s", r->line, text);
	} else {
		ph_fault_set(
		    r->fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG, "%s", text);
	}
	ph_fault_advise(r->fault,
	    "--format FORMAT says what it is; posthaste connection --help "
	    "names them");
	return PH_EINVAL;
}

bool ph_foreign_next_line(
    struct ph_foreign_reader *r, struct ph_span *rest, struct ph_span *out)
{
	size_t n = 0;

	if (rest->len == 0)
		return false;
	while (n < rest->len && rest->ptr[n] != '\n' && rest->ptr[n] != '\r')
		n++;
	*out = ph_span_trim(ph_span_first(*rest, n));
	if (n + 1 < rest->len && rest->ptr[n] == '\r' &&
	    rest->ptr[n + 1] == '\n')
		n++;
	*rest = ph_span_skip(*rest, n < rest->len ? n + 1 : n);
	r->line++;
	return true;
}

static enum ph_err append_quoted(struct ph_buf *b, struct ph_span name)
{
	enum ph_err err = ph_buf_append_char(b, '"');

	for (size_t i = 0; err == PH_OK && i < name.len; i++) {
		if (name.ptr[i] == '"' || name.ptr[i] == '\\')
			err = ph_buf_append_char(b, '\\');
		if (err == PH_OK)
			err = ph_buf_append_char(b, name.ptr[i]);
	}
	return err == PH_OK ? ph_buf_append_str(b, "\" <") : err;
}

enum ph_err ph_foreign_set_from(struct ph_foreign_reader *r,
    struct ph_span address, struct ph_span name, const char *what)
{
	struct ph_buf b;
	enum ph_err err = PH_OK;

	if (address.len == 0)
		return PH_OK;
	if (name.len == 0)
		return ph_foreign_set(r, "from", address, what);
	ph_buf_init(&b, FROM_MAX);
	err = append_quoted(&b, name);
	if (err == PH_OK)
		err = ph_buf_append(&b, address);
	if (err == PH_OK)
		err = ph_buf_append_char(&b, '>');
	if (err == PH_OK) {
		err = ph_foreign_set(r, "from", ph_buf_span(&b), what);
	} else if (err == PH_ETOOBIG) {
		err = ph_foreign_lose(
		    r, ph_span_of(what), "it is longer than any address");
	}
	ph_buf_release(&b);
	return err;
}

bool ph_foreign_is_true(struct ph_span s)
{
	static const char *const words[] = { "yes", "on", "true", "1",
		"enable" };

	for (size_t i = 0; i < PH_COUNT(words); i++) {
		if (ph_span_eq_nocase(s, ph_span_of(words[i])))
			return true;
	}
	return false;
}
