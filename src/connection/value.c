#include "connection/value.h"

#include "base/code_page.h"
#include "base/num.h"
#include "base/pin.h"
#include "base/utf8.h"
#include "connection/host.h"
#include "connection/nearest.h"

#include <stdio.h>

static const struct {
	const char *word;
	bool value;
} bools[] = {
	{ "yes", true },
	{ "no", false },
	{ "true", true },
	{ "false", false },
	{ "on", true },
	{ "off", false },
	{ "1", true },
	{ "0", false },
};

enum ph_err ph_value_bool(struct ph_span s, bool *out)
{
	for (size_t i = 0; i < PH_COUNT(bools); i++) {
		if (ph_span_eq_nocase(s, ph_span_of(bools[i].word))) {
			*out = bools[i].value;
			return PH_OK;
		}
	}
	return PH_EINVAL;
}

static const struct {
	const char *word;
	ph_msec per;
} rate_units[] = {
	{ "s", 1000 },
	{ "sec", 1000 },
	{ "second", 1000 },
	{ "m", 60 * 1000 },
	{ "min", 60 * 1000 },
	{ "minute", 60 * 1000 },
	{ "h", 3600 * 1000 },
	{ "hour", 3600 * 1000 },
	{ "d", 24 * 3600 * 1000 },
	{ "day", 24 * 3600 * 1000 },
};

enum ph_err ph_value_rate(struct ph_span s, struct ph_rate *out)
{
	size_t slash = ph_span_find(s, '/');
	struct ph_rate rate = { 0 };

	if (slash == s.len)
		return PH_EINVAL;

	enum ph_err err = ph_num_parse(
	    ph_span_trim(ph_span_first(s, slash)), UINT32_MAX, &rate.count);
	if (err != PH_OK)
		return err;

	struct ph_span unit = ph_span_trim(ph_span_skip(s, slash + 1));

	for (size_t i = 0; i < PH_COUNT(rate_units); i++) {
		if (ph_span_eq_nocase(unit, ph_span_of(rate_units[i].word)))
			rate.per = rate_units[i].per;
	}
	if (rate.per == 0 || rate.count == 0)
		return PH_EINVAL;
	*out = rate;
	return PH_OK;
}

enum ph_err ph_value_word(
    struct ph_span s, const char *words, size_t *index_out)
{
	struct ph_span rest = ph_span_of(words);
	struct ph_span word;

	for (size_t i = 0; ph_span_split(&rest, ' ', &word); i++) {
		if (ph_span_eq_nocase(s, word)) {
			*index_out = i;
			return PH_OK;
		}
	}
	return PH_EINVAL;
}

static bool is_separator(char c)
{
	return c == ' ' || c == '\t' || c == ',';
}

bool ph_value_next(struct ph_span *list, struct ph_span *item_out)
{
	size_t n = 0;

	while (list->len > 0 && is_separator(list->ptr[0]))
		*list = ph_span_skip(*list, 1);
	if (list->len == 0)
		return false;
	while (n < list->len && !is_separator(list->ptr[n]))
		n++;
	*item_out = ph_span_first(*list, n);
	*list = ph_span_skip(*list, n);
	return true;
}

static const char tls_words[] = "1.0 1.1 1.2 1.3";

enum ph_err ph_value_tls_versions(struct ph_span s, unsigned *out)
{
	struct ph_span item;
	unsigned versions = 0;

	while (ph_value_next(&s, &item)) {
		size_t bit = 0;

		if (ph_span_starts_nocase(item, PH_SPAN("TLSv")))
			item = ph_span_skip(item, 4);

		enum ph_err err = ph_value_word(item, tls_words, &bit);
		if (err != PH_OK)
			return err;
		versions |= 1U << bit;
	}
	if (versions == 0)
		return PH_EINVAL;
	*out = versions;
	return PH_OK;
}

static const char sources[] =
    "prompt, env:NAME, file:PATH, fd:N, command:CMD, credential:NAME, stored, "
    "keyring or oauth";

/* What a person is told a value of that type looks like. */
static const char *const wanted[] = {
	[PH_SETTING_TEXT] = "text in UTF-8, without control bytes",
	[PH_SETTING_HOST] = "host, host:port or [address]:port",
	[PH_SETTING_PORT] = "a number from 1 to 65535",
	[PH_SETTING_ENCRYPTION] =
	    "none, wanted, after-connect or before-connect",
	[PH_SETTING_DURATION] = "a length of time, as 30s, 5min, 1h30min",
	[PH_SETTING_SIZE] = "a number of octets, as 25M, 500K",
	[PH_SETTING_COUNT] = "a number, at most 1000000",
	[PH_SETTING_RATE] = "a number in a time, as 14/s, 2000/day",
	[PH_SETTING_BOOL] = "yes or no",
	[PH_SETTING_WORD] = "", /* the row has the words */
	[PH_SETTING_WORDS] = "a list, separated by spaces or commas",
	[PH_SETTING_SECRET_SOURCE] = sources,
	[PH_SETTING_ADDRESS] = "a mail address, as ann@example.com",
};

