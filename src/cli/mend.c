#include "cli/mend.h"

#include <stdio.h>

/* What a setting is called where it is set, and what stands for its value. */
static const struct {
	const char *setting;
	const char *key;
	const char *value;
} keys[] = {
	{ "host", "host", "HOST" },
	{ "port", "port", "PORT" },
	{ "tls", "encryption", "MODE" },
	{ "tls-version", "tls-versions", "1.0,1.1,1.2,1.3" },
	{ "certificate", "ca-file", "FILE" },
	{ "helo", "helo", "FULL.HOST.NAME" },
	{ "mechanism", "mechanisms", "auto" },
	{ "username", "username", "NAME" },
	{ "anonymous", "username", "NAME" },
	{ "sender", "from", "ADDRESS" },
	{ "sender-domain", "from", "ADDRESS" },
	{ "timeout", "timeout", "1min" },
	{ "limit", "rate", "NUMBER/min" },
};

static bool is_word(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Which of the keys a fix may change for a setting's sake. */
static bool serves(const char *setting, const char *key)
{
	static const struct {
		const char *setting;
		const char *key;
	} pairs[] = {
		{ "host", "host" },
		{ "port", "port" },
		{ "tls", "encryption" },
		{ "tls", "port" },
		{ "server", "port" },
		{ "certificate", "host" },
		{ "certificate", "port" },
		{ "network", "source-address" },
		{ "network", "port" },
		{ "tls-version", "port" },
		{ "helo", "helo" },
		{ "username", "username" },
		{ "mechanism", "mechanisms" },
		{ "anonymous", "port" },
	};

	for (size_t i = 0; i < PH_COUNT(pairs); i++) {
		if (is_word(pairs[i].setting, setting) &&
		    is_word(pairs[i].key, key))
			return true;
	}
	return false;
}

static bool is_for(const struct ph_fix *f, const char *setting)
{
	for (size_t i = 0; i < f->count; i++) {
		if (serves(setting, f->changes[i].key))
			return true;
	}
	return false;
}

static void write_password(const struct ph_connection *c, char *out)
{
	(void)snprintf(out, PH_FIX_COMMAND_MAX,
	    c->name[0] == '\0' ? "--password-from prompt"
			       : "posthaste secret set %s",
	    c->name);
}

/* What no value mends. */
static bool write_other(
    const struct ph_finding *f, const char *setting, char *out)
{
	const struct ph_connection *c = f->connection;
	bool is_named = c->name[0] != '\0';

	if (is_word(setting, "password")) {
		write_password(c, out);
		return true;
	}
	if (is_word(setting, "token") && is_named) {
		(void)snprintf(
		    out, PH_FIX_COMMAND_MAX, "posthaste login %s", c->name);
		return true;
	}
	if (is_word(setting, "certificate") &&
	    f->fault.cause == PH_CAUSE_CERT_PIN && is_named) {
		(void)snprintf(out, PH_FIX_COMMAND_MAX,
		    "posthaste connection pin %s", c->name);
		return true;
	}
	if (is_word(setting, "proxy")) {
		(void)snprintf(out, PH_FIX_COMMAND_MAX,
		    is_named ? "posthaste connection set %s --proxy "
			       "KIND://HOST:PORT"
			     : "--proxy KIND://HOST:PORT",
		    c->name);
		return true;
	}
	return false;
}

/* No other certificate mends these. */
static bool is_servers_own(enum ph_cause cause)
{
	return cause == PH_CAUSE_CERT_EXPIRED ||
	    cause == PH_CAUSE_CERT_NOT_YET || cause == PH_CAUSE_CERT_REVOKED ||
	    cause == PH_CAUSE_CERT_STAPLE || cause == PH_CAUSE_CERT_OTHER;
}

static void make(
    const struct ph_finding *f, const char *setting, struct ph_fix *out)
{
	const struct ph_doubt *d =
	    f->look == NULL ? NULL : ph_doubts_about(&f->look->doubts, setting);

	if (f->look != NULL && is_for(&f->look->fix, setting)) {
		*out = f->look->fix;
		return;
	}
	if (d != NULL && d->key != NULL) {
		ph_fix_set(out, d->key, d->value);
		return;
	}
	for (size_t i = 0; i < PH_COUNT(keys); i++) {
		if (is_word(keys[i].setting, setting)) {
			ph_fix_set(out, keys[i].key, keys[i].value);
			return;
		}
	}
}

/* On the spot it is an option alone; a URL cannot hold what is not known. */
static void write_option(const struct ph_fix *fix, char *out)
{
	(void)snprintf(out, PH_FIX_COMMAND_MAX, "--%s %s", fix->changes[0].key,
	    fix->changes[0].value);
}

static bool is_to_be_filled_in(const struct ph_fix *fix)
{
	for (size_t i = 0; i < PH_COUNT(keys); i++) {
		if (is_word(keys[i].key, fix->changes[0].key) &&
		    is_word(keys[i].value, fix->changes[0].value))
			return true;
	}
	return false;
}

void ph_mend_write(const struct ph_finding *f, const char *setting,
    char out[PH_FIX_COMMAND_MAX])
{
	struct ph_fix fix = { 0 };

	out[0] = '\0';
	/* It did not come to a connection. */
	if (f->connection == NULL || f->connection->name == NULL ||
	    write_other(f, setting, out))
		return;
	if (is_word(setting, "certificate") && is_servers_own(f->fault.cause) &&
	    (f->look == NULL || f->look->fix.count == 0))
		return;
	make(f, setting, &fix);
	if (fix.count == 0)
		return;
	if (f->connection->name[0] == '\0' && fix.count == 1 &&
	    is_to_be_filled_in(&fix)) {
		write_option(&fix, out);
	} else {
		ph_fix_command(&fix, f->connection, out);
	}
}
