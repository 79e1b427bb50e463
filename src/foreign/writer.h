#ifndef PH_FOREIGN_WRITER_H
#define PH_FOREIGN_WRITER_H

#include "foreign/foreign.h"
#include "foreign/profile.h"

/* What the writers of all formats have before them.  A writer of a format is

     enum ph_err ph_foreign_write_FORMAT(struct ph_foreign_writer *w);

   which writes what the format can hold and leaves out the rest: what was left
   out is found by reading it back.  PH_ENOMEM, PH_ETOOBIG. */
struct ph_foreign_writer {
	const struct ph_foreign_export *in;
	const struct ph_foreign_profile *profile;
	struct ph_buf *text;
	struct ph_buf *map;
};

/* The effective value; empty where there is none. */
static inline struct ph_span ph_foreign_value(
    const struct ph_foreign_writer *w, const char *setting)
{
	return ph_foreign_profile_get(w->profile, setting);
}

bool ph_foreign_is(
    const struct ph_foreign_writer *w, const char *setting, const char *value);
/* NULL: none is to be written. */
const struct ph_secret *ph_foreign_secret(
    const struct ph_foreign_writer *w, enum ph_role role);

/* The address of `from`, and the name before it, without quotes, in the
   profile's arena.  Both may be empty.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_foreign_from(const struct ph_foreign_writer *w,
    struct ph_span *address, struct ph_span *name);

/* A length of time in seconds, rounded up, or milliseconds; 0: none is set. */
uint64_t ph_foreign_seconds(
    const struct ph_foreign_writer *w, const char *setting);
uint64_t ph_foreign_milliseconds(
    const struct ph_foreign_writer *w, const char *setting);

#endif
