#include "cli/fix.h"

#include "base/ascii.h"
#include "base/num.h"
#include "cli/json.h"
#include "connection/settings.h"

#include <stdio.h>

void ph_fix_set(struct ph_fix *f, const char *key, const char *value)
{
	struct ph_fix_change *c = NULL;

	for (size_t i = 0; i < f->count && c == NULL; i++) {
		if (strcmp(f->changes[i].key, key) == 0)
			c = &f->changes[i];
	}
	if (strlen(value) >= PH_FIX_VALUE_MAX ||
	    (c == NULL && f->count == PH_FIX_CHANGES_MAX))
		return;
	if (c == NULL)
		c = &f->changes[f->count++];
	c->key = key;
	(void)snprintf(c->value, sizeof(c->value), "%s", value);
}

const char *ph_fix_value(const struct ph_fix *f, const char *key)
{
	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->changes[i].key, key) == 0)
			return f->changes[i].value;
	}
	return NULL;
}

static void put(const struct ph_fix *f, const char *key, const char **out)
{
	const char *value = ph_fix_value(f, key);

	if (value != NULL)
		*out = value;
}

void ph_fix_apply(const struct ph_fix *f, const struct ph_connection *c,
    struct ph_connection *out)
{
	const char *port = ph_fix_value(f, "port");
	const char *mode = ph_fix_value(f, "encryption");
	uint64_t n = 0;

	*out = *c;
	put(f, "host", &out->host);
	put(f, "username", &out->username);
	put(f, "source-address", &out->source_address);
	put(f, "helo", &out->helo);
	if (port != NULL &&
	    ph_num_parse(ph_span_of(port), UINT16_MAX, &n) == PH_OK)
		out->port = (uint16_t)n;
	if (mode != NULL) {
		(void)!ph_encryption_parse(
		    ph_span_of(mode), out->port, &out->encryption);
	}
	if (ph_fix_value(f, "mechanisms") != NULL) {
		out->mechanisms = NULL;
		out->mechanism_count = 0;
	}
	put(f, "verify-name", &out->verify_name);
}

/* the command */

static bool is_plain(char c)
{
	return ph_ascii_is_alnum(c) || strchr("-_.,:/@=+%", c) != NULL;
}

enum ph_err ph_fix_quote(struct ph_buf *out, const char *word)
{
	bool plain = word[0] != '\0';
	enum ph_err err = PH_OK;

	for (const char *p = word; *p != '\0'; p++)
		plain = plain && is_plain(*p);
	if (plain)
		return ph_buf_append_str(out, word);
	err = ph_buf_append_char(out, '\'');
	for (const char *p = word; err == PH_OK && *p != '\0'; p++) {
		err = *p == '\'' ? ph_buf_append_str(out, "'\\''")
				 : ph_buf_append_char(out, *p);
	}
	return err == PH_OK ? ph_buf_append_char(out, '\'') : err;
}

static const char *const schemes[] = {
	[PH_ENCRYPTION_NONE] = "smtp+none",
	[PH_ENCRYPTION_WANTED] = "smtp",
	[PH_ENCRYPTION_AFTER_CONNECT] = "smtp+starttls",
	[PH_ENCRYPTION_BEFORE_CONNECT] = "smtps",
};

static bool is_in_url(const char *key)
{
	static const char *const keys[] = { "host", "port", "encryption",
		"username" };

	for (size_t i = 0; i < PH_COUNT(keys); i++) {
		if (strcmp(keys[i], key) == 0)
			return true;
	}
	return false;
}

/* RFC 3986 3.2.1, and @ as people write it. */
static enum ph_err put_user(struct ph_buf *out, const char *name)
{
	enum ph_err err = PH_OK;

	for (; err == PH_OK && *name != '\0'; name++) {
		bool plain =
		    ph_ascii_is_alnum(*name) || strchr("-._~@+", *name) != NULL;

		err = plain
		    ? ph_buf_append_char(out, *name)
		    : ph_buf_appendf(out, "%%%02X", (unsigned char)*name);
	}
	return err;
}

