#include "smtp/ehlo.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct ph_ehlo e;
	struct ph_reply reply = { .code = 250,
		.line_count = 1,
		.text = { (const char *)data, size } };

	ph_ehlo_parse(&reply, &e);
	assert(e.line_count <= PH_EHLO_LINES_MAX);
	assert(e.mechanism_count <= PH_EHLO_MECHANISMS_MAX);
	assert(e.text_len <= PH_EHLO_TEXT_MAX);
	assert(strlen(e.domain) < sizeof(e.domain));
	for (size_t i = 0; i < e.line_count; i++)
		assert(strlen(ph_ehlo_line(&e, i)) <= size);
	for (size_t i = 0; i < e.mechanism_count; i++) {
		size_t len = strlen(ph_ehlo_mechanism(&e, i));

		assert(len > 0 && len <= 20);
	}
	if (e.mechanism_count > 0)
		assert(ph_ehlo_has(&e, PH_EHLO_AUTH));
	if (e.size_max > 0)
		assert(ph_ehlo_has(&e, PH_EHLO_SIZE));
	return 0;
}
