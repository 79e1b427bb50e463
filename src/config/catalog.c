#include "config/catalog.h"

#include "config/claim.h"
#include "config/place.h"
#include "connection/nearest.h"
#include "io/file.h"

#include <stdlib.h>

enum {
	DIRS_MAX = 2,
	/* Names in both directories together. */
	ENTRIES_MAX = 4096,
	LIST_MAX = 1024 * 1024
};

struct entry {
	char *name;
	char *path;
	size_t dir;                    /* which one it is in */
	struct ph_settings_file *file; /* NULL until it is asked for */
	/* It cannot be used, and is, or may be, marked as the default. */
	bool is_bad_mark;
};

struct ph_catalog {
	char *dirs[DIRS_MAX]; /* with the files in them */
	size_t dir_count;     /* 0: a single file */
	char *secrets;
	struct entry *entries; /* sorted by name once listed */
	size_t entry_count;
	bool listed;
	bool is_homeless; /* the system's is there for want of one of our own */
	struct ph_claim claims[DIRS_MAX];
};

static void release_entry(struct entry *e)
{
	free(e->name);
	free(e->path);
	ph_settings_file_free(e->file);
	*e = (struct entry){ 0 };
}

void ph_catalog_free(struct ph_catalog *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->entry_count; i++)
		release_entry(&c->entries[i]);
	for (size_t i = 0; i < DIRS_MAX; i++)
		ph_claim_drop(&c->claims[i]);
	for (size_t i = 0; i < c->dir_count; i++)
		free(c->dirs[i]);
	free(c->entries);
	free(c->secrets);
	free(c);
}

static struct entry *find_entry(const struct ph_catalog *c, const char *name)
{
	for (size_t i = 0; i < c->entry_count; i++) {
		if (strcmp(c->entries[i].name, name) == 0)
			return &c->entries[i];
	}
	return NULL;
}

/* Takes over what e holds, also when it fails. */
static enum ph_err add_entry(struct ph_catalog *c, struct entry e)
{
	struct entry *entries = NULL;

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
		    find_entry(c, text) != NULL)
			continue;

		struct entry e = { .name = strdup(text),
			.path = ph_place_join(c->dirs[dir], text, ".conf"),
			.dir = dir };

		err = add_entry(c, e);
	}
	ph_buf_release(&names);
	return err;
}

static int compare(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;

	return strcmp(x->name, y->name);
}

