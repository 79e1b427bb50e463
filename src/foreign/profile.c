#include "foreign/profile.h"

#include "base/num.h"
#include "base/pin.h"
#include "connection/lookup.h"
#include "connection/value.h"
#include "foreign/words.h"

#include <stdio.h>

static size_t row_of(const char *setting)
{
	return (size_t)(ph_setting_find(PH_SPAN(""), ph_span_of(setting)) -
	    ph_settings);
}

struct ph_span ph_foreign_profile_get(
    const struct ph_foreign_profile *p, const char *setting)
{
	return p->values[row_of(setting)];
}

static void put(
    struct ph_foreign_profile *p, const char *setting, const char *value)
{
	p->values[row_of(setting)] = ph_span_of(value);
}

static bool is(
    const struct ph_foreign_profile *p, const char *setting, const char *value)
{
	return ph_span_eq_nocase(
	    ph_foreign_profile_get(p, setting), ph_span_of(value));
}

bool ph_foreign_is_system_ca(struct ph_span path)
{
	static const char *const places[] = {
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/ssl/certs/ca-bundle.crt",
		"/etc/ssl/certs",
		"/etc/ssl/certs/",
		"/etc/ssl/cert.pem",
		"/etc/ssl/ca-bundle.pem",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/pki/tls/cert.pem",
		"/usr/local/share/certs/ca-root-nss.crt",
	};

	for (size_t i = 0; i < PH_COUNT(places); i++) {
		if (ph_span_eq(path, ph_span_of(places[i])))
			return true;
	}
	return false;
}

static enum ph_err put_port(
    struct ph_foreign_profile *p, const char *setting, unsigned port)
{
	char text[8];
	int len = snprintf(text, sizeof(text), "%u", port);

	return ph_arena_copy(p->arena, (struct ph_span){ text, (size_t)len },
	    &p->values[row_of(setting)]);
}

/* What is left out means what is written here. */
static enum ph_err fill_in(struct ph_foreign_profile *p)
{
	const struct ph_connection *c = &p->connection;
	enum ph_err err = put_port(p, "port", c->port);

	put(p, "host", c->host);
	put(p, "encryption", ph_encryption_name(c->encryption));
	if (err == PH_OK && c->proxy.host[0] != '\0') {
		put(p, "proxy.host", c->proxy.host);
		err = put_port(p, "proxy.port", c->proxy.port);
	}
	if (ph_foreign_profile_get(p, "client-key").len == 0)
		put(p, "client-key", c->client_certificate);
	if (is(p, "verify-name", c->host))
		put(p, "verify-name", "");
	/* Nobody to log in as, and no mechanism that needs none. */
	if (c->username[0] == '\0' && c->mechanism_count == 0)
		put(p, "anonymous", "yes");
	if (ph_foreign_is_system_ca(ph_foreign_profile_get(p, "ca-file")))
		put(p, "ca-file", "");
	if (is(p, "size", "0"))
		put(p, "size", "");
	if (is(p, "password-from", "stored"))
		put(p, "password-from", "");
	return err;
}

enum ph_err ph_foreign_profile_make(const struct ph_resolve *in,
    struct ph_arena *a, struct ph_foreign_profile *out, struct ph_fault *fault)
{
	struct ph_foreign_profile p = { .arena = a };
	enum ph_err err = ph_connection_resolve(in, a, &p.connection, fault);
	if (err != PH_OK)
		return err;
	p.values = ph_arena_array(a, ph_settings_count, sizeof(*p.values));
	if (p.values == NULL)
		return PH_ENOMEM;
	for (size_t i = 0; i < ph_settings_count; i++) {
		struct ph_setting_found found;

		ph_setting_lookup(in, &ph_settings[i], &found);
		p.values[i] = found.value;
	}
	err = fill_in(&p);
	if (err == PH_OK)
		*out = p;
	return err;
}

static bool is_same_time(struct ph_span a, struct ph_span b)
{
	ph_msec x = 0;
	ph_msec y = 0;

	return ph_num_parse_duration(a, &x) == PH_OK &&
	    ph_num_parse_duration(b, &y) == PH_OK && x == y;
}

static bool is_same_size(struct ph_span a, struct ph_span b)
{
	uint64_t x = 0;
	uint64_t y = 0;

	return ph_num_parse_size(a, &x) == PH_OK &&
	    ph_num_parse_size(b, &y) == PH_OK && x == y;
}

static bool is_same_count(struct ph_span a, struct ph_span b)
{
	uint64_t x = 0;
	uint64_t y = 0;

	return ph_num_parse(a, UINT64_MAX, &x) == PH_OK &&
	    ph_num_parse(b, UINT64_MAX, &y) == PH_OK && x == y;
}

/* 60/min is 1/s. */
static bool is_same_rate(struct ph_span a, struct ph_span b)
{
	struct ph_rate x = { 0 };
	struct ph_rate y = { 0 };

	return ph_value_rate(a, &x) == PH_OK && ph_value_rate(b, &y) == PH_OK &&
	    x.count * (uint64_t)y.per == y.count * (uint64_t)x.per;
}

static bool is_same_bool(struct ph_span a, struct ph_span b)
{
	bool x = false;
	bool y = false;

	return ph_value_bool(a, &x) == PH_OK && ph_value_bool(b, &y) == PH_OK &&
	    x == y;
}

