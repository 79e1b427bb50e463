#ifndef PH_CONNECTION_LOOKUP_H
#define PH_CONNECTION_LOOKUP_H

#include "connection/settings.h"

/* Where a setting's value comes from: an override, the nearest file that names
   it, or the table. */

enum ph_setting_origin {
	PH_ORIGIN_PRESET = 0,
	PH_ORIGIN_FILE,
	PH_ORIGIN_OVERRIDE
};

struct ph_setting_found {
	const struct ph_setting *row;
	struct ph_span value; /* as written; the preset where that is empty */
	bool is_set;          /* named somewhere, even as empty */
	bool is_empty;        /* named, and nothing stands behind it */
	enum ph_setting_origin origin;
	/* PH_ORIGIN_FILE: which of the chain, and the line, from 1. */
	size_t depth;
	unsigned line;
	const char *option; /* PH_ORIGIN_OVERRIDE: its origin */
	/* A file says it, of another place (bond.h): it is not inherited. */
	bool is_withheld;
	struct ph_span withheld;
	size_t withheld_depth;
	unsigned withheld_line;
};

/* `default` and `inherits` are looked up in the first file only: they are not
   inherited.  Borrows from in. */
void ph_setting_lookup(const struct ph_resolve *in,
    const struct ph_setting *row, struct ph_setting_found *out);

enum {
	PH_SETTING_WHERE_MAX = 512
};

/* "FILE:LINE", "--port", or "" for a preset: where a setting was found. */
void ph_setting_where(const struct ph_resolve *in,
    const struct ph_setting_found *found, char out[PH_SETTING_WHERE_MAX]);

/* Puts "FILE:LINE: " or "--port: " before a fault's text, and names the setting
   as the one it is about. */
void ph_setting_blame(const struct ph_resolve *in,
    const struct ph_setting_found *found, struct ph_fault *fault);

#endif