enum {
	COUNT_MAX = 1000000,
	/* As much of a wrong value as an error text shows. */
	SHOWN_MAX = 80
};

static enum ph_err refuse(const struct ph_setting *row, struct ph_span value,
    const char *want, struct ph_fault *fault)
{
	struct ph_span shown = ph_utf8_cut(value, SHOWN_MAX);

	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "%s: \"%.*s\" is not %s", row->name, PH_SPAN_ARG(shown), want);
	return PH_EINVAL;
}

static void advise_comment(struct ph_span value, struct ph_fault *fault)
{
	for (size_t i = 0; i + 1 < value.len; i++) {
		if (is_separator(value.ptr[i]) &&
		    (value.ptr[i + 1] == '#' || value.ptr[i + 1] == ';')) {
			ph_fault_advise(
			    fault, "a comment stands on a line of its own");
			return;
		}
	}
}

static enum ph_err check_text(struct ph_span value)
{
	return ph_utf8_valid(value) ? PH_OK : PH_EINVAL;
}

static enum ph_err check_count(struct ph_span value)
{
	uint64_t n = 0;

	return ph_num_parse(value, COUNT_MAX, &n);
}

static enum ph_err check_duration(struct ph_span value)
{
	ph_msec t = 0;

	return ph_num_parse_duration(value, &t);
}

static enum ph_err check_size(struct ph_span value)
{
	uint64_t n = 0;

	return ph_num_parse_size(value, &n);
}

static enum ph_err check_rate(struct ph_span value)
{
	struct ph_rate rate;

	return ph_value_rate(value, &rate);
}

static enum ph_err check_bool(struct ph_span value)
{
	bool b = false;

	return ph_value_bool(value, &b);
}

static enum ph_err check_port(struct ph_span value)
{
	uint16_t port = 0;

	return ph_port_parse(value, &port);
}

static enum ph_err check_encryption(struct ph_span value)
{
	enum ph_encryption mode = PH_ENCRYPTION_NONE;

	return ph_encryption_parse(value, 0, &mode);
}

static enum ph_err check_source(struct ph_span value)
{
	struct ph_secret_source source;
	struct ph_arena a;

	ph_arena_init(&a, value.len + 1);

	enum ph_err err = ph_secret_source_parse(value, &a, &source);

	ph_arena_release(&a);
	return err;
}

/* The shape only: src/mail reads addresses, and this room does not see it. */
static enum ph_err check_address(struct ph_span value)
{
	size_t at = ph_span_find(value, '@');

	if (at == 0 || at + 1 >= value.len || !ph_utf8_valid(value))
		return PH_EINVAL;
	return PH_OK;
}

static enum ph_err (*const checks[])(struct ph_span value) = {
	[PH_SETTING_TEXT] = check_text,
	[PH_SETTING_PORT] = check_port,
	[PH_SETTING_ENCRYPTION] = check_encryption,
	[PH_SETTING_DURATION] = check_duration,
	[PH_SETTING_SIZE] = check_size,
	[PH_SETTING_COUNT] = check_count,
	[PH_SETTING_RATE] = check_rate,
	[PH_SETTING_BOOL] = check_bool,
	[PH_SETTING_SECRET_SOURCE] = check_source,
	[PH_SETTING_ADDRESS] = check_address,
};

static enum ph_err check_host(
    const struct ph_setting *row, struct ph_span value, struct ph_fault *fault)
{
	struct ph_host host;
	enum ph_err err = ph_host_parse(value, &host, fault);
	if (err != PH_OK)
		ph_fault_prefix(fault, row->name);
	return err;
}

/* "password" is what people write who mean LOGIN or PLAIN. */
static enum ph_err refuse_word(
    const struct ph_setting *row, struct ph_span word, struct ph_fault *fault)
{
	struct ph_span near = ph_nearest_of(word, row->words);
	struct ph_span shown = ph_utf8_cut(word, SHOWN_MAX);

	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "%s: \"%.*s\" is not one of: %s", row->name, PH_SPAN_ARG(shown),
	    row->words);
	if (strcmp(row->name, "mechanisms") == 0 &&
	    ph_span_starts_nocase(word, PH_SPAN("pass"))) {
		ph_fault_advise(
		    fault, "\"password\" is no mechanism: say LOGIN, PLAIN");
	} else if (near.ptr != NULL) {
		ph_fault_advise(
		    fault, "the nearest is \"%.*s\"", PH_SPAN_ARG(near));
	} else {
		ph_fault_advise(fault, "write one of: %s", row->words);
	}
	return PH_EINVAL;
}

