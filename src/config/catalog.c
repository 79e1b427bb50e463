#include "config/catalog_state.h"

#include "config/place.h"
#include "connection/nearest.h"
#include "io/file.h"

#include <stdlib.h>

enum {
	/* Names in both directories together. */
	ENTRIES_MAX = 4096,
	LIST_MAX = 1024 * 1024
};

static void release_entry(struct ph_catalog_entry *e)
{
	free(e->name);
	free(e->path);
	ph_settings_file_free(e->file);
	*e = (struct ph_catalog_entry){ 0 };
}

void ph_catalog_free(struct ph_catalog *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->entry_count; i++)
		release_entry(&c->entries[i]);
	for (size_t i = 0; i < PH_CATALOG_DIRS_MAX; i++)
		ph_claim_drop(&c->claims[i]);
	for (size_t i = 0; i < c->dir_count; i++)
		free(c->dirs[i]);
	free(c->entries);
	free(c->secrets);
	free(c);
}

struct ph_catalog_entry *ph_catalog_find_entry(
    const struct ph_catalog *c, const char *name)
{
	for (size_t i = 0; i < c->entry_count; i++) {
		if (strcmp(c->entries[i].name, name) == 0)
			return &c->entries[i];
	}
	return NULL;
}

/* Takes over what e holds, also when it fails. */
enum ph_err ph_catalog_add_entry(
    struct ph_catalog *c, struct ph_catalog_entry e)
{
	struct ph_catalog_entry *entries = NULL;

	if (e.name != NULL && e.path != NULL && c->entry_count < ENTRIES_MAX) {
		entries = realloc(
		    c->entries, (c->entry_count + 1) * sizeof(*entries));
	}
	if (entries == NULL) {
		release_entry(&e);
		return PH_ENOMEM;
	}
	entries[c->entry_count++] = e;
	c->entries = entries;
	return PH_OK;
}

static enum ph_err list_dir(
    struct ph_catalog *c, size_t dir, struct ph_fault *fault)
{
	struct ph_buf names;

	ph_buf_init(&names, LIST_MAX);

	enum ph_err err = ph_dir_list(c->dirs[dir], ".conf", &names, fault);
	struct ph_span rest = ph_buf_span(&names);
	struct ph_span name;

	while (
	    err == PH_OK && rest.len > 0 && ph_span_split(&rest, '\0', &name)) {
		/* The list ends every name by its NUL. */
		const char *text = name.ptr;

		if (!ph_connection_name_valid(name) ||
		    ph_catalog_find_entry(c, text) != NULL)
			continue;

		struct ph_catalog_entry e = { .name = strdup(text),
			.path = ph_place_join(c->dirs[dir], text, ".conf"),
			.dir = dir };

		err = ph_catalog_add_entry(c, e);
	}
	ph_buf_release(&names);
	return err;
}

static int compare(const void *a, const void *b)
{
	const struct ph_catalog_entry *x = a;
	const struct ph_catalog_entry *y = b;

	return strcmp(x->name, y->name);
}

void ph_catalog_sort(struct ph_catalog *c)
{
	qsort(c->entries, c->entry_count, sizeof(*c->entries), compare);
}

enum ph_err ph_catalog_list(struct ph_catalog *c, struct ph_fault *fault)
{
	if (c->listed)
		return PH_OK;
	for (size_t i = 0; i < c->dir_count; i++) {
		enum ph_err err = list_dir(c, i, fault);
		if (err != PH_OK)
			return err;
	}
	if (c->entry_count > 1) {
		ph_catalog_sort(c);
	}
	c->listed = true;
	return PH_OK;
}

/* Opened first as what must be a regular file: a FIFO nobody writes to would
   hold up whoever lists the connections. */
static enum ph_err read_text(
    const char *path, struct ph_buf *text, struct ph_fault *fault)
{
	PH_CLEANUP(ph_close_fd) int fd = -1;
	uint64_t size = 0;
	enum ph_err err = ph_file_open(path, &fd, &size, fault);

	if (err == PH_OK)
		err = ph_file_read(path, text, fault);
	/* It is not the message that cannot be read. */
	if (err != PH_OK && err != PH_ENOMEM && fault != NULL)
		fault->cause = PH_CAUSE_CONFIG;
	return err;
}

static enum ph_err load(struct ph_catalog_entry *e, struct ph_fault *fault)
{
	struct ph_buf text;

