#include "base/utf8.h"
#include "connection/settings.h"

#include <assert.h>

/* The URL of --server, and the hosts and values behind it. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_all(struct ph_span value)
{
	for (size_t i = 0; i < ph_settings_count; i++) {
		struct ph_fault fault = { 0 };
		enum ph_err err =
		    ph_setting_check(&ph_settings[i], value, &fault);

		assert(err == PH_OK || err == PH_EINVAL);
		assert(ph_fault_is_set(&fault) == (err == PH_EINVAL));
		assert(ph_utf8_valid(ph_span_of(fault.text)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_span text = { (const char *)data, size };
	struct ph_server_url url = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	ph_arena_init(&a, 1024 * 1024);

	enum ph_err err = ph_server_url_parse(text, &a, &url, &fault);

	if (err == PH_OK) {
		struct ph_resolve in = { .overrides = url.overrides,
			.override_count = url.override_count };
		struct ph_connection c;

		assert(url.override_count <= PH_URL_OVERRIDES_MAX);
		/* A name in a script that IDNA knows not is found here. */
		if (ph_connection_resolve(&in, &a, &c, NULL) == PH_OK)
			assert(c.port != 0 && c.host[0] != '\0');
	} else if (err == PH_EINVAL) {
		assert(ph_fault_is_set(&fault));
	}
	ph_arena_release(&a);
	check_all(text);
	return 0;
}