static enum ph_err check_words(
    const struct ph_setting *row, struct ph_span value, struct ph_fault *fault)
{
	struct ph_span item;
	size_t index = 0;
	size_t count = 0;
	bool alone = false;

	while (ph_value_next(&value, &item)) {
		if (row->words[0] != '\0' &&
		    ph_value_word(item, row->words, &index) != PH_OK)
			return refuse_word(row, item, fault);
		alone |= ph_span_eq_nocase(item, PH_SPAN("auto"));
		count++;
	}
	if (alone && count > 1) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "%s: auto stands alone or not at all", row->name);
		return PH_EINVAL;
	}
	return PH_OK;
}

static enum ph_err check_pins(struct ph_span value)
{
	unsigned char pin[PH_PIN_LEN];
	struct ph_span item;

	while (ph_value_next(&value, &item)) {
		if (!ph_pin_parse(item, pin))
			return PH_EINVAL;
	}
	return PH_OK;
}

static enum ph_err check_helo(struct ph_span value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];

		if (c <= ' ' || c >= 0x7f)
			return PH_EINVAL;
	}
	return PH_OK;
}

static enum ph_err check_source_address(struct ph_span value)
{
	return ph_host_is_literal(value) ? PH_OK : PH_EINVAL;
}

static enum ph_err check_code_page(struct ph_span value)
{
	return ph_code_page_name(value) == NULL ? PH_EINVAL : PH_OK;
}

static enum ph_err check_inherits(struct ph_span value)
{
	return ph_connection_name_valid(value) ? PH_OK : PH_EINVAL;
}

static enum ph_err check_tls_versions(struct ph_span value)
{
	unsigned versions = 0;

	return ph_value_tls_versions(value, &versions);
}

/* Rows that want more than their type says. */
static const struct {
	const char *name;
	enum ph_err (*check)(struct ph_span value);
	const char *want;
} closer[] = {
	{ "pin", check_pins,
	    "the SHA-256 of a key (SPKI), 64 hexadecimal digits or base64" },
	{ "helo", check_helo, "a host's name or [address], in ASCII" },
	{ "source-address", check_source_address, "an IPv4 or IPv6 address" },
	{ "code-page", check_code_page,
	    "a charset to write mail in, as utf-8" },
	{ "inherits", check_inherits, "the name of a connection" },
	{ "tls-versions", check_tls_versions, "a list of 1.0 1.1 1.2 1.3" },
};

static enum ph_err check_closer(
    const struct ph_setting *row, struct ph_span value, const char **want_out)
{
	for (size_t i = 0; i < PH_COUNT(closer); i++) {
		if (strcmp(row->name, closer[i].name) == 0) {
			*want_out = closer[i].want;
			return closer[i].check(value);
		}
	}
	return checks[row->type] == NULL ? PH_OK : checks[row->type](value);
}

enum ph_err ph_setting_check(
    const struct ph_setting *row, struct ph_span value, struct ph_fault *fault)
{
	size_t index = 0;

	if (value.len > PH_SETTINGS_LINE_MAX) {
		return refuse(row, PH_SPAN("..."),
		    "below the limit of 8 KiB for a value", fault);
	}
	if (ph_span_has_control(value)) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "%s: holds a control byte", row->name);
		return PH_EINVAL;
	}
	if (value.len == 0)
		return PH_OK;
	if (row->type == PH_SETTING_HOST)
		return check_host(row, value, fault);
	if (row->type == PH_SETTING_WORD) {
		return ph_value_word(value, row->words, &index) == PH_OK
		    ? PH_OK
		    : refuse_word(row, value, fault);
	}

	const char *want = wanted[row->type];
	enum ph_err err = check_closer(row, value, &want);

	if (err == PH_ENOMEM)
		return err;
	if (err != PH_OK) {
		/* What stands here may be a password, put into the wrong place:
		   it is not repeated. */
		if (row->type == PH_SETTING_SECRET_SOURCE)
			value = PH_SPAN("...");
		err = refuse(row, value, want, fault);
		advise_comment(value, fault);
		return err;
	}
	if (row->type == PH_SETTING_WORDS &&
	    strcmp(row->name, "tls-versions") != 0)
		return check_words(row, value, fault);
	return PH_OK;
}
