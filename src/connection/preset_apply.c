#include "connection/preset.h"

#include <stdio.h>

/* How a preset gets into a connection's file. */

enum {
	HOST_MAX = 512
};

static const char placeholder[] = "{domain}";

static enum ph_err put(
    struct ph_settings_file *f, const char *name, struct ph_span value)
{
	return ph_settings_file_set(
	    f, ph_setting_find(PH_SPAN(""), ph_span_of(name)), value);
}

static struct ph_span get(const struct ph_settings_file *f, const char *name)
{
	return ph_settings_file_get(
	    f, ph_setting_find(PH_SPAN(""), ph_span_of(name)));
}

static enum ph_err put_server(
    const struct ph_preset *p, struct ph_settings_file *f)
{
	char port[8];
	enum ph_err err = PH_OK;

	if (p->host[0] != '\0')
		err = put(f, "host", ph_span_of(p->host));
	(void)snprintf(port, sizeof(port), "%u", p->port);
	if (err == PH_OK)
		err = put(f, "port", ph_span_of(port));
	if (err != PH_OK)
		return err;
	return put(
	    f, "encryption", ph_span_of(ph_encryption_name(p->encryption)));
}

static enum ph_err put_oauth(
    const struct ph_preset *p, struct ph_settings_file *f)
{
	static const char *const names[] = {
		[PH_OAUTH_NONE] = "none",
		[PH_OAUTH_GOOGLE] = "google",
		[PH_OAUTH_MICROSOFT] = "microsoft",
		[PH_OAUTH_YAHOO] = "yahoo",
	};

	if (p->logins != PH_PRESET_OAUTH)
		return PH_OK;

	enum ph_err err = put(f, "password-from", PH_SPAN("oauth"));
	if (err != PH_OK)
		return err;
	return put(f, "oauth.provider", ph_span_of(names[p->oauth]));
}

static enum ph_err put_login(
    const struct ph_preset *p, struct ph_settings_file *f)
{
	if (p->form == PH_PRESET_FORM_NONE)
		return put(f, "anonymous", PH_SPAN("yes"));
	if (p->form == PH_PRESET_FORM_FIXED) {
		enum ph_err err = put(f, "username", ph_span_of(p->username));
		if (err != PH_OK)
			return err;
	}
	return put_oauth(p, f);
}

static enum ph_err put_limits(
    const struct ph_preset *p, struct ph_settings_file *f)
{
	struct ph_span rest = ph_span_of(p->limits);
	struct ph_span pair;

	while (rest.len > 0 && ph_span_split(&rest, ' ', &pair)) {
		size_t equals = ph_span_find(pair, '=');
		enum ph_err err = ph_settings_file_set(f,
		    ph_setting_find(
			PH_SPAN("limits"), ph_span_first(pair, equals)),
		    ph_span_skip(pair, equals + 1));
		if (err != PH_OK)
			return err;
	}
	return PH_OK;
}

enum ph_err ph_preset_apply(const struct ph_preset *p,
    struct ph_settings_file *f, struct ph_fault *fault)
{
	if (p->kind == PH_PRESET_MAILBOX_NO_SMTP) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "%s: %s (as of %s)", p->name, p->prerequisites, p->as_of);
		ph_fault_advise(fault,
		    "send from another provider's address, or with %s's own "
		    "program",
		    p->name);
		return PH_EDENIED;
	}

	enum ph_err err = put_server(p, f);
	if (err == PH_OK)
		err = put_login(p, f);
	return err == PH_OK ? put_limits(p, f) : err;
}

/* The domain that an example of an address has. */
static struct ph_span example_domain(const struct ph_preset *p)
{
	struct ph_span domains = ph_span_of(p->domains);

	return domains.len == 0
	    ? PH_SPAN("example.com")
	    : ph_span_first(domains, ph_span_find(domains, ' '));
}

