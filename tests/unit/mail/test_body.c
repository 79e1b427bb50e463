#include "base/base64.h"
#include "check.h"
#include "mail/body.h"
#include "mail/scan.h"

#include <stdint.h>
#include <stdlib.h>

static const struct {
	const char *in, *out;
} crlf_cases[] = {
	{ "", "" },
	{ "a", "a\r\n" },
	{ "a\r\n", "a\r\n" },
	{ "a\n", "a\r\n" },
	{ "a\r", "a\r\n" },
	{ "\n\n", "\r\n\r\n" },
	{ "\r\r", "\r\n\r\n" },
	{ "\r\n\r\n", "\r\n\r\n" },
	{ "\n\r", "\r\n\r\n" },
	{ "a\r\r\nb\n\nc", "a\r\n\r\nb\r\n\r\nc\r\n" },
};

/* Everything through the encoder in pieces of step, into memory of exactly the
   bound, so that a write beyond it is seen. */
static void encode(
    enum ph_encoding how, struct ph_span in, size_t step, struct ph_buf *out)
{
	struct ph_encoder e;

	ph_encoder_init(&e, how);
	do {
		size_t len = in.len < step ? in.len : step;
		size_t bound = ph_encoder_bound(&e, len);
		char *room = malloc(bound + 1);
		size_t n = ph_encoder_run(
		    &e, ph_span_first(in, len), len == in.len, room);

		check(n <= bound);
		check(ph_buf_append(out, (struct ph_span){ room, n }) == PH_OK);
		free(room);
		in = ph_span_skip(in, len);
	} while (in.len > 0);
}

static void check_crlf(void)
{
	struct ph_buf out;

	ph_buf_init(&out, 1000);
	for (size_t i = 0; i < PH_COUNT(crlf_cases); i++) {
		struct ph_span in = ph_span_of(crlf_cases[i].in);

		check_case(crlf_cases[i].in, i);
		for (size_t step = 1; step <= in.len + 1; step++) {
			ph_buf_clear(&out);
			encode(PH_ENCODE_CRLF, in, step, &out);
			check_str(ph_buf_str(&out), crlf_cases[i].out);
		}
	}
	ph_buf_release(&out);
}

/* What the scan says is what the encoder writes, cut anywhere. */
static void check_agrees_with_scan(void)
{
	static const char letters[] = { '\r', '\n', 'a', '\r', '\n', '\0' };
	unsigned seed = 7;
	char text[48];
	struct ph_buf out;

	ph_buf_init(&out, 1000);
	for (size_t round = 0; round < 3000; round++) {
		struct ph_span in = { text,
			(size_t)rand_r(&seed) % sizeof(text) };
		struct ph_scan scan;

		for (size_t i = 0; i < in.len; i++)
			text[i] = letters[(size_t)rand_r(&seed) % 6];
		ph_scan_init(&scan);
		ph_scan_feed(&scan, in);
		ph_scan_finish(&scan);
		for (size_t step = 1; step <= in.len + 1; step++) {
			ph_buf_clear(&out);
			encode(PH_ENCODE_CRLF, in, step, &out);
			check(out.len == scan.wire_octets);
		}

		struct ph_span body =
		    ph_span_skip(in, (size_t)scan.header_octets);
		ph_buf_clear(&out);
		encode(PH_ENCODE_CRLF, body, 5, &out);
		check(out.len == scan.wire_octets - scan.header_wire_octets);
	}
	ph_buf_release(&out);
}

static void check_base64(void)
{
	char text[300];
	char want[1000];
	struct ph_buf out;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 7);
	ph_buf_init(&out, 1000);
	for (size_t len = 0; len < sizeof(text); len++) {
		struct ph_span in = { text, len };
		size_t n = ph_base64_lines(in, want);

		check_case("base64", len);
		check(n == ph_base64_lines_size(len));
		for (size_t step = 1; step <= len + 1; step += 3) {
			ph_buf_clear(&out);
			encode(PH_ENCODE_BASE64, in, step, &out);
			check(out.len == n &&
			    (n == 0 || memcmp(out.ptr, want, n) == 0));
		}
	}
	ph_buf_release(&out);
}

static void check_none(void)
{
	struct ph_buf out;

	ph_buf_init(&out, 100);
	encode(PH_ENCODE_NONE, PH_SPAN("a\nb\r"), 2, &out);
	check_str(ph_buf_str(&out), "a\nb\r");
	ph_buf_release(&out);
}

static void check_measure(void)
{
	const struct ph_body_part parts[] = {
		{ .encoded_length = 3 },
		{ .encoded_length = UINT64_C(1) << 40 },
	};
	struct ph_body b = { .parts = parts, .count = 2, .size = 9 };

	ph_body_measure(&b);
	check(b.size == (UINT64_C(1) << 40) + 3);
}

int main(void)
{
	check_crlf();
	check_agrees_with_scan();
	check_base64();
	check_none();
	check_measure();
	return check_end();
}