	if (e->file != NULL)
		return PH_OK;
	ph_buf_init(&text, PH_SETTINGS_FILE_MAX);

	enum ph_err err = read_text(e->path, &text, fault);
	/* Of the system's files some are for others to read. */
	e->is_bad_mark = err != PH_OK && e->dir == 0;
	if (err == PH_OK) {
		err = ph_settings_file_parse(
		    e->name, e->path, ph_buf_span(&text), &e->file, fault);
		e->is_bad_mark = err != PH_OK &&
		    ph_settings_text_has_mark(ph_buf_span(&text));
	} else if (err == PH_ETOOBIG) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "%s: too big for a file of settings", e->path);
	}
	ph_buf_release(&text);
	return err;
}

static enum ph_err open_single(
    struct ph_catalog *c, const char *path, struct ph_fault *fault)
{
	char *dir = ph_place_dir(path);

	if (dir != NULL)
		c->secrets = ph_place_join(dir, "secrets", "");
	free(dir);
	if (c->secrets == NULL)
		return PH_ENOMEM;
	c->listed = true;

	struct ph_catalog_entry e = { .name = ph_place_name(path),
		.path = strdup(path) };
	enum ph_err err = ph_catalog_add_entry(c, e);
	if (err != PH_OK)
		return err;
	return load(&c->entries[0], fault);
}

/* dir is where connections/ and secrets/ are; the first is the one that is
   written to. */
static enum ph_err add_dir(struct ph_catalog *c, const char *dir)
{
	char *path = ph_place_join(dir, "connections", "");

	if (path == NULL)
		return PH_ENOMEM;
	c->dirs[c->dir_count++] = path;
	if (c->secrets == NULL)
		c->secrets = ph_place_join(dir, "secrets", "");
	return c->secrets == NULL ? PH_ENOMEM : PH_OK;
}

static enum ph_err open_usual(struct ph_catalog *c)
{
	char *user = NULL;
	enum ph_err err = ph_place_user(&user);

	/* A service without a home has the system's alone. */
	c->is_homeless = err == PH_ENOTFOUND;
	if (c->is_homeless)
		return add_dir(c, ph_place_system);
	if (err == PH_OK)
		err = add_dir(c, user);
	free(user);
	if (err != PH_OK)
		return err;
	return add_dir(c, ph_place_system);
}

/* Says no to what is neither a file nor a directory. */
static enum ph_err open_named(struct ph_catalog *c, const char *path,
    bool may_be_new, struct ph_fault *fault)
{
	uint64_t size = 0;
	struct ph_fault why = { 0 };
	PH_CLEANUP(ph_close_fd) int fd = -1;
	enum ph_err err = ph_file_open(path, &fd, &size, &why);

	if (err == PH_OK)
		return open_single(c, path, fault);
	/* A directory is what cannot be opened as a file and can be listed. */
	if (err == PH_EINVAL || (err == PH_ENOTFOUND && may_be_new))
		return add_dir(c, path);
	if (fault != NULL) {
		*fault = why;
		/* It is not the message that is missing. */
		fault->cause = PH_CAUSE_CONFIG;
	}
	return err;
}

static enum ph_err open_any(const char *path, bool may_be_new,
    struct ph_catalog **out, struct ph_fault *fault)
{
	struct ph_catalog *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return PH_ENOMEM;

	enum ph_err err = path == NULL ? open_usual(c)
				       : open_named(c, path, may_be_new, fault);

	if (err != PH_OK) {
		ph_catalog_free(c);
		return err;
	}
	*out = c;
	return PH_OK;
}

enum ph_err ph_catalog_open(
    const char *path, struct ph_catalog **out, struct ph_fault *fault)
{
	return open_any(path, false, out, fault);
}

enum ph_err ph_catalog_open_new(
    const char *path, struct ph_catalog **out, struct ph_fault *fault)
{
	return open_any(path, true, out, fault);
}

/* In the order of the directories, which is the same for everybody: nobody
   waits in a circle. */
static enum ph_err claim_dirs(
    struct ph_catalog *c, bool makes, struct ph_fault *fault)
{
	enum ph_err err = PH_OK;

	makes &= !c->is_homeless;
	for (size_t i = 0; err == PH_OK && i < c->dir_count; i++) {
		ph_claim_drop(&c->claims[i]);
		err = ph_claim_take(
		    c->dirs[i], makes && i == 0, &c->claims[i], fault);
	}
	for (size_t i = 0; i < c->entry_count; i++)
		release_entry(&c->entries[i]);
	c->entry_count = 0;
	c->listed = false;
	return err;
}

