#include "mail/message.h"
#include "mail/scan.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t append(
    const struct ph_body_part *part, struct ph_span in, char *out)
{
	struct ph_encoder e;

	if (part->file == PH_BODY_NO_FILE) {
		memcpy(out, part->bytes.ptr, part->bytes.len);
		return part->bytes.len;
	}
	ph_encoder_init(&e, part->encoding);
	in = ph_span_first(
	    ph_span_skip(in, (size_t)part->offset), (size_t)part->length);
	return ph_encoder_run(&e, in, true, out);
}

/* What goes out: only CRLF, of the size it says, no Bcc among its headers, and
   read the same a second time. */
static void check_body(const struct ph_body *body, struct ph_span in)
{
	char *out = malloc((size_t)body->size + 1);
	size_t len = 0;
	struct ph_scan s;
	struct ph_header_field f;

	for (size_t i = 0; i < body->count; i++) {
		size_t n = append(&body->parts[i], in, out + len);

		assert(n == body->parts[i].encoded_length);
		len += n;
	}
	assert(len == body->size);
	ph_scan_init(&s);
	ph_scan_feed(&s, (struct ph_span){ out, len });
	ph_scan_finish(&s);
	assert(s.bare_cr == 0 && s.bare_lf == 0 && s.wire_octets == len);
	assert(s.in_body && s.longest_line <= 998);
	assert(!s.eight_bit || body->eight_bit);
	assert(!s.header_eight_bit || body->utf8_headers);

	struct ph_span header = { out, (size_t)s.header_octets };
	enum ph_err err = ph_header_next(&header, &f);

	while (err == PH_OK) {
		assert(!ph_span_eq_nocase(f.name, PH_SPAN("Bcc")));
		err = ph_header_next(&header, &f);
	}
	assert(err == PH_EOF);
	free(out);
}

static void check_recipients(struct ph_span header)
{
	struct ph_address_list list = { 0 };
	struct ph_address from = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	ph_arena_init(&a, (size_t)64 << 20);

	enum ph_err err =
	    ph_message_read_recipients(header, &a, &list, &from, &fault);

	assert((err == PH_OK) != ph_fault_is_set(&fault));
	for (size_t i = 0; i < list.count; i++) {
		assert(list.items[i].mailbox.len > 2);
		assert(!ph_span_has_control(list.items[i].mailbox));
	}
	ph_arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_span in = { (const char *)data, size };
	struct ph_message *m = NULL;
	struct ph_fault fault = { 0 };
	struct ph_scan s;

	ph_scan_init(&s);
	ph_scan_feed(&s, in);
	ph_scan_finish(&s);

	const struct ph_adopt adopt = {
		.header = ph_span_first(in, (size_t)s.header_octets),
		.scan = &s,
		.add_missing = size % 2 == 1,
		.from = PH_SPAN("f@e"),
	};
	enum ph_err err = ph_message_adopt(&adopt, &m, &fault);

	assert((err == PH_OK) != ph_fault_is_set(&fault));
	if (err == PH_OK)
		check_body(ph_message_body(m), in);
	ph_message_free(m);
	check_recipients(adopt.header);
	return 0;
}
