#include "io/host.h"

#include "base/ascii.h"
#include "base/span.h"

#include <unistd.h>

enum {
	LABEL_MAX = 63 /* RFC 1035 2.3.4 */
};

static bool label_is_good(struct ph_span label)
{
	if (label.len == 0 || label.len > LABEL_MAX)
		return false;
	if (label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
		return false;
	for (size_t i = 0; i < label.len; i++) {
		if (!ph_ascii_is_alnum(label.ptr[i]) && label.ptr[i] != '-')
			return false;
	}
	return true;
}

bool ph_host_name_is_public(const char *name)
{
	struct ph_span rest = ph_span_of(name);
	struct ph_span label = { 0 };
	size_t labels = 0;

	if (rest.len == 0 || rest.len >= PH_HOST_NAME_MAX)
		return false;
	while (ph_span_split(&rest, '.', &label)) {
		if (!label_is_good(label))
			return false;
		if (labels == 0 &&
		    ph_span_eq_nocase(label, PH_SPAN("localhost")))
			return false;
		labels++;
	}
	/* What installers write when nobody gave the machine a domain. */
	return labels >= 2 &&
	    !ph_span_eq_nocase(label, PH_SPAN("localdomain")) &&
	    !ph_span_eq_nocase(label, PH_SPAN("localhost"));
}

bool ph_host_name(char *out, size_t out_size)
{
	if (out_size < PH_HOST_NAME_MAX || gethostname(out, out_size) != 0)
		out[0] = '\0';
	out[out_size - 1] = '\0';
	if (!ph_host_name_is_public(out))
		out[0] = '\0';
	return out[0] != '\0';
}
