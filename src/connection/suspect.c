#include "connection/suspect.h"

/* The first that fits counts; "" is any name. */
static const struct {
	const char *section;
	const char *name;
	const char *word;
} rows[] = {
	{ "connection", "inherits", "host" },
	{ "connection", "default", "host" },
	{ "connection", "host", "host" },
	{ "connection", "port", "port" },
	{ "connection", "encryption", "tls" },
	{ "connection", "timeout", "timeout" },
	{ "connection", "timeout-mail", "timeout" },
	{ "connection", "timeout-rcpt", "timeout" },
	{ "connection", "timeout-data", "timeout" },
	{ "connection", "timeout-block", "timeout" },
	{ "connection", "timeout-final", "timeout" },
	{ "connection", "code-page", "message" },
	{ "connection", "helo", "helo" },
	{ "connection", "source-address", "network" },

	{ "authentication", "mechanisms", "mechanism" },
	{ "authentication", "username", "username" },
	{ "authentication", "password-from", "password" },
	{ "authentication", "domain", "username" },
	{ "authentication", "anonymous", "anonymous" },
	{ "authentication", "attempts", "limit" },
	{ "authentication", "allow-plaintext-password", "password" },

	{ "oauth", "", "token" },

	{ "encryption", "tls-versions", "tls-version" },
	{ "encryption", "", "certificate" },

	{ "proxy", "", "proxy" },
	{ "message", "", "sender" },

	{ "limits", "size", "size" },
	{ "limits", "", "limit" },
};

const char *ph_setting_suspect(const struct ph_setting *row)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		if (ph_span_eq(ph_span_of(row->section),
			ph_span_of(rows[i].section)) &&
		    (rows[i].name[0] == '\0' ||
			ph_span_eq(
			    ph_span_of(row->name), ph_span_of(rows[i].name))))
			return rows[i].word;
	}
	return "none";
}
