#include "base/utf8.h"
#include "foreign/foreign.h"

#include <assert.h>

/* Other programs' settings: the first octet chooses the format.  What was taken
   is written in each format that can be, and read back there. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_written(
    enum ph_foreign_format format, const struct ph_foreign_connection *c)
{
	struct ph_setting_override overrides[128];
	struct ph_foreign_export in = { .name = "a", .map_path = "" };
	struct ph_foreign_written w = { 0 };
	struct ph_fault fault = { 0 };
	enum ph_err err;

	assert(ph_settings_count <= 128);
	for (size_t i = 0; i < ph_settings_count; i++) {
		if (c->values[i].ptr == NULL)
			continue;
		overrides[in.settings.override_count++] =
		    (struct ph_setting_override){ &ph_settings[i], c->values[i],
			    "" };
	}
	in.settings.overrides = overrides;
	in.secrets = c->secrets;
	err = ph_foreign_write(format, &in, &w, &fault);
	assert(err == PH_OK || err == PH_EINVAL || err == PH_ETOOBIG);
	ph_foreign_written_release(&w);
}

static void check_connection(const struct ph_foreign_connection *c)
{
	struct ph_connection made;
	struct ph_arena a;

	for (size_t i = 0; i < ph_settings_count; i++) {
		struct ph_fault fault = { 0 };

		assert(c->values[i].ptr == NULL ||
		    ph_setting_check(&ph_settings[i], c->values[i], &fault) ==
			PH_OK);
	}
	ph_arena_init(&a, 16 * 1024 * 1024);
	if (ph_foreign_resolve(c, &a, &made, NULL) == PH_OK) {
		for (int i = 0; i < PH_FOREIGN_FORMAT_COUNT; i++) {
			if (ph_foreign_can_write((enum ph_foreign_format)i))
				check_written((enum ph_foreign_format)i, c);
		}
	}
	ph_arena_release(&a);
}

static void check_losses(const struct ph_foreign *f)
{
	for (const struct ph_foreign_loss *l = f->losses; l != NULL;
	     l = l->next)
		assert(l->why.len > 0 && ph_utf8_valid(l->why));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_foreign_source in = { .address = "ann@example.com",
		.home = "/home/ann" };
	struct ph_foreign f = { 0 };
	struct ph_fault fault = { 0 };
	enum ph_foreign_format format;

	if (size == 0)
		return 0;
	in.text = (struct ph_span){ (const char *)data + 1, size - 1 };
	format = (enum ph_foreign_format)(data[0] % PH_FOREIGN_FORMAT_COUNT);

	enum ph_err err = ph_foreign_read(format, &in, &f, &fault);

	assert(err == PH_OK || err == PH_EINVAL);
	assert(ph_fault_is_set(&fault) == (err == PH_EINVAL));
	if (err != PH_OK)
		return 0;
	assert(f.connections != NULL);
	if (f.connection_count < 4)
		check_connection(f.connections);
	check_losses(&f);
	ph_foreign_release(&f);
	return 0;
}