static enum ph_err refuse_username(const struct ph_preset *p,
    struct ph_span name, const char *want, struct ph_fault *fault)
{
	struct ph_span domain = example_domain(p);
	size_t at = ph_span_find(name, '@');
	struct ph_span local = ph_span_first(name, at < 64 ? at : 64);

	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "username: %s wants %s", p->name, want);
	if (p->form == PH_PRESET_FORM_EMAIL) {
		ph_fault_advise(fault, "--username %.*s@%.*s",
		    local.len == 0 ? 3 : (int)local.len,
		    local.len == 0 ? "ann" : local.ptr, PH_SPAN_ARG(domain));
	} else if (p->form == PH_PRESET_FORM_LOCALPART) {
		ph_fault_advise(
		    fault, "--username ann, for ann@%.*s", PH_SPAN_ARG(domain));
	} else {
		ph_fault_advise(fault, "say it with --username");
	}
	return PH_EINVAL;
}

static bool is_address(struct ph_span s)
{
	size_t at = ph_span_find(s, '@');

	return at > 0 && at + 1 < s.len &&
	    ph_span_find(ph_span_skip(s, at + 1), '@') == s.len - at - 1 &&
	    ph_span_find(s, ' ') == s.len;
}

static enum ph_err check_username(
    const struct ph_preset *p, struct ph_span name, struct ph_fault *fault)
{
	switch (p->form) {
	case PH_PRESET_FORM_NONE:
		return PH_OK;
	case PH_PRESET_FORM_EMAIL:
		return is_address(name)
		    ? PH_OK
		    : refuse_username(
			  p, name, "the whole address as user name", fault);
	case PH_PRESET_FORM_LOCALPART:
		return name.len > 0 &&
			(is_address(name) ||
			    ph_span_find(name, '@') == name.len)
		    ? PH_OK
		    : refuse_username(p, name,
			  "what stands before the @ as user name", fault);
	case PH_PRESET_FORM_FIXED:
		return ph_span_eq(name, ph_span_of(p->username))
		    ? PH_OK
		    : refuse_username(
			  p, name, "its own user name; leave it out", fault);
	case PH_PRESET_FORM_OWN:
		return name.len > 0
		    ? PH_OK
		    : refuse_username(
			  p, name, "the user name that it gave you", fault);
	case PH_PRESET_FORM_WINDOWS:
		return name.len > 0
		    ? PH_OK
		    : refuse_username(p, name,
			  "DOMAIN\\user or an address as user name", fault);
	}
	return PH_OK;
}

/* "mail.{domain}" becomes the server of that domain. */
static enum ph_err settle_host(
    struct ph_settings_file *f, struct ph_span address)
{
	struct ph_span host = get(f, "host");
	struct ph_span mark = ph_span_of(placeholder);
	size_t at = ph_span_find(address, '@');
	size_t open = ph_span_find(host, '{');
	char text[HOST_MAX];

	if (open == host.len || at == address.len ||
	    !ph_span_starts_nocase(ph_span_skip(host, open), mark) ||
	    host.len + address.len >= sizeof(text))
		return PH_OK;

	struct ph_span domain = ph_span_skip(address, at + 1);
	struct ph_span rest = ph_span_skip(host, open + mark.len);
	int len = snprintf(text, sizeof(text), "%.*s%.*s%.*s", (int)open,
	    host.ptr, PH_SPAN_ARG(domain), PH_SPAN_ARG(rest));

	return put(f, "host", (struct ph_span){ text, (size_t)len });
}

/* What is in the file moves when the file is changed. */
static enum ph_err settle_address(const struct ph_preset *p,
    struct ph_settings_file *f, struct ph_span address)
{
	enum ph_err err = settle_host(f, address);

	if (err == PH_OK && p->kind == PH_PRESET_MAILBOX &&
	    get(f, "from").ptr == NULL)
		err = put(f, "from", address);
	if (err == PH_OK && p->form == PH_PRESET_FORM_LOCALPART) {
		err = put(f, "username",
		    ph_span_first(address, ph_span_find(address, '@')));
	}
	return err;
}

enum ph_err ph_preset_settle(const struct ph_preset *p,
    struct ph_settings_file *f, struct ph_fault *fault)
{
	struct ph_span name = get(f, "username");
	struct ph_arena a;
	enum ph_err err = check_username(p, name, fault);
	if (err != PH_OK || !is_address(name))
		return err;

	ph_arena_init(&a, PH_SETTINGS_LINE_MAX);
	err = ph_arena_copy(&a, name, &name);
	if (err == PH_OK)
		err = settle_address(p, f, name);
	ph_arena_release(&a);
	return err;
}
