#include "connection/connection.h"

#include "base/ascii.h"
#include "base/num.h"
#include "connection/settings.h"

#include <limits.h>

static const char *const encryption_names[] = {
	[PH_ENCRYPTION_NONE] = "none",
	[PH_ENCRYPTION_WANTED] = "wanted",
	[PH_ENCRYPTION_AFTER_CONNECT] = "after-connect",
	[PH_ENCRYPTION_BEFORE_CONNECT] = "before-connect",
};

const char *ph_encryption_name(enum ph_encryption e)
{
	return encryption_names[e];
}

static const struct {
	const char *word;
	enum ph_encryption mode;
} encryption_words[] = {
	{ "none", PH_ENCRYPTION_NONE },
	{ "plain", PH_ENCRYPTION_NONE },
	{ "wanted", PH_ENCRYPTION_WANTED },
	{ "afterconnect", PH_ENCRYPTION_AFTER_CONNECT },
	{ "starttls", PH_ENCRYPTION_AFTER_CONNECT },
	{ "explicit", PH_ENCRYPTION_AFTER_CONNECT },
	{ "beforeconnect", PH_ENCRYPTION_BEFORE_CONNECT },
	{ "ssl", PH_ENCRYPTION_BEFORE_CONNECT },
	{ "implicit", PH_ENCRYPTION_BEFORE_CONNECT },
	{ "smtps", PH_ENCRYPTION_BEFORE_CONNECT },
};

enum {
	ENCRYPTION_WORD_MAX = 16,
	PORT_SMTPS = 465,
	PORT_SUBMISSION = 587
};

enum ph_err ph_encryption_parse(
    struct ph_span s, uint16_t port, enum ph_encryption *out)
{
	char word[ENCRYPTION_WORD_MAX];
	struct ph_span plain = { word, 0 };

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '-' || s.ptr[i] == '_')
			continue;
		if (plain.len == sizeof(word))
			return PH_EINVAL;
		word[plain.len++] = s.ptr[i];
	}
	if (ph_span_eq_nocase(plain, PH_SPAN("required"))) {
		*out = port == PORT_SMTPS ? PH_ENCRYPTION_BEFORE_CONNECT
					  : PH_ENCRYPTION_AFTER_CONNECT;
		return PH_OK;
	}
	for (size_t i = 0; i < PH_COUNT(encryption_words); i++) {
		struct ph_span known = ph_span_of(encryption_words[i].word);

		if (ph_span_eq_nocase(plain, known)) {
			*out = encryption_words[i].mode;
			return PH_OK;
		}
	}
	return PH_EINVAL;
}

static const struct {
	const char *word;
	enum ph_secret_kind kind;
	bool takes_argument;
} secret_words[] = {
	{ "prompt", PH_SECRET_PROMPT, false },
	{ "keyring", PH_SECRET_KEYRING, false },
	{ "stored", PH_SECRET_STORED, false },
	{ "oauth", PH_SECRET_OAUTH, false },
	{ "env", PH_SECRET_ENV, true },
	{ "file", PH_SECRET_FILE, true },
	{ "fd", PH_SECRET_FD, true },
	{ "command", PH_SECRET_COMMAND, true },
	{ "credential", PH_SECRET_CREDENTIAL, true },
};

static enum ph_err take_argument(
    struct ph_span argument, struct ph_arena *a, struct ph_secret_source *out)
{
	struct ph_secret_source source = { .kind = out->kind, .fd = -1 };
	uint64_t fd = 0;

	if (argument.len == 0 || ph_span_has_control(argument))
		return PH_EINVAL;
	if (source.kind == PH_SECRET_FD) {
		enum ph_err err = ph_num_parse(argument, INT_MAX, &fd);
		if (err != PH_OK)
			return err;
		source.fd = (int)fd;
	}
	source.argument = ph_arena_str(a, argument);
	if (source.argument == NULL)
		return PH_ENOMEM;
	*out = source;
	return PH_OK;
}

enum ph_err ph_secret_source_parse(
    struct ph_span s, struct ph_arena *a, struct ph_secret_source *out)
{
	size_t colon = ph_span_find(s, ':');
	struct ph_span word = ph_span_first(s, colon);

	for (size_t i = 0; i < PH_COUNT(secret_words); i++) {
		struct ph_secret_source source = { .kind = secret_words[i].kind,
			.fd = -1 };

		if (!ph_span_eq_nocase(word, ph_span_of(secret_words[i].word)))
			continue;
		if (secret_words[i].takes_argument != (colon < s.len))
			return PH_EINVAL;
		if (secret_words[i].takes_argument) {
			enum ph_err err = take_argument(
			    ph_span_skip(s, colon + 1), a, &source);
			if (err != PH_OK)
				return err;
		}
		*out = source;
		return PH_OK;
	}
	return PH_EINVAL;
}

