#include "mail/body.h"
#include "mail/header.h"
#include "mail/scan.h"

#include "base/utf8.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_fields(struct ph_span header)
{
	struct ph_buf out;
	struct ph_header_field field;
	size_t left = header.len + 1;

	ph_buf_init(&out, 1 << 16);
	for (;;) {
		enum ph_err err = ph_header_next(&header, &field);

		if (err == PH_EOF)
			break;
		assert(header.len < left);
		left = header.len;
		assert(field.whole.len > 0);
		if (err != PH_OK)
			continue;
		assert(field.name.len > 0);
		ph_buf_clear(&out);
		if (ph_header_decode(field.value, &out) != PH_OK)
			continue;
		assert(ph_utf8_valid(ph_buf_span(&out)));
		assert(!ph_span_has_control(ph_buf_span(&out)));
	}
	ph_buf_release(&out);
}

/* Cut in two anywhere, the scan and the encoder say the same. */
static void check_wire(struct ph_span in, size_t cut)
{
	struct ph_scan s;
	struct ph_encoder e;
	char *room = malloc(2 * in.len + 4);

	ph_scan_init(&s);
	ph_scan_feed(&s, ph_span_first(in, cut));
	ph_scan_feed(&s, ph_span_skip(in, cut));
	ph_scan_finish(&s);
	assert(s.octets == in.len && s.header_octets <= in.len);

	ph_encoder_init(&e, PH_ENCODE_CRLF);
	size_t n = ph_encoder_run(&e, ph_span_first(in, cut), false, room);
	n += ph_encoder_run(&e, ph_span_skip(in, cut), true, room + n);
	assert(n == s.wire_octets);
	free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;

	struct ph_span in = { (const char *)data + 1, size - 1 };

	check_wire(in, in.len == 0 ? 0 : data[0] % in.len);
	check_fields(in);
	return 0;
}
