#include "rendered.h"

#include "check.h"
#include "mail/scan.h"

#include <stdlib.h>

static void append_file(const struct ph_body_part *part,
    const struct rendered_file *file, struct ph_buf *out)
{
	struct ph_encoder e;
	struct ph_span in = { file->ptr + part->offset, (size_t)part->length };

	check(part->offset + part->length <= file->len);
	ph_encoder_init(&e, part->encoding);
	do {
		struct ph_span piece =
		    ph_span_first(in, in.len < 1001 ? in.len : 1001);
		char *room = malloc(ph_encoder_bound(&e, piece.len) + 1);
		size_t n = ph_encoder_run(&e, piece, piece.len == in.len, room);

		check(ph_buf_append(out, (struct ph_span){ room, n }) == PH_OK);
		free(room);
		in = ph_span_skip(in, piece.len);
	} while (in.len > 0);
}

void rendered(const struct ph_body *body, const struct rendered_file *files,
    struct ph_buf *out)
{
	struct ph_scan s;
	size_t start = out->len;

	for (size_t i = 0; i < body->count; i++) {
		const struct ph_body_part *part = &body->parts[i];
		size_t before = out->len;

		if (part->file == PH_BODY_NO_FILE) {
			check(ph_buf_append(out, part->bytes) == PH_OK);
		} else {
			append_file(part, &files[part->file], out);
		}
		check_int(out->len - before, part->encoded_length);
	}
	check_int(out->len - start, body->size);

	ph_scan_init(&s);
	ph_scan_feed(&s, ph_span_skip(ph_buf_span(out), start));
	ph_scan_finish(&s);
	check(s.bare_cr == 0 && s.bare_lf == 0);
	check_int(s.wire_octets, body->size);
	check(s.longest_line <= body->longest_line);
	check(s.longest_line <= 998);
	check(!s.eight_bit || body->eight_bit);
	check(!s.header_eight_bit || body->utf8_headers);
}
