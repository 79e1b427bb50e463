#include "base/base64.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What decodes is the one text that its octets encode to. */
static void decode(struct ph_span in)
{
	struct ph_buf plain, text;

	ph_buf_init(&plain, in.len);
	ph_buf_init(&text, in.len);

	enum ph_err err = ph_base64_decode(in, &plain);
	if (err == PH_OK) {
		err = ph_base64_encode(ph_buf_span(&plain), &text);
		assert(err == PH_OK);
		assert(ph_span_eq(ph_buf_span(&text), in));
	}
	ph_buf_release(&plain);
	ph_buf_release(&text);
}

/* Lines are as long as was foretold, and ended. */
static void lines(struct ph_span in)
{
	size_t size = (size_t)ph_base64_lines_size(in.len);
	char *out = malloc(size + 1);

	assert(out != NULL);

	size_t len = ph_base64_lines(in, out);

	assert(len == size);
	assert(len == 0 || memcmp(out + len - 2, "\r\n", 2) == 0);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_span in = { (const char *)data, size };

	decode(in);
	lines(in);
	return 0;
}
