#include "io/host.h"

#include "base/ascii.h"
#include "io/hosts.h"
#include "io/loop_uv.h"
#include "io/resolver.h"

#include <stdlib.h>
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
	bool all_digits = true;

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
	/* RFC 3696 2: an address looks like a name otherwise. */
	for (size_t i = 0; i < label.len; i++)
		all_digits = all_digits && ph_ascii_is_digit(label.ptr[i]);
	/* What installers write when nobody gave the machine a domain. */
	return labels >= 2 && !all_digits &&
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

enum ph_host_known ph_host_full_name_of(
    const char *name, struct ph_span hosts, char *out, size_t out_size)
{
	if (out_size >= PH_HOST_NAME_MAX && name[0] != '\0' &&
	    ph_hosts_full_name(hosts, name, out, out_size))
		return PH_HOST_LISTED;
	out[0] = '\0';
	if (out_size < PH_HOST_NAME_MAX || !ph_host_name_is_public(name))
		return PH_HOST_NAMELESS;
	memcpy(out, name, strlen(name) + 1);
	return PH_HOST_UNKNOWN;
}

enum ph_host_known ph_host_full_name(char *out, size_t out_size)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf hosts;
	char name[PH_HOST_NAME_MAX];

	if (gethostname(name, sizeof(name)) != 0)
		name[0] = '\0';
	name[sizeof(name) - 1] = '\0';
	ph_hosts_read(&hosts);
	return ph_host_full_name_of(name, ph_buf_span(&hosts), out, out_size);
}

struct ph_host_question {
	ph_host_answer_fn *fn;
	void *ctx;
	struct ph_lookup *lookup; /* NULL: it was answered */
};

static void on_answer(
    void *ctx, int eai, const struct ph_sockaddr *list, size_t count)
{
	struct ph_host_question *q = ctx;

	(void)list;
	q->lookup = NULL;
	q->fn(q->ctx, eai == 0 && count > 0);
}

enum ph_err ph_host_ask(struct ph_loop *l, const char *name,
    ph_host_answer_fn *fn, void *ctx, struct ph_host_question **out)
{
	struct ph_resolver *r = ph_loop_resolver(l);
	struct ph_host_question *q = calloc(1, sizeof(*q));

	if (q == NULL || r == NULL) {
		free(q);
		return PH_ENOMEM;
	}
	q->fn = fn;
	q->ctx = ctx;

	enum ph_err err = ph_lookup_start(r, name, 0, on_answer, q, &q->lookup);
	if (err != PH_OK) {
		free(q);
		return err;
	}
	*out = q;
	return PH_OK;
}

void ph_host_question_free(struct ph_host_question *q)
{
	if (q == NULL)
		return;
	if (q->lookup != NULL)
		ph_lookup_cancel(q->lookup);
	free(q);
}