static enum ph_err list(struct ph_catalog *c, struct ph_fault *fault)
{
	if (c->listed)
		return PH_OK;
	for (size_t i = 0; i < c->dir_count; i++) {
		enum ph_err err = list_dir(c, i, fault);
		if (err != PH_OK)
			return err;
	}
	if (c->entry_count > 1) {
		qsort(c->entries, c->entry_count, sizeof(*c->entries), compare);
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

static enum ph_err load(struct entry *e, struct ph_fault *fault)
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

	struct entry e = { .name = ph_place_name(path), .path = strdup(path) };
	enum ph_err err = add_entry(c, e);
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
	struct entry *e = &c->entries[0];
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
	enum ph_err err = list(c, fault);

	for (size_t i = 0; err == PH_OK && i < c->entry_count; i++) {
		const char *name = c->entries[i].name;

		err = ph_buf_append(
		    out, (struct ph_span){ name, strlen(name) + 1 });
	}
	return err;
}

static void refuse_name(
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

static enum ph_err get_entry(struct ph_catalog *c, const char *name,
    struct entry **out, struct ph_fault *fault)
{
	enum ph_err err = list(c, fault);
	if (err != PH_OK)
		return err;

	struct entry *e = find_entry(c, name);

	if (e == NULL) {
		refuse_name(c, name, fault);
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
	struct entry *e = NULL;
	enum ph_err err = get_entry(c, name, &e, fault);
	if (err != PH_OK)
		return err;
	*out = e->file;
	return PH_OK;
}

/* Files that cannot be used, the first of each kind, with what is wrong. */
struct bad {
	const struct entry *any;
	const struct entry *mark; /* that is, or may be, marked as default */
	struct ph_fault any_fault;
	struct ph_fault mark_fault;
};

static void note_bad(
    const struct entry *e, const struct ph_fault *why, struct bad *out)
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

/* Reads what is not read yet.  A file that cannot be used stands in nobody's
   way but its own: it is left out. */
static enum ph_err load_all(
    struct ph_catalog *c, struct bad *bad, struct ph_fault *fault)
{
	enum ph_err err = list(c, fault);

	*bad = (struct bad){ 0 };
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

static enum ph_err refuse_two(
    const struct entry *one, const struct entry *other, struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "%s and %s are both marked default = yes", one->path, other->path);
	ph_fault_advise(fault, "posthaste connection default NAME marks one");
	return PH_EINVAL;
}

static enum ph_err pick_marked(const struct ph_catalog *c,
    struct entry *best[DIRS_MAX], struct ph_fault *fault)
{
	for (size_t i = 0; i < c->entry_count; i++) {
		struct entry *e = &c->entries[i];

		if (e->file == NULL || !ph_settings_file_is_default(e->file))
			continue;
		if (best[e->dir] != NULL)
			return refuse_two(best[e->dir], e, fault);
		best[e->dir] = e;
	}
	return PH_OK;
}

/* The one marked `default = yes`; NULL when none is. */
static enum ph_err find_marked(struct ph_catalog *c, struct entry **out,
    struct bad *bad, struct ph_fault *fault)
{
	struct entry *best[DIRS_MAX] = { NULL };
	enum ph_err err = load_all(c, bad, fault);

	if (err == PH_OK)
		err = pick_marked(c, best, fault);
	/* The user's own goes before the system's. */
	*out = best[0] != NULL ? best[0] : best[1];
	if (err != PH_OK || bad->mark == NULL ||
	    (*out != NULL && bad->mark->dir >= (*out)->dir))
		return err;
	if (fault != NULL)
		*fault = bad->mark_fault;
	return PH_EINVAL;
}

enum ph_err ph_catalog_marked(
    struct ph_catalog *c, const char **name_out, struct ph_fault *fault)
{
	struct entry *e = NULL;
	struct bad bad;
	enum ph_err err = find_marked(c, &e, &bad, fault);

	if (err == PH_OK)
		*name_out = e == NULL ? "" : e->name;
	return err;
}

enum ph_err ph_catalog_default(
    struct ph_catalog *c, const char **name_out, struct ph_fault *fault)
{
	struct entry *e = NULL;
	struct bad bad;
	enum ph_err err = find_marked(c, &e, &bad, fault);
	if (err != PH_OK)
		return err;
	/* None is, and what cannot be used may have been meant to. */
	if (e == NULL && bad.any != NULL) {
		if (fault != NULL)
			*fault = bad.any_fault;
		return PH_EINVAL;
	}
	if (e == NULL && c->entry_count == 1)
		e = &c->entries[0];
	*name_out = e == NULL ? "" : e->name;
	return PH_OK;
}

static enum ph_err mark(struct ph_catalog *c, struct entry *e, bool as_default,
    struct ph_fault *fault)
{
	const struct ph_setting *row =
	    ph_setting_find(PH_SPAN("connection"), PH_SPAN("default"));

	if (ph_settings_file_is_default(e->file) == as_default)
		return PH_OK;

	enum ph_err err = as_default
	    ? ph_settings_file_set(e->file, row, PH_SPAN("yes"))
	    : ph_settings_file_unset(e->file, row);
	if (err != PH_OK)
		return err;
	return ph_catalog_save(c, e->file, fault);
}

enum ph_err ph_catalog_set_default(
    struct ph_catalog *c, const char *name, struct ph_fault *fault)
{
	struct entry *e = NULL;
	struct bad bad;
	enum ph_err err = get_entry(c, name, &e, fault);

	if (err == PH_OK)
		err = load_all(c, &bad, NULL);
	/* The new one first: a failure between leaves two, which is said, and
	   never none, which is not. */
	if (err == PH_OK)
		err = mark(c, e, true, fault);
	for (size_t i = 0; err == PH_OK && i < c->entry_count; i++) {
		struct entry *other = &c->entries[i];

		if (other != e && other->dir == e->dir && other->file != NULL)
			err = mark(c, other, false, fault);
	}
	return err;
}

/* What is for everybody on the machine is not made by chance. */
static enum ph_err refuse_homeless(struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "neither XDG_CONFIG_HOME nor HOME says where your connections are");
	ph_fault_advise(fault,
	    "set HOME, or make it for all users: posthaste -c %s connection "
	    "add NAME",
	    ph_place_system);
	return PH_EDENIED;
}

static enum ph_err refuse_add(
    struct ph_catalog *c, const char *name, struct ph_fault *fault)
{
	if (!ph_connection_name_valid(ph_span_of(name))) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "\"%.80s\" cannot be a connection's name", name);
		ph_fault_advise(fault,
		    "letters, digits, -, _ and ., at most 64, not first a dot "
		    "or a dash");
		return PH_EINVAL;
	}
	if (c->dir_count == 0) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "%s is one connection's file: there is no room for another",
		    c->entries[0].path);
		ph_fault_advise(fault, "give -c a directory");
		return PH_EDENIED;
	}

	if (c->is_homeless)
		return refuse_homeless(fault);

	enum ph_err err = list(c, fault);
	if (err != PH_OK)
		return err;

	const struct entry *e = find_entry(c, name);

	if (e == NULL)
		return PH_OK;
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "there is a connection \"%s\" already, in %s", name, e->path);
	ph_fault_advise(fault, "posthaste connection set %s changes it", name);
	return PH_EDENIED;
}

