#include "config/memory_part.h"

#include <stdlib.h>

/* The last tests of a connection. */

static bool find_place(const struct ph_memory *m, char path[PH_MEMORY_PATH_MAX])
{
	return !m->is_off &&
	    ph_memory_place_tests(
		m->conn->name, m->conn->host, m->conn->port, path);
}

static void read_tests(
    struct ph_memory *m, const char *path, struct ph_history *out)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf text;

	ph_buf_init(&text, PH_HISTORY_TEXT_MAX);
	*out = (struct ph_history){ 0 };
	ph_memory_read_file(m, path, &text);
	if (text.len > 0 && ph_history_read(ph_buf_span(&text), out) != PH_OK)
		ph_memory_put_aside(m, path);
}

enum ph_err ph_memory_history(struct ph_memory *m, struct ph_history *out)
{
	char path[PH_MEMORY_PATH_MAX];

	*out = (struct ph_history){ 0 };
	if (find_place(m, path))
		read_tests(m, path, out);
	return PH_OK;
}

enum ph_err ph_memory_history_add(struct ph_memory *m,
    const struct ph_history_test *test, struct ph_history *out)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf text;
	char path[PH_MEMORY_PATH_MAX];
	enum ph_err err;

	ph_buf_init(&text, PH_HISTORY_TEXT_MAX);
	*out = (struct ph_history){ 0 };
	if (!find_place(m, path) || !ph_memory_begin_writing(m))
		return PH_OK;
	read_tests(m, path, out);

	bool is_new = out->count == 0;

	ph_history_add(out, test);
	err = ph_history_write(out, &text);
	if (err == PH_OK) {
		ph_memory_write_file(m, path, &text);
		if (is_new)
			ph_memory_place_prune(&m->place);
	}
	ph_memory_end_writing(m);
	return err;
}
