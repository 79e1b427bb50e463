#include "connection/host.h"
#include "discover/found.h"

#include <assert.h>

/* What was answered where Exchange's Autodiscover should be. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ph_subject s = { "ann@example.com", "ann", "example.com",
		false };
	const struct ph_found_text in = {
		.text = { (const char *)data, size },
		.found = PH_FOUND_AUTODISCOVER,
		.url = "https://autodiscover.example.com/",
	};
	static struct ph_candidates set;
	struct ph_arena a;
	struct ph_host host;
	struct ph_fault fault = { 0 };

	ph_arena_init(&a, 1024 * 1024);
	set.subject = &s;
	set.arena = &a;
	set.count = 0;

	enum ph_err err = ph_found_autodiscover(&set, &in, &fault);

	assert(err == PH_OK || err == PH_EINVAL);
	assert(set.count == (err == PH_OK ? 1 : 0));
	if (err == PH_OK) {
		const char *name = set.items[0].host;

		assert(ph_host_parse(ph_span_of(name), &host, &fault) == PH_OK);
		assert(ph_span_is_ascii(ph_span_of(name)));
		assert((set.items[0].doubts == 0) ==
		    ph_subject_has(&s, ph_span_of(name)));
	}
	ph_arena_release(&a);
	return 0;
}