enum ph_err ph_catalog_add(struct ph_catalog *c, const char *name,
    struct ph_settings_file **out, struct ph_fault *fault)
{
	struct ph_settings_file *file = NULL;
	enum ph_err err = refuse_add(c, name, fault);
	if (err != PH_OK)
		return err;

	char *path = ph_place_join(c->dirs[0], name, ".conf");

	if (path == NULL)
		return PH_ENOMEM;
	err = ph_settings_file_parse(
	    name, path, (struct ph_span){ "", 0 }, &file, fault);
	if (err != PH_OK) {
		free(path);
		return err;
	}

	struct entry e = { .name = strdup(name), .path = path, .file = file };

	err = add_entry(c, e);
	if (err != PH_OK)
		return err;
	qsort(c->entries, c->entry_count, sizeof(*c->entries), compare);
	*out = file;
	return PH_OK;
}

enum ph_err ph_catalog_save(struct ph_catalog *c,
    const struct ph_settings_file *f, struct ph_fault *fault)
{
	struct ph_buf text;

	(void)c;
	ph_buf_init(&text, PH_SETTINGS_FILE_MAX);

	enum ph_err err = ph_settings_file_write(f, &text);
	if (err == PH_OK) {
		err = ph_file_replace(
		    ph_settings_file_path(f), ph_buf_span(&text), 0600, fault);
	} else if (err == PH_ETOOBIG) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "%s: too big for a file of settings",
		    ph_settings_file_path(f));
	}
	ph_buf_release(&text);
	return err;
}

static const struct entry *find_heir(
    const struct ph_catalog *c, const char *name)
{
	for (size_t i = 0; i < c->entry_count; i++) {
		const struct entry *e = &c->entries[i];

		if (strcmp(e->name, name) != 0 && e->file != NULL &&
		    ph_span_eq(
			ph_settings_file_inherits(e->file), ph_span_of(name)))
			return e;
	}
	return NULL;
}

enum ph_err ph_catalog_remove(
    struct ph_catalog *c, const char *name, struct ph_fault *fault)
{
	struct bad bad;
	enum ph_err err = load_all(c, &bad, NULL);
	if (err != PH_OK)
		return err;

	/* It need not be fit for use to be removed. */
	struct entry *e = find_entry(c, name);

	if (e == NULL) {
		refuse_name(c, name, fault);
		return PH_ENOTFOUND;
	}

	const struct entry *heir = find_heir(c, name);

	/* The word `default` means the one that is marked. */
	if (heir != NULL && strcmp(name, "default") != 0) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "connection \"%s\" inherits from \"%s\"", heir->name, name);
		ph_fault_advise(fault,
		    "posthaste connection unset %s inherits, or set it to "
		    "another",
		    heir->name);
		return PH_EDENIED;
	}
	err = ph_file_remove(e->path, fault);
	if (err != PH_OK)
		return err;

	size_t at = (size_t)(e - c->entries);

	release_entry(e);
	memmove(c->entries + at, c->entries + at + 1,
	    (c->entry_count - at - 1) * sizeof(*c->entries));
	c->entry_count--;
	return PH_OK;
}

const char *ph_catalog_secrets_dir(const struct ph_catalog *c)
{
	return c->secrets;
}
