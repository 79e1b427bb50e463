#include "cli/proxy_option.h"

#include "connection/proxy_url.h"

#include <stdio.h>
#include <string.h>

static void add(
    struct ph_proxy_option *out, const char *setting, const char *value)
{
	out->items[out->count].setting = setting;
	out->items[out->count].value = value;
	out->count++;
}

static enum ph_err refuse_password(
    struct ph_proxy_url *url, struct ph_fault *fault)
{
	ph_secret_release(&url->password);
	ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
	    "--proxy: a password in a URL on the command line can be read by "
	    "everyone on this computer");
	ph_fault_suspect(fault, "proxy");
	ph_fault_advise(fault, "leave it out and use --proxy.password-from");
	return PH_EINVAL;
}

static enum ph_err take_parts(const struct ph_proxy_url *url,
    struct ph_arena *a, struct ph_proxy_option *out)
{
	bool has_user = url->username[0] != '\0';
	char port[8];
	const char *kept;

	(void)snprintf(port, sizeof(port), "%u", (unsigned)url->port);
	kept = ph_arena_str(a, ph_span_of(port));
	if (kept == NULL)
		return PH_ENOMEM;
	add(out, "proxy.type", ph_proxy_type_name(url->type));
	add(out, "proxy.host", url->host);
	add(out, "proxy.port", kept);
	add(out, "proxy.use-credentials", has_user ? "yes" : "no");
	add(out, "proxy.username", url->username);
	add(out, "proxy.password-from", "");
	return PH_OK;
}

enum ph_err ph_proxy_option_read(const char *value, struct ph_arena *a,
    struct ph_proxy_option *out, struct ph_fault *fault)
{
	struct ph_proxy_url url = { 0 };

	out->count = 0;
	if (strcmp(value, "none") == 0 || strcmp(value, "system") == 0) {
		add(out, "proxy.type", value);
		return PH_OK;
	}

	enum ph_err err =
	    ph_proxy_url_parse(ph_span_of(value), false, a, &url, fault);

	if (err == PH_EINVAL) {
		if (fault->cause == PH_CAUSE_CONFIG)
			fault->cause = PH_CAUSE_USAGE;
		ph_fault_suspect(fault, "proxy");
		ph_fault_prefix(fault, "--proxy");
	}
	if (err != PH_OK)
		return err;
	return url.has_password ? refuse_password(&url, fault)
				: take_parts(&url, a, out);
}
