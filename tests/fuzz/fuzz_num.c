#include "base/num.h"
#include "base/utf8.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void numbers(struct ph_span in)
{
	uint64_t n = 0;

	if (ph_num_parse(in, 65535, &n) == PH_OK)
		assert(n <= 65535);

	ph_msec ms = 0;

	/* Ten years, in milliseconds. */
	if (ph_num_parse_duration(in, &ms) == PH_OK)
		assert(ms >= 0 && ms <= 315360000000);
	if (ph_num_parse_size(in, &n) == PH_OK)
		assert(in.len > 0);
}

/* A cut of what is well formed stays well formed, and ends where it can. */
static void cuts(struct ph_span in)
{
	bool valid = ph_utf8_valid(in);

	for (size_t max = 0; max <= in.len && max < 64; max++) {
		struct ph_span cut = ph_utf8_cut(in, max);

		assert(cut.len <= max);
		if (!valid)
			continue;
		assert(ph_utf8_valid(cut));
		assert(cut.len + 3 >= max);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_span in = { (const char *)data, size };

	numbers(in);
	cuts(in);
	return 0;
}