static enum ph_err claim_single(struct ph_catalog *c, struct ph_fault *fault)
{
	struct ph_catalog_entry *e = &c->entries[0];
	char *dir = ph_place_dir(e->path);

	if (dir == NULL)
		return PH_ENOMEM;
	ph_claim_drop(&c->claims[0]);

	enum ph_err err = ph_claim_take(dir, false, &c->claims[0], fault);

	free(dir);
	ph_settings_file_free(e->file);
	e->file = NULL;
	return err == PH_OK ? load(e, fault) : err;
}

enum ph_err ph_catalog_claim(
    struct ph_catalog *c, bool makes, struct ph_fault *fault)
{
	return c->dir_count == 0 ? claim_single(c, fault)
				 : claim_dirs(c, makes, fault);
}

enum ph_err ph_catalog_names(
    struct ph_catalog *c, struct ph_buf *out, struct ph_fault *fault)
{
	enum ph_err err = ph_catalog_list(c, fault);

	for (size_t i = 0; err == PH_OK && i < c->entry_count; i++) {
		const char *name = c->entries[i].name;

		err = ph_buf_append(
		    out, (struct ph_span){ name, strlen(name) + 1 });
	}
	return err;
}

void ph_catalog_refuse_name(
    const struct ph_catalog *c, const char *name, struct ph_fault *fault)
{
	struct ph_nearest near;

	ph_nearest_init(&near, ph_span_of(name));
	for (size_t i = 0; i < c->entry_count; i++)
		(void)ph_nearest_offer(&near, ph_span_of(c->entries[i].name));
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "there is no connection \"%.64s\"", name);
	ph_fault_suspect(fault, "host");
	if (near.best.ptr != NULL) {
		ph_fault_advise(
		    fault, "did you mean \"%.*s\"?", PH_SPAN_ARG(near.best));
	} else {
		ph_fault_advise(
		    fault, "posthaste connection list shows those there are");
	}
}

enum ph_err ph_catalog_get_entry(struct ph_catalog *c, const char *name,
    struct ph_catalog_entry **out, struct ph_fault *fault)
{
	enum ph_err err = ph_catalog_list(c, fault);
	if (err != PH_OK)
		return err;

	struct ph_catalog_entry *e = ph_catalog_find_entry(c, name);

	if (e == NULL) {
		ph_catalog_refuse_name(c, name, fault);
		return PH_ENOTFOUND;
	}
	err = load(e, fault);
	if (err != PH_OK)
		return err;
	*out = e;
	return PH_OK;
}

enum ph_err ph_catalog_file(struct ph_catalog *c, const char *name,
    struct ph_settings_file **out, struct ph_fault *fault)
{
	struct ph_catalog_entry *e = NULL;
	enum ph_err err = ph_catalog_get_entry(c, name, &e, fault);
	if (err != PH_OK)
		return err;
	*out = e->file;
	return PH_OK;
}

static void note_bad(const struct ph_catalog_entry *e,
    const struct ph_fault *why, struct ph_catalog_bad *out)
{
	if (out->any == NULL || e->dir < out->any->dir) {
		out->any = e;
		out->any_fault = *why;
	}
	if (e->is_bad_mark && (out->mark == NULL || e->dir < out->mark->dir)) {
		out->mark = e;
		out->mark_fault = *why;
	}
}

enum ph_err ph_catalog_load_all(
    struct ph_catalog *c, struct ph_catalog_bad *bad, struct ph_fault *fault)
{
	enum ph_err err = ph_catalog_list(c, fault);

	*bad = (struct ph_catalog_bad){ 0 };
	for (size_t i = 0; err == PH_OK && i < c->entry_count; i++) {
		struct ph_fault why = { 0 };

		err = load(&c->entries[i], &why);
		if (err == PH_OK || err == PH_ENOMEM)
			continue;
		note_bad(&c->entries[i], &why, bad);
		err = PH_OK;
	}
	return err;
}

void ph_catalog_drop_entry(struct ph_catalog *c, struct ph_catalog_entry *e)
{
	size_t at = (size_t)(e - c->entries);

	release_entry(e);
	memmove(c->entries + at, c->entries + at + 1,
	    (c->entry_count - at - 1) * sizeof(*c->entries));
	c->entry_count--;
}

const char *ph_catalog_secrets_dir(const struct ph_catalog *c)
{
	return c->secrets;
}
