#include "smtpd/content.h"

#include "base/buf.h"
#include "check.h"

#include <stdlib.h>

#define S(lit)            \
 {                        \
  "" lit, sizeof(lit) - 1 \
 }

static const struct {
	struct ph_span in;
	struct ph_span out;
	bool ended;
	size_t left; /* octets behind the end */
	bool bare_cr, bare_lf;
} cases[] = {
	{ S(""), S(""), false, 0, false, false },
	{ S(".\r\n"), S(""), true, 0, false, false },
	{ S(".\r\nQUIT"), S(""), true, 4, false, false },
	{ S("a\r\n.\r\n"), S("a\r\n"), true, 0, false, false },
	{ S("a\r\n"), S("a\r\n"), false, 0, false, false },
	{ S("a\r"), S("a\r"), false, 0, false, false },
	{ S("\r\n\r\n.\r\n"), S("\r\n\r\n"), true, 0, false, false },
	{ S("..\r\n.\r\n"), S(".\r\n"), true, 0, false, false },
	{ S("...\r\n.\r\n"), S("..\r\n"), true, 0, false, false },
	{ S(".a\r\n.b\r\n..c\r\n.\r\n"), S("a\r\nb\r\n.c\r\n"), true, 0, false,
	    false },
	{ S("a.\r\n.\r\n"), S("a.\r\n"), true, 0, false, false },
	{ S("a.b\r\n.\r\n.\r\n"), S("a.b\r\n"), true, 3, false, false },
	{ S("\0\xff\x7f\r\n.\r\n"), S("\0\xff\x7f\r\n"), true, 0, false,
	    false },

	{ S("a\n.\r\nb\r\n.\r\n"), S("a\n.\r\nb\r\n"), true, 0, false, true },
	{ S("a\n.\nb\r\n.\r\n"), S("a\n.\nb\r\n"), true, 0, false, true },
	{ S("\n.\r\n.\r\n"), S("\n.\r\n"), true, 0, false, true },
	{ S("a\r.\r\n.\r\n"), S("a\r.\r\n"), true, 0, true, false },
	{ S("a\r.\rb\r\n.\r\n"), S("a\r.\rb\r\n"), true, 0, true, false },
	{ S("a\r\r\n.\r\n"), S("a\r\r\n"), true, 0, true, false },
	{ S("a\r\n.\nb\r\n.\r\n"), S("a\r\n\nb\r\n"), true, 0, false, true },
	{ S("a\r\n.\rb\r\n.\r\n"), S("a\r\n\rb\r\n"), true, 0, true, false },
	{ S(".\r\r\n.\r\n"), S("\r\r\n"), true, 0, true, false },
	{ S(".\r.\r\n.\r\n"), S("\r.\r\n"), true, 0, true, false },
	{ S("\r"), S("\r"), false, 0, false, false },
	{ S("\rx"), S("\rx"), false, 0, true, false },
	{ S("a\n\r\n.\r\n"), S("a\n\r\n"), true, 0, false, true },
	{ S("a\r\n\n.\r\n.\r\n"), S("a\r\n\n.\r\n"), true, 0, false, true },
};

/* Feeds one piece from memory of its own; what is left of it at the end. */
static enum ph_err feed(struct ph_smtpd_content *c, struct ph_span piece,
    struct ph_buf *out, size_t *left)
{
	char *copy = malloc(piece.len + 1);
	enum ph_err err = PH_OK;

	if (copy == NULL)
		abort();
	memcpy(copy, piece.ptr, piece.len);

	struct ph_span in = { copy, piece.len };

	while (err == PH_OK) {
		struct ph_span got = { 0 };

		err = ph_smtpd_content_next(c, &in, &got);
		if (err != PH_OK)
			break;
		check(got.len > 0);
		check(ph_buf_append(out, got) == PH_OK);
	}
	*left = in.len;
	check(err == PH_EOF || in.len == 0);
	free(copy);
	return err;
}

static void play(size_t i, size_t first, size_t step)
{
	struct ph_smtpd_content c = { 0 };
	struct ph_span in = cases[i].in;
	struct ph_buf out;
	enum ph_err err = PH_AGAIN;
	size_t left = 0;

	ph_buf_init(&out, 1000);
	while (in.len > 0 && err == PH_AGAIN) {
		size_t len = first < in.len ? first : in.len;

		err = feed(&c, ph_span_first(in, len), &out, &left);
		in = ph_span_skip(in, len - left);
		first = step;
	}
	check_int(err, cases[i].ended ? PH_EOF : PH_AGAIN);
	check_int(in.len, cases[i].left);
	check(ph_span_eq(ph_buf_span(&out), cases[i].out));
	check_int(c.bare_cr, cases[i].bare_cr);
	check_int(c.bare_lf, cases[i].bare_lf);
	ph_buf_release(&out);
}

static const struct {
	struct ph_span in;
	bool bare_cr, bare_lf;
} chunks[] = {
	{ S(""), false, false },
	{ S("a"), false, false },
	{ S("a\r\n"), false, false },
	{ S(".\r\n.\r\n"), false, false },
	{ S("\r\n"), false, false },
	{ S("a\r\nb\r"), true, false },
	{ S("a\rb"), true, false },
	{ S("\r\r\n"), true, false },
	{ S("\n"), false, true },
	{ S("a\nb\r\n"), false, true },
	{ S("a\r\n\n"), false, true },
	{ S("a\n\r"), true, true },
};

static void play_chunks(size_t i, size_t cut)
{
	struct ph_smtpd_content c = { 0 };
	struct ph_span in = chunks[i].in;

	ph_smtpd_content_check(&c, ph_span_first(in, cut));
	ph_smtpd_content_check(&c, ph_span_skip(in, cut));
	ph_smtpd_content_finish(&c);
	check_int(c.bare_cr, chunks[i].bare_cr);
	check_int(c.bare_lf, chunks[i].bare_lf);
}

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case("content", i);
		for (size_t step = 1; step <= cases[i].in.len + 1; step++) {
			play(i, step, step);
			play(i, step, 1000);
		}
	}
	for (size_t i = 0; i < PH_COUNT(chunks); i++) {
		check_case("chunks", i);
		for (size_t cut = 0; cut <= chunks[i].in.len; cut++)
			play_chunks(i, cut);
	}
	return check_end();
}
