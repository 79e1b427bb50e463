#include "proxy/spnego.h"

#include <assert.h>

/* What a proxy says of a negotiation, whoever made it up: what is read lies
   within, and said again it is read again. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_span in = { (const char *)data, size };
	struct ph_spnego_answer answer = { 0 };
	struct ph_spnego_answer again = { 0 };
	struct ph_buf out;

	if (ph_spnego_read(in, &answer) != PH_OK)
		return 0;
	assert(answer.token.len <= size);
	if (answer.token.len > 0) {
		assert(answer.token.ptr >= in.ptr);
		assert(answer.token.ptr + answer.token.len <= in.ptr + in.len);
	}
	ph_buf_init(&out, size + 64);

	enum ph_err err = ph_spnego_go_on(answer.token, &out);
	assert(err == PH_OK);
	err = ph_spnego_read(ph_buf_span(&out), &again);
	assert(err == PH_OK);
	assert(again.state == PH_SPNEGO_UNSAID);
	assert(ph_span_eq(again.token, answer.token));
	ph_buf_release(&out);
	return 0;
}
