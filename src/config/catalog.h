#ifndef PH_CONFIG_CATALOG_H
#define PH_CONFIG_CATALOG_H

#include "base/arena.h"
#include "base/err.h"
#include "base/fault.h"
#include "connection/settings.h"

/* The connections on disk: DIR/connections/NAME.conf in the user's directory
   ($XDG_CONFIG_HOME/posthaste, else ~/.config/posthaste), then
   /etc/posthaste; the first of a name counts. */
struct ph_catalog;

/* path: NULL for those two; a directory (with connections/ in it) or a single
   connection file instead of them (-c).  Reads no file yet, except the single
   one.  PH_ENOTFOUND, PH_EINVAL with *fault. */
PH_MUST_USE enum ph_err ph_catalog_open(
    const char *path, struct ph_catalog **out, struct ph_fault *fault);
/* The same, and a directory that is not there yet is as good as an empty one:
   saving makes it. */
PH_MUST_USE enum ph_err ph_catalog_open_new(
    const char *path, struct ph_catalog **out, struct ph_fault *fault);
void ph_catalog_free(struct ph_catalog *c);
PH_DEFINE_CLEANUP(ph_catalog_free, struct ph_catalog)

/* Before something is read in order to be changed: nobody else changes these
   connections until c is freed, and what others wrote is read anew (no file
   that was given out before is valid any more).  Waits for whoever is at it.
   makes: a directory that is not there is made, and goes again when nothing is
   saved there.  PH_EIO with *fault, PH_EINVAL (a single file that cannot be
   used now), PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_catalog_claim(
    struct ph_catalog *c, bool makes, struct ph_fault *fault);

/* Every connection's name, sorted, NUL between, into out. */
PH_MUST_USE enum ph_err ph_catalog_names(
    struct ph_catalog *c, struct ph_buf *out, struct ph_fault *fault);

/* The file of that name; owned by the catalog, valid until it is freed.  It may
   be changed and saved.  PH_ENOTFOUND with *fault (the nearest name in the
   advice), PH_EINVAL. */
PH_MUST_USE enum ph_err ph_catalog_file(struct ph_catalog *c, const char *name,
    struct ph_settings_file **out, struct ph_fault *fault);
/* The name of the connection marked `default = yes` (the user's directory
   first; two in one directory are an error), or of the only one there is; ""
   when there is none.  A file that cannot be used is an error where it is
   marked and goes before the one found, or where none is found.  Valid until a
   connection is added or removed. */
PH_MUST_USE enum ph_err ph_catalog_default(
    struct ph_catalog *c, const char **name_out, struct ph_fault *fault);
/* Only what is marked, which others inherit from; "" when none is.  A file that
   cannot be used is an error only where it is marked, or is the user's own and
   cannot be read.  Likewise. */
PH_MUST_USE enum ph_err ph_catalog_marked(
    struct ph_catalog *c, const char **name_out, struct ph_fault *fault);
/* Marks one and unmarks the others. */
PH_MUST_USE enum ph_err ph_catalog_set_default(
    struct ph_catalog *c, const char *name, struct ph_fault *fault);
/* A new, empty one, not on disk before it is saved.  PH_EDENIED: the name is
   taken, or nothing says where the user's directory is: the system's has to be
   named. */
PH_MUST_USE enum ph_err ph_catalog_add(struct ph_catalog *c, const char *name,
    struct ph_settings_file **out, struct ph_fault *fault);
/* Mode 0600. */
PH_MUST_USE enum ph_err ph_catalog_save(struct ph_catalog *c,
    const struct ph_settings_file *f, struct ph_fault *fault);
/* Refused (PH_EDENIED) while another inherits from it by name. */
PH_MUST_USE enum ph_err ph_catalog_remove(
    struct ph_catalog *c, const char *name, struct ph_fault *fault);

/* The connection and what it inherits from, in order, for ph_resolve: at most
   PH_INHERITS_DEPTH_MAX.  PH_ENOTFOUND (one that is named is not there),
   PH_EINVAL (a circle, too deep, a bad file), PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_catalog_chain(struct ph_catalog *c, const char *name,
    const struct ph_settings_file **chain_out, size_t *count_out,
    struct ph_fault *fault);

/* Follows `inherits` (circles are errors) and resolves.  name NULL: the default
   connection; when there is none, overrides that name a host are enough, else
   PH_CAUSE_NO_CONNECTION.  When an override names a host, name is NULL and
   there is a default, nothing is taken from that default: a server named on the
   spot stands alone.  *out lies in the arena. */
struct ph_catalog_question {
	const char *name;
	const struct ph_setting_override *overrides;
	size_t override_count;
};
PH_MUST_USE enum ph_err ph_catalog_resolve(struct ph_catalog *c,
    const struct ph_catalog_question *q, struct ph_arena *a,
    struct ph_connection *out, struct ph_fault *fault);

/* DIR where `secret set` keeps files: beside connections/.  Valid as long as
   c. */
const char *ph_catalog_secrets_dir(const struct ph_catalog *c);

#endif
