#include "base/utf8.h"
#include "connection/host.h"
#include "discover/found.h"

#include <assert.h>

/* An autoconfig file that a web server answered, whoever that is. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_one(const struct ph_subject *s, const struct ph_candidate *c)
{
	struct ph_host host;
	struct ph_fault ignored = { 0 };

	assert(ph_host_parse(ph_span_of(c->host), &host, &ignored) == PH_OK);
	assert(ph_span_is_ascii(ph_span_of(c->host)));
	assert(c->port != 0);
	assert(!ph_span_has_control(ph_span_of(c->username)));
	assert(!ph_span_has_control(ph_span_of(c->mechanisms)));
	/* Nothing found over http is without a doubt, nor any host outside. */
	assert((c->doubts & PH_DOUBT_HTTP) != 0);
	assert(((c->doubts & PH_DOUBT_OUTSIDE) != 0) ==
	    !ph_subject_has(s, ph_span_of(c->host)));
	for (size_t i = 0; i < c->note_count; i++) {
		assert(ph_utf8_valid(ph_span_of(c->notes[i])));
		assert(!ph_span_has_control(ph_span_of(c->notes[i])));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ph_subject s = { "ann@example.com", "ann", "example.com",
		false };
	const struct ph_found_text in = {
		.text = { (const char *)data, size },
		.found = PH_FOUND_HTTP,
		.url = "http://example.com/",
	};
	static struct ph_candidates set;
	struct ph_arena a;
	struct ph_fault fault = { 0 };

	ph_arena_init(&a, 16 * 1024 * 1024);
	set.subject = &s;
	set.arena = &a;
	set.count = 0;

	enum ph_err err = ph_found_autoconfig(&set, &in, &fault);

	assert(err == PH_OK || err == PH_EINVAL);
	assert(ph_fault_is_set(&fault) == (err == PH_EINVAL));
	ph_candidates_sort(&set);
	for (size_t i = 0; i < set.count; i++)
		check_one(&s, &set.items[i]);
	ph_arena_release(&a);
	return 0;
}
