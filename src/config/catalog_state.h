#ifndef PH_CONFIG_CATALOG_STATE_H
#define PH_CONFIG_CATALOG_STATE_H

#include "config/catalog.h"
#include "config/claim.h"

/* The inside of a catalog, for the files that make it up: catalog.c finds and
   reads the files, catalog_default.c knows which is the default,
   catalog_change.c adds, saves and removes. */

enum {
	PH_CATALOG_DIRS_MAX = 2
};

struct ph_catalog_entry {
	char *name;
	char *path;
	size_t dir;                    /* which one it is in */
	struct ph_settings_file *file; /* NULL until it is asked for */
	/* It cannot be used, and is, or may be, marked as the default. */
	bool is_bad_mark;
};

struct ph_catalog {
	char *dirs[PH_CATALOG_DIRS_MAX]; /* with the files in them */
	size_t dir_count;                /* 0: a single file */
	char *secrets;
	struct ph_catalog_entry *entries; /* sorted by name once listed */
	size_t entry_count;
	bool listed;
	bool is_homeless; /* the system's is there for want of one of our own */
	struct ph_claim claims[PH_CATALOG_DIRS_MAX];
};

/* Reads the directories, once. */
PH_MUST_USE enum ph_err ph_catalog_list(
    struct ph_catalog *c, struct ph_fault *fault);
/* Of a catalog that is listed; NULL: there is none of that name. */
struct ph_catalog_entry *ph_catalog_find_entry(
    const struct ph_catalog *c, const char *name);
/* Listed, found and read; PH_ENOTFOUND, PH_EINVAL with *fault. */
PH_MUST_USE enum ph_err ph_catalog_get_entry(struct ph_catalog *c,
    const char *name, struct ph_catalog_entry **out, struct ph_fault *fault);
/* Says that there is none of that name, and which is the nearest. */
void ph_catalog_refuse_name(
    const struct ph_catalog *c, const char *name, struct ph_fault *fault);

/* Takes over what is in e, also where it fails.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_catalog_add_entry(
    struct ph_catalog *c, struct ph_catalog_entry e);
void ph_catalog_drop_entry(struct ph_catalog *c, struct ph_catalog_entry *e);
void ph_catalog_sort(struct ph_catalog *c);

/* Files that cannot be used, the first of each kind, with what is wrong. */
struct ph_catalog_bad {
	const struct ph_catalog_entry *any;
	/* That is, or may be, marked as default. */
	const struct ph_catalog_entry *mark;
	struct ph_fault any_fault;
	struct ph_fault mark_fault;
};

/* Reads what is not read yet.  A file that cannot be used stands in nobody's
   way but its own: it is left out. */
PH_MUST_USE enum ph_err ph_catalog_load_all(
    struct ph_catalog *c, struct ph_catalog_bad *bad, struct ph_fault *fault);

#endif
