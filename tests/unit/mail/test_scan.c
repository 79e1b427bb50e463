#include "check.h"
#include "mail/scan.h"

#include <stdint.h>
#include <stdlib.h>

static const struct {
	const char *in;
	uint64_t wire, header, header_wire, bare_cr, bare_lf, crlf;
	size_t longest;
} cases[] = {
	{ "", 0, 0, 0, 0, 0, 0, 0 },
	{ "\r\n", 2, 2, 2, 0, 0, 1, 0 },
	{ "\n", 2, 1, 2, 0, 1, 0, 0 },
	{ "\r", 2, 1, 2, 1, 0, 0, 0 },
	{ "a", 3, 1, 3, 0, 0, 0, 1 },
	{ "A: b\r\n\r\nbody\r\n", 14, 8, 8, 0, 0, 3, 4 },
	{ "A: b\n\nbody", 14, 6, 8, 0, 2, 0, 4 },
	{ "A: b\r\rbody\r", 14, 6, 8, 3, 0, 0, 4 },
	{ "A: b\r\n c\r\nlong body", 19 + 2, 19, 21, 0, 0, 2, 9 },
	{ "a\r\r\nb", 8, 4, 5, 1, 0, 1, 1 },
	{ "a\n\rb", 8, 3, 5, 1, 1, 0, 1 },
	{ "a\r\n\n\r\n", 7, 4, 5, 0, 1, 2, 1 },
	{ "\r\n\r\n\r\n", 6, 2, 2, 0, 0, 3, 0 },
	{ "a\rb\nc\r\nd", 12, 8, 12, 1, 1, 1, 1 },
};

static void scan_cut(struct ph_scan *s, struct ph_span in, size_t step)
{
	ph_scan_init(s);
	while (in.len > 0) {
		size_t len = in.len < step ? in.len : step;
		/* Its own memory, so that a read beyond it is seen. */
		char *piece = malloc(len);

		memcpy(piece, in.ptr, len);
		ph_scan_feed(s, (struct ph_span){ piece, len });
		free(piece);
		in = ph_span_skip(in, len);
	}
	ph_scan_finish(s);
}

static void check_tables(void)
{
	struct ph_scan s;

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span in = ph_span_of(cases[i].in);

		check_case(cases[i].in, i);
		for (size_t step = 1; step <= in.len + 1; step++) {
			scan_cut(&s, in, step);
			check_int(s.octets, in.len);
			check_int(s.wire_octets, cases[i].wire);
			check_int(s.header_octets, cases[i].header);
			check_int(s.header_wire_octets, cases[i].header_wire);
			check_int(s.bare_cr, cases[i].bare_cr);
			check_int(s.bare_lf, cases[i].bare_lf);
			check_int(s.crlf, cases[i].crlf);
			check_int(s.longest_line, cases[i].longest);
			check(!s.eight_bit);
			check_int(s.nul, 0);
		}
	}
}

static void check_octets(void)
{
	static const char text[] = "A: b\n\n\0x\xc3\xa4\0";
	struct ph_span in = { text, sizeof(text) - 1 };
	struct ph_scan s;

	for (size_t step = 1; step <= in.len; step++) {
		scan_cut(&s, in, step);
		check_int(s.nul, 2);
		check(s.eight_bit && !s.header_eight_bit && s.in_body);
		scan_cut(&s, PH_SPAN("A: \xff\r\n\r\nplain"), step);
		check(s.eight_bit && s.header_eight_bit);
	}
}

/* A message of nothing but line ends of all kinds, text and NUL. */
static size_t make_random(char *out, size_t max, unsigned *seed)
{
	static const char letters[] = { '\r', '\n', 'a', '\r', '\n', '\0' };
	size_t len = (size_t)rand_r(seed) % max;

	for (size_t i = 0; i < len; i++)
		out[i] = letters[(size_t)rand_r(seed) % sizeof(letters)];
	return len;
}

static void check_cuts_agree(void)
{
	unsigned seed = 20260801;
	char text[40];

	for (size_t round = 0; round < 3000; round++) {
		struct ph_span in = { text,
			make_random(text, sizeof(text), &seed) };
		struct ph_scan whole;
		struct ph_scan cut;

		scan_cut(&whole, in, sizeof(text));
		for (size_t step = 1; step < in.len; step++) {
			scan_cut(&cut, in, step);
			check(cut.wire_octets == whole.wire_octets &&
			    cut.header_octets == whole.header_octets &&
			    cut.longest_line == whole.longest_line &&
			    cut.bare_cr == whole.bare_cr &&
			    cut.bare_lf == whole.bare_lf &&
			    cut.crlf == whole.crlf && cut.nul == whole.nul);
		}
	}
}

