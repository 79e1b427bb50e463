#include "cli/source_option.h"

enum ph_err ph_source_option_read(const struct ph_source_option *o,
    struct ph_arena *a, struct ph_secret_source *out, struct ph_fault *fault)
{
	enum ph_err err = ph_secret_source_parse(ph_span_of(o->text), a, out);

	if (err == PH_OK &&
	    (out->kind == PH_SECRET_STORED || out->kind == PH_SECRET_KEYRING ||
		out->kind == PH_SECRET_OAUTH))
		err = PH_EINVAL;
	if (err == PH_EINVAL) {
		ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "%s takes prompt, env:NAME, file:PATH, fd:N, command:CMD "
		    "or credential:NAME",
		    o->name);
		ph_fault_advise(fault, "posthaste %s --help", o->command);
	}
	return err;
}
