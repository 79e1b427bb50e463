#include "foreign/writer.h"

#include "base/num.h"

bool ph_foreign_is(
    const struct ph_foreign_writer *w, const char *setting, const char *value)
{
	return ph_span_eq_nocase(
	    ph_foreign_value(w, setting), ph_span_of(value));
}

const struct ph_secret *ph_foreign_secret(
    const struct ph_foreign_writer *w, enum ph_role role)
{
	const struct ph_secret *s = w->in->secrets;

	return s == NULL || s[role].ptr == NULL ? NULL : &s[role];
}

enum ph_err ph_foreign_from(const struct ph_foreign_writer *w,
    struct ph_span *address, struct ph_span *name)
{
	return ph_foreign_split_from(
	    ph_foreign_value(w, "from"), w->profile->arena, address, name);
}

uint64_t ph_foreign_milliseconds(
    const struct ph_foreign_writer *w, const char *setting)
{
	ph_msec t = 0;

	/* Nothing is set: it stays 0. */
	if (ph_num_parse_duration(ph_foreign_value(w, setting), &t) != PH_OK)
		return 0;
	return (uint64_t)t;
}

uint64_t ph_foreign_seconds(
    const struct ph_foreign_writer *w, const char *setting)
{
	return (ph_foreign_milliseconds(w, setting) + 999) / 1000;
}
