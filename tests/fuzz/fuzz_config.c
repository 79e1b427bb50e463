#include "connection/settings.h"

#include <assert.h>

/* A file of settings: what is taken is written back to the byte, what is
   changed is read back as changed, and it resolves or says why not. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_written(const struct ph_settings_file *f, struct ph_span want)
{
	struct ph_buf out;

	ph_buf_init(&out, 2 * PH_SETTINGS_FILE_MAX);

	enum ph_err err = ph_settings_file_write(f, &out);

	assert(err == PH_OK);
	assert(ph_span_eq(ph_buf_span(&out), want));
	ph_buf_release(&out);
}

static void resolve(const struct ph_settings_file *f)
{
	struct ph_resolve in = { .chain = &f, .chain_count = 1 };
	struct ph_connection c;
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	ph_arena_init(&a, 1024 * 1024);

	enum ph_err err = ph_connection_resolve(&in, &a, &c, &fault);

	if (err == PH_OK) {
		assert(c.port != 0 && c.host[0] != '\0');
		for (size_t i = 0; ph_connection_oddity(&c, i) != NULL; i++)
			assert(i < 16);
	} else {
		assert(err == PH_EINVAL && ph_fault_is_set(&fault));
	}
	ph_arena_release(&a);
}

/* Sets and unsets every row in turn; the file stays one that is read. */
static void change(struct ph_settings_file *f, struct ph_span value)
{
	for (size_t i = 0; i < ph_settings_count; i++) {
		const struct ph_setting *row = &ph_settings[i];

		if (ph_settings_file_set(f, row, value) == PH_OK) {
			assert(ph_span_eq(
			    ph_settings_file_get(f, row), ph_span_trim(value)));
			assert(ph_settings_file_line(f, row) > 0);
		}
		if (i % 3 == 0) {
			enum ph_err err = ph_settings_file_unset(f, row);

			assert(err == PH_OK);
			assert(ph_settings_file_get(f, row).ptr == NULL);
		}
	}
}

static void read_again(const struct ph_settings_file *f)
{
	struct ph_settings_file *g = NULL;
	struct ph_buf out;

	ph_buf_init(&out, 2 * PH_SETTINGS_FILE_MAX);

	enum ph_err err = ph_settings_file_write(f, &out);

	assert(err == PH_OK);
	if (out.len <= PH_SETTINGS_FILE_MAX) {
		err = ph_settings_file_parse(
		    "f", "f", ph_buf_span(&out), &g, NULL);
	}
	assert(err == PH_OK || err == PH_ETOOBIG);
	for (size_t i = 0; g != NULL && i < ph_settings_count; i++) {
		assert(ph_span_eq(ph_settings_file_get(f, &ph_settings[i]),
		    ph_settings_file_get(g, &ph_settings[i])));
	}
	ph_settings_file_free(g);
	ph_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The first line is also a value. */
	struct ph_span text = { (const char *)data, size };
	struct ph_span value = ph_span_first(text, ph_span_find(text, '\n'));
	struct ph_settings_file *f = NULL;
	struct ph_fault fault = { 0 };
	enum ph_err err = ph_settings_file_parse("f", "f", text, &f, &fault);

	if (err != PH_OK) {
		assert(f == NULL && ph_fault_is_set(&fault));
		return 0;
	}
	check_written(f, text);
	resolve(f);
	change(f, value);
	read_again(f);
	ph_settings_file_free(f);
	return 0;
}