static bool is_same_list(
    const struct ph_setting *row, struct ph_span a, struct ph_span b)
{
	bool is_pin = strcmp(row->name, "pin") == 0;
	struct ph_span x = { 0 };
	struct ph_span y = { 0 };
	unsigned v = 0;
	unsigned w = 0;

	if (strcmp(row->name, "tls-versions") == 0) {
		return ph_value_tls_versions(a, &v) == PH_OK &&
		    ph_value_tls_versions(b, &w) == PH_OK && v == w;
	}
	for (;;) {
		bool more = ph_value_next(&a, &x);

		if (more != ph_value_next(&b, &y))
			return false;
		if (!more)
			return true;
		if (is_pin ? !ph_pin_same(x, y) : !ph_span_eq_nocase(x, y))
			return false;
	}
}

/* Quoting does not matter. */
static enum ph_err compare_commands(
    struct ph_span a, struct ph_span b, bool *out)
{
	struct ph_foreign_words x = { 0 };
	struct ph_foreign_words y = { 0 };
	enum ph_err err = ph_foreign_words_split(a, &x);

	if (err == PH_OK)
		err = ph_foreign_words_split(b, &y);
	*out = err == PH_OK && x.count == y.count;
	for (size_t i = 0; *out && i < x.count; i++)
		*out = ph_span_eq(x.words[i], y.words[i]);
	ph_foreign_words_release(&x);
	ph_foreign_words_release(&y);
	return err == PH_ENOMEM ? err : PH_OK;
}

static enum ph_err compare_sources(
    struct ph_span a, struct ph_span b, bool *out)
{
	static const struct ph_span command = PH_SPAN_INIT("command:");

	if (ph_span_starts_nocase(a, command) &&
	    ph_span_starts_nocase(b, command)) {
		return compare_commands(ph_span_skip(a, command.len),
		    ph_span_skip(b, command.len), out);
	}
	*out = ph_span_eq(a, b);
	return PH_OK;
}

static enum ph_err compare_from(const struct ph_foreign_profile *p,
    struct ph_span a, struct ph_span b, bool *out)
{
	struct ph_span address[2];
	struct ph_span name[2];
	enum ph_err err =
	    ph_foreign_split_from(a, p->arena, &address[0], &name[0]);

	if (err == PH_OK)
		err = ph_foreign_split_from(b, p->arena, &address[1], &name[1]);
	if (err == PH_OK) {
		*out = ph_span_eq(address[0], address[1]) &&
		    ph_span_eq(name[0], name[1]);
	}
	return err;
}

/* By type, of two that are not the same text. */
static bool means_same(
    const struct ph_setting *row, struct ph_span a, struct ph_span b)
{
	switch (row->type) {
	case PH_SETTING_DURATION:
		return is_same_time(a, b);
	case PH_SETTING_SIZE:
		return is_same_size(a, b);
	case PH_SETTING_COUNT:
	case PH_SETTING_PORT:
		return is_same_count(a, b);
	case PH_SETTING_RATE:
		return is_same_rate(a, b);
	case PH_SETTING_BOOL:
		return is_same_bool(a, b);
	case PH_SETTING_WORDS:
		return is_same_list(row, a, b);
	case PH_SETTING_HOST:
	case PH_SETTING_WORD:
	case PH_SETTING_ENCRYPTION:
		return ph_span_eq_nocase(a, b);
	case PH_SETTING_TEXT:
	case PH_SETTING_ADDRESS:
	case PH_SETTING_SECRET_SOURCE:
		break;
	}
	return false;
}

enum ph_err ph_foreign_profile_eq(const struct ph_foreign_profile *p,
    const struct ph_foreign_profile *q, const struct ph_setting *row, bool *out)
{
	size_t at = (size_t)(row - ph_settings);
	struct ph_span a = p->values[at];
	struct ph_span b = q->values[at];

	if (ph_span_eq(a, b)) {
		*out = true;
		return PH_OK;
	}
	if (row->type == PH_SETTING_SECRET_SOURCE)
		return compare_sources(a, b, out);
	if (row->type == PH_SETTING_ADDRESS)
		return compare_from(p, a, b, out);
	*out = means_same(row, a, b);
	return PH_OK;
}

/* "Ann \"the\" Example": without quotes and escapes. */
static enum ph_err unquote(
    struct ph_span s, struct ph_arena *a, struct ph_span *out)
{
	bool is_quoted =
	    s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"';
	char *text;
	size_t n = 0;

	if (!is_quoted) {
		*out = s;
		return PH_OK;
	}
	s = ph_span_first(ph_span_skip(s, 1), s.len - 2);
	text = ph_arena_alloc(a, s.len + 1);
	if (text == NULL)
		return PH_ENOMEM;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\' && i + 1 < s.len)
			i++;
		text[n++] = s.ptr[i];
	}
	*out = (struct ph_span){ text, n };
	return PH_OK;
}

enum ph_err ph_foreign_split_from(struct ph_span from, struct ph_arena *a,
    struct ph_span *address, struct ph_span *name)
{
	size_t open = from.len;

	from = ph_span_trim(from);
	for (size_t i = 0; i < from.len; i++) {
		if (from.ptr[i] == '<')
			open = i;
	}
	if (from.len == 0 || from.ptr[from.len - 1] != '>' ||
	    open >= from.len) {
		*address = from;
		*name = (struct ph_span){ 0 };
		return PH_OK;
	}
	*address =
	    ph_span_first(ph_span_skip(from, open + 1), from.len - open - 2);
	return unquote(ph_span_trim(ph_span_first(from, open)), a, name);
}