enum {
	NAME_MAX_LEN = 64
};

bool ph_connection_name_valid(struct ph_span name)
{
	if (name.len == 0 || name.len > NAME_MAX_LEN || name.ptr[0] == '.')
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (!ph_ascii_is_alnum(c) && c != '-' && c != '_' && c != '.')
			return false;
	}
	/* A dash in front would be read as an option. */
	return name.ptr[0] != '-';
}

static bool is_465_late(const struct ph_connection *c)
{
	return c->port == PORT_SMTPS &&
	    c->encryption != PH_ENCRYPTION_BEFORE_CONNECT;
}

static bool is_early_elsewhere(const struct ph_connection *c)
{
	return (c->port == PORT_SUBMISSION || c->port == 25) &&
	    c->encryption == PH_ENCRYPTION_BEFORE_CONNECT;
}

static bool is_unverified(const struct ph_connection *c)
{
	return c->verify == PH_VERIFY_OFF &&
	    c->encryption != PH_ENCRYPTION_NONE;
}

static bool allows_old_tls(const struct ph_connection *c)
{
	return (c->tls_versions & (PH_TLS_1_0 | PH_TLS_1_1)) != 0;
}

static bool shows_password(const struct ph_connection *c)
{
	return c->allow_plaintext_password && c->username[0] != '\0' &&
	    (c->encryption == PH_ENCRYPTION_NONE ||
		c->encryption == PH_ENCRYPTION_WANTED);
}

static bool has_idle_pin(const struct ph_connection *c)
{
	return c->pin_count > 0 && c->verify != PH_VERIFY_PIN;
}

static bool pins_in_clear(const struct ph_connection *c)
{
	return c->verify == PH_VERIFY_PIN &&
	    c->encryption == PH_ENCRYPTION_NONE;
}

static bool pins_in_vain(const struct ph_connection *c)
{
	return c->verify == PH_VERIFY_PIN &&
	    c->encryption == PH_ENCRYPTION_WANTED;
}

static bool has_idle_login(const struct ph_connection *c)
{
	return c->anonymous && c->username[0] != '\0';
}

static bool has_short_final(const struct ph_connection *c)
{
	const ph_msec ten_minutes = 600000;

	return c->timeout_final > 0 && c->timeout_final < ten_minutes;
}

static bool counts_nothing(const struct ph_connection *c)
{
	return !c->memory && (c->rate.count > 0 || c->quota.count > 0);
}

static const struct {
	bool (*holds)(const struct ph_connection *c);
	const char *text;
} oddities[] = {
	{ is_465_late,
	    "port 465 expects TLS from the first byte (encryption = "
	    "before-connect)" },
	{ is_early_elsewhere,
	    "encryption = before-connect is usual on port 465 only; ports 25 "
	    "and 587 begin in clear" },
	{ is_unverified,
	    "verify = off: anyone on the way can pose as the "
	    "server; pin its key instead (verify = pin)" },
	{ allows_old_tls,
	    "tls-versions admits TLS before 1.2, which is "
	    "broken (RFC 8996)" },
	{ shows_password,
	    "allow-plaintext-password = yes: the password may "
	    "travel in clear" },
	{ has_idle_pin, "pin is set and not looked at: verify is not pin" },
	{ pins_in_clear,
	    "encryption = none: verify = pin is not looked at, and nothing "
	    "proves which server it is" },
	{ pins_in_vain,
	    "encryption = wanted: a server with another key than the pinned "
	    "one gets the mail all the same; after-connect refuses it" },
	{ has_idle_login,
	    "anonymous = yes: the user name is set and not used" },
	{ has_short_final,
	    "timeout-final is below 10 minutes: a slow server's message may "
	    "count as unsure and arrive twice" },
	{ counts_nothing,
	    "memory = no: nothing is counted, so that rate and quota do not "
	    "hold" },
};

const char *ph_connection_oddity(const struct ph_connection *c, size_t i)
{
	for (size_t at = 0; at < PH_COUNT(oddities); at++) {
		if (!oddities[at].holds(c))
			continue;
		if (i == 0)
			return oddities[at].text;
		i--;
	}
	return NULL;
}

static bool is_token_mechanism(struct ph_span name)
{
	return ph_span_eq_nocase(name, PH_SPAN("OAUTHBEARER")) ||
	    ph_span_eq_nocase(name, PH_SPAN("XOAUTH2"));
}

bool ph_connection_wants_token(const struct ph_connection *c)
{
	if (c->password_from.kind == PH_SECRET_OAUTH)
		return true;
	for (size_t i = 0; i < c->mechanism_count; i++) {
		if (!is_token_mechanism(c->mechanisms[i]))
			return false;
	}
	return c->mechanism_count > 0;
}