static const struct {
	const char *in;
	enum ph_err err;
	const char *name, *value, *whole, *rest;
} fields[] = {
	{ "", PH_EOF, NULL, NULL, NULL, "" },
	{ "\r\nbody", PH_EOF, NULL, NULL, NULL, "body" },
	{ "\nbody", PH_EOF, NULL, NULL, NULL, "body" },
	{ "\rbody", PH_EOF, NULL, NULL, NULL, "body" },
	{ "A: b\r\nC: d\r\n", PH_OK, "A", " b", "A: b\r\n", "C: d\r\n" },
	{ "A: b\nC: d\n", PH_OK, "A", " b", "A: b\n", "C: d\n" },
	{ "A: b\rC: d\r", PH_OK, "A", " b", "A: b\r", "C: d\r" },
	{ "A: b", PH_OK, "A", " b", "A: b", "" },
	{ "A:", PH_OK, "A", "", "A:", "" },
	{ "A \t: b\n", PH_OK, "A", " b", "A \t: b\n", "" },
	{ "A: b\r\n c\r\n\td\r\nE: f", PH_OK, "A", " b\r\n c\r\n\td",
	    "A: b\r\n c\r\n\td\r\n", "E: f" },
	{ "A: b\n c", PH_OK, "A", " b\n c", "A: b\n c", "" },
	{ "A: b\n \n\nx", PH_OK, "A", " b\n ", "A: b\n \n", "\nx" },
	{ "From a@b Mon Jan  1 00:00:00\nA: b\n", PH_EPROTO, "", "",
	    "From a@b Mon Jan  1 00:00:00\n", "A: b\n" },
	{ ">From a@b 00:00\nA: b\n", PH_EPROTO, "", "", ">From a@b 00:00\n",
	    "A: b\n" },
	{ "no field\r\n c\r\n", PH_EPROTO, "", "", "no field\r\n", " c\r\n" },
	{ ": b\n", PH_EPROTO, "", "", ": b\n", "" },
	{ " A: b\n", PH_EPROTO, "", "", " A: b\n", "" },
	{ "\xc3\xa4: b\n", PH_EPROTO, "", "", "\xc3\xa4: b\n", "" },
	{ "a\x7f: b\n", PH_EPROTO, "", "", "a\x7f: b\n", "" },
};

static void check_same(struct ph_span got, const char *want)
{
	char text[200];

	check(got.len < sizeof(text));
	memcpy(text, got.ptr == NULL ? "" : got.ptr, got.len);
	text[got.len] = '\0';
	check_str(text, want);
}

static void check_fields(void)
{
	for (size_t i = 0; i < PH_COUNT(fields); i++) {
		struct ph_header_field f = { 0 };
		struct ph_span in = ph_span_of(fields[i].in);

		check_case(fields[i].in, i);
		check_int(ph_header_next(&in, &f), fields[i].err);
		check_same(in, fields[i].rest);
		if (fields[i].err == PH_EOF)
			continue;
		check_same(f.name, fields[i].name);
		check_same(f.value, fields[i].value);
		check_same(f.whole, fields[i].whole);
	}
}

static void check_unfold(void)
{
	static const char *const folds[][2] = {
		{ "", "" },
		{ " a ", "a" },
		{ " a\r\n b\n\tc\r d\r\n", "a b\tc d" },
		{ "\r\n a", "a" },
	};
	struct ph_buf out;

	for (size_t i = 0; i < PH_COUNT(folds); i++) {
		check_case(folds[i][0], i);
		ph_buf_init(&out, 100);
		check(ph_header_unfold(ph_span_of(folds[i][0]), &out) == PH_OK);
		check_str(ph_buf_str(&out), folds[i][1]);
		ph_buf_release(&out);
	}
	ph_buf_init(&out, 2);
	check(ph_header_unfold(PH_SPAN("a\n bc"), &out) == PH_ETOOBIG);
	ph_buf_release(&out);
}

int main(void)
{
	check_tables();
	check_octets();
	check_cuts_agree();
	check_fields();
	check_unfold();
	return check_end();
}
