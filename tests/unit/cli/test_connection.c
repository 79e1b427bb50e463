#include "check.h"
#include "cli/cli.h"
#include "cli/connection_part.h"
#include "connection/settings.h"

#include <string.h>

/* Every setting has an option and every option a setting; [proxy] and the mark
   of the default have none on purpose. */

static bool has_option(const char *name)
{
	const struct ph_option *o = ph_command_connection.options;

	for (; o->name != NULL; o++) {
		if (o->key == PH_CONNECTION_KEY_SETTING &&
		    strcmp(o->name, name) == 0)
			return true;
	}
	return false;
}

static void test_settings(void)
{
	for (size_t i = 0; i < ph_settings_count; i++) {
		const struct ph_setting *row = &ph_settings[i];
		bool is_left_out = strcmp(row->section, "proxy") == 0 ||
		    strcmp(row->section, "oauth") == 0 ||
		    strcmp(row->name, "default") == 0;

		check_case(row->name, i);
		if (!is_left_out)
			check(has_option(row->name));
	}
}

static void test_options(void)
{
	const struct ph_option *o = ph_command_connection.options;
	size_t count = 0;

	for (; o->name != NULL; o++) {
		check_case(o->name, ++count);
		if (o->key != PH_CONNECTION_KEY_SETTING)
			continue;
		check(o->argument != NULL);
		/* The word that `send` and `test` have for it. */
		if (strcmp(o->name, "auth") == 0) {
			check(o->help == NULL);
		} else {
			check(ph_setting_find(
				  PH_SPAN(""), ph_span_of(o->name)) != NULL);
		}
	}
	check_int(count, ph_command_connection.option_count);
}

int main(void)
{
	test_settings();
	test_options();
	return check_end();
}
