#include "check.h"
#include "connection/suspect.h"

#include <string.h>

static const struct {
	const char *section;
	const char *name;
	const char *word;
} cases[] = {
	{ "connection", "host", "host" },
	{ "connection", "port", "port" },
	{ "connection", "encryption", "tls" },
	{ "connection", "timeout-final", "timeout" },
	{ "connection", "helo", "helo" },
	{ "connection", "memory", "none" },
	{ "authentication", "mechanisms", "mechanism" },
	{ "authentication", "password-from", "password" },
	{ "oauth", "scope", "token" },
	{ "encryption", "tls-versions", "tls-version" },
	{ "encryption", "pin", "certificate" },
	{ "encryption", "client-key", "certificate" },
	{ "proxy", "host", "proxy" },
	{ "proxy", "port", "proxy" },
	{ "message", "from", "sender" },
	{ "limits", "size", "size" },
	{ "limits", "rate", "limit" },
};

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		const struct ph_setting *row = ph_setting_find(
		    ph_span_of(cases[i].section), ph_span_of(cases[i].name));

		check_case(cases[i].name, i);
		check(row != NULL);
		if (row != NULL)
			check_str(ph_setting_suspect(row), cases[i].word);
	}
	/* A setting that is new is given a word, or stands here. */
	for (size_t i = 0; i < ph_settings_count; i++) {
		check_case(ph_settings[i].name, i);
		check(
		    strcmp(ph_setting_suspect(&ph_settings[i]), "none") != 0 ||
		    strcmp(ph_settings[i].name, "memory") == 0);
	}
	return check_end();
}