static enum ph_err put_url(const struct ph_connection *c, struct ph_buf *out)
{
	bool is_v6 = strchr(c->host, ':') != NULL;
	PH_CLEANUP(ph_buf_release) struct ph_buf url;
	enum ph_err err;

	ph_buf_init(&url, PH_FIX_COMMAND_MAX);
	err = ph_buf_appendf(&url, "%s://", schemes[c->encryption]);
	if (err == PH_OK && c->username[0] != '\0') {
		err = put_user(&url, c->username);
		if (err == PH_OK)
			err = ph_buf_append_char(&url, '@');
	}
	if (err == PH_OK) {
		err = ph_buf_appendf(&url, "%s%s%s:%u", is_v6 ? "[" : "",
		    c->host, is_v6 ? "]" : "", (unsigned)c->port);
	}
	if (err == PH_OK)
		err = ph_buf_append_str(out, "--server ");
	return err == PH_OK ? ph_fix_quote(out, ph_buf_str(&url)) : err;
}

static enum ph_err put_options(
    const struct ph_fix *f, const struct ph_connection *c, struct ph_buf *out)
{
	struct ph_connection changed;
	enum ph_err err = PH_OK;
	bool has_url = false;

	ph_fix_apply(f, c, &changed);
	for (size_t i = 0; i < f->count; i++)
		has_url = has_url || is_in_url(f->changes[i].key);
	if (has_url)
		err = put_url(&changed, out);
	for (size_t i = 0; err == PH_OK && i < f->count; i++) {
		const struct ph_fix_change *one = &f->changes[i];

		if (is_in_url(one->key))
			continue;
		err = ph_buf_appendf(
		    out, "%s--%s ", out->len > 0 ? " " : "", one->key);
		if (err == PH_OK)
			err = ph_fix_quote(out, one->value);
	}
	return err;
}

static enum ph_err put_settings(
    const struct ph_fix *f, const struct ph_connection *c, struct ph_buf *out)
{
	enum ph_err err =
	    ph_buf_appendf(out, "posthaste connection set %s", c->name);

	for (size_t i = 0; err == PH_OK && i < f->count; i++) {
		const struct ph_fix_change *one = &f->changes[i];

		err = ph_buf_appendf(out, " %s=", one->key);
		if (err == PH_OK && one->value[0] != '\0')
			err = ph_fix_quote(out, one->value);
	}
	return err;
}

void ph_fix_command(const struct ph_fix *f, const struct ph_connection *c,
    char out[PH_FIX_COMMAND_MAX])
{
	PH_CLEANUP(ph_buf_release) struct ph_buf text;
	enum ph_err err = PH_OK;

	ph_buf_init(&text, PH_FIX_COMMAND_MAX - 1);
	if (f->count > 0) {
		err = c->name[0] == '\0' ? put_options(f, c, &text)
					 : put_settings(f, c, &text);
	}
	(void)snprintf(out, PH_FIX_COMMAND_MAX, "%s",
	    err == PH_OK ? ph_buf_str(&text) : "");
}

json_t *ph_fix_to_json(const struct ph_fix *f, const struct ph_connection *c)
{
	char command[PH_FIX_COMMAND_MAX];
	struct ph_connection changed;
	json_t *j;

	if (f->count == 0)
		return json_null();
	ph_fix_apply(f, c, &changed);
	ph_fix_command(f, c, command);
	j = json_object();
	ph_json_put(j, "host", ph_json_str(changed.host));
	ph_json_put(j, "port", json_integer(changed.port));
	ph_json_put(j, "encryption",
	    json_string(ph_encryption_name(changed.encryption)));
	ph_json_put(j, "username", ph_json_str_or_null(changed.username));
	for (size_t i = 0; i < f->count; i++) {
		if (!is_in_url(f->changes[i].key)) {
			ph_json_put(j, f->changes[i].key,
			    ph_json_str(f->changes[i].value));
		}
	}
	ph_json_put(j, "command", ph_json_str_or_null(command));
	return j;
}
