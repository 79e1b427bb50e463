#include "smtp/reply.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void look(const struct ph_reply *r)
{
	char text[600];

	assert(r->code >= 200 && r->code <= 599);
	assert(r->line_count >= 1 && r->line_count <= PH_REPLY_LINES_MAX);
	assert(r->text.len <= PH_REPLY_MAX);
	assert(ph_span_find(r->text, '\r') == r->text.len);
	assert(ph_span_find(r->text, '\0') == r->text.len);
	ph_reply_format(r, text, sizeof(text));
	assert(strlen(text) < 450);
	for (size_t size = 1; size < 20; size++) {
		ph_reply_format(r, text, size);
		assert(strlen(text) < size);
	}
}

/* The first octet says how the rest is cut; the parser must give the same
   replies as for the whole. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct ph_reply_parser *whole;
	struct ph_reply_parser *cut;
	enum ph_err err = PH_OK;

	if (size == 0 || ph_reply_parser_new(&whole) != PH_OK)
		return 0;
	if (ph_reply_parser_new(&cut) != PH_OK)
		abort();

	size_t step = data[0] % 17 + 1;
	struct ph_span a = { (const char *)data + 1, size - 1 };
	struct ph_span b = a;
	while (err == PH_OK) {
		struct ph_reply ra, rb;
		enum ph_err got = PH_AGAIN;

		err = ph_reply_parser_feed(whole, &a, &ra);
		while (b.len > 0 && got == PH_AGAIN) {
			size_t len = b.len < step ? b.len : step;
			struct ph_span in = ph_span_first(b, len);

			got = ph_reply_parser_feed(cut, &in, &rb);
			b = ph_span_skip(b, len - in.len);
		}
		assert(got == err);
		if (err != PH_OK)
			break;
		look(&ra);
		assert(ra.code == rb.code && ph_span_eq(ra.text, rb.text));
		assert(a.len == b.len);
	}
	assert(ph_span_eq(
		   ph_reply_parser_line(whole), ph_reply_parser_line(cut)) ||
	    err == PH_ETOOBIG);
	ph_reply_parser_free(whole);
	ph_reply_parser_free(cut);
	return 0;
}
