#include "connection/lookup.h"

#include "connection/bond.h"
#include "connection/suspect.h"

#include <stdio.h>

static bool is_own(const struct ph_setting *row)
{
	return strcmp(row->name, "default") == 0 ||
	    strcmp(row->name, "inherits") == 0;
}

static bool look_in_overrides(
    const struct ph_resolve *in, struct ph_setting_found *out)
{
	for (size_t i = in->override_count; i > 0; i--) {
		const struct ph_setting_override *o = &in->overrides[i - 1];

		if (o->row == out->row) {
			out->value = o->value;
			out->option = o->origin;
			out->origin = PH_ORIGIN_OVERRIDE;
			return true;
		}
	}
	return false;
}

static void withhold(const struct ph_resolve *in, struct ph_span value,
    size_t depth, struct ph_setting_found *out)
{
	out->is_withheld = true;
	out->withheld = value;
	out->withheld_depth = depth;
	out->withheld_line = ph_settings_file_line(in->chain[depth], out->row);
}

static bool look_in_files(
    const struct ph_resolve *in, struct ph_setting_found *out)
{
	size_t depth_end =
	    is_own(out->row) && in->chain_count > 0 ? 1 : in->chain_count;

	for (size_t i = 0; i < depth_end; i++) {
		struct ph_span value =
		    ph_settings_file_get(in->chain[i], out->row);

		if (value.ptr == NULL)
			continue;
		if (ph_bond_holds(in, out->row, value, i)) {
			withhold(in, value, i, out);
			return false;
		}
		out->value = value;
		out->depth = i;
		out->line = ph_settings_file_line(in->chain[i], out->row);
		out->origin = PH_ORIGIN_FILE;
		return true;
	}
	return false;
}

void ph_setting_lookup(const struct ph_resolve *in,
    const struct ph_setting *row, struct ph_setting_found *out)
{
	*out = (struct ph_setting_found){ .row = row };
	out->is_set = look_in_overrides(in, out) || look_in_files(in, out);
	out->is_empty = out->is_set && out->value.len == 0;
	if (out->value.len == 0)
		out->value = ph_span_of(row->preset);
}

void ph_setting_where(const struct ph_resolve *in,
    const struct ph_setting_found *found, char out[PH_SETTING_WHERE_MAX])
{
	out[0] = '\0';
	if (found->origin == PH_ORIGIN_OVERRIDE) {
		(void)snprintf(out, PH_SETTING_WHERE_MAX, "%s", found->option);
	} else if (found->origin == PH_ORIGIN_FILE) {
		(void)snprintf(out, PH_SETTING_WHERE_MAX, "%s:%u",
		    ph_settings_file_path(in->chain[found->depth]),
		    found->line);
	}
}

void ph_setting_blame(const struct ph_resolve *in,
    const struct ph_setting_found *found, struct ph_fault *fault)
{
	char where[PH_SETTING_WHERE_MAX];

	ph_fault_suspect(fault, ph_setting_suspect(found->row));
	ph_setting_where(in, found, where);
	if (where[0] != '\0')
		ph_fault_prefix(fault, where);
}
