#include "proxy/spnego.h"

#include "check.h"
#include "exact.h"

#include <stdlib.h>

/* To the letter what RFC 4178 has, and every answer cut at every byte. */

#define KRB5  "\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"
#define MS    "\x06\x09\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"
#define NTLM  "\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"
#define STATE "\xa0\x03\x0a\x01"
#define TOKEN       \
 "\xa2\x05\x04\x03" \
 "abc"
#define MIC         \
 "\xa3\x03\x04\x01" \
 "m"

static const struct {
	struct ph_span in;
	enum ph_err err;
	enum ph_spnego_state state;
	const char *token;
} rows[] = {
	{ PH_SPAN_INIT("\xa1\x1b\x30\x19" STATE "\0"
		       "\xa1\x0b" KRB5 TOKEN),
	    PH_OK, PH_SPNEGO_COMPLETED, "abc" },
	{ PH_SPAN_INIT("\xa1\x20\x30\x1e" STATE "\1"
		       "\xa1\x0b" MS TOKEN MIC),
	    PH_OK, PH_SPNEGO_INCOMPLETE, "abc" },
	{ PH_SPAN_INIT("\xa1\x07\x30\x05" STATE "\2"), PH_OK,
	    PH_SPNEGO_REJECTED, "" },
	{ PH_SPAN_INIT("\xa1\x07\x30\x05" STATE "\3"), PH_OK,
	    PH_SPNEGO_MIC_WANTED, "" },
	{ PH_SPAN_INIT("\xa1\x02\x30\0"), PH_OK, PH_SPNEGO_UNSAID, "" },
	{ PH_SPAN_INIT("\xa1\x09\x30\x07" TOKEN), PH_OK, PH_SPNEGO_UNSAID,
	    "abc" },
	/* Lengths need not be short. */
	{ PH_SPAN_INIT("\xa1\x81\x0e\x30\x82\0\x0a\xa2\x84\0\0\0\x04\x04\x81"
		       "\1"
		       "x"),
	    PH_OK, PH_SPNEGO_UNSAID, "x" },

	{ PH_SPAN_INIT("\xa1\x07\x30\x05" STATE "\4"), PH_EPROTO, 0, "" },
	{ PH_SPAN_INIT("\xa1\x08\x30\x06\xa0\x04\x0a\x02\0\0"), PH_EPROTO, 0,
	    "" },
	{ PH_SPAN_INIT("\xa1\x07\x30\x05\xa0\x03\x02\x01\0"), PH_EPROTO, 0,
	    "" },
	{ PH_SPAN_INIT("\xa1\x08\x30\x06\xa0\x04\x0a\x01\0\0"), PH_EPROTO, 0,
	    "" },
	/* Another mechanism, another kind of token. */
	{ PH_SPAN_INIT("\xa1\x10\x30\x0e\xa1\x0c" NTLM), PH_EPROTO, 0, "" },
	{ PH_SPAN_INIT("\xa1\x04\x30\x02\xa1\0"), PH_EPROTO, 0, "" },
	{ PH_SPAN_INIT("\xa1\x07\x30\x05\xa2\x03\x05\x01x"), PH_EPROTO, 0, "" },
	{ PH_SPAN_INIT("\xa1\x07\x30\x05\xa3\x03\x05\x01x"), PH_EPROTO, 0, "" },
	/* In another order, twice, or beyond the end. */
	{ PH_SPAN_INIT("\xa1\x0e\x30\x0c" TOKEN STATE "\0"), PH_EPROTO, 0, "" },
	{ PH_SPAN_INIT("\xa1\x10\x30\x0e" TOKEN TOKEN), PH_EPROTO, 0, "" },
	{ PH_SPAN_INIT("\xa1\x03\x30\0x"), PH_EPROTO, 0, "" },
	{ PH_SPAN_INIT("\xa0\x02\x30\0"), PH_EPROTO, 0, "" },
	{ PH_SPAN_INIT("\xa1\x02\x31\0"), PH_EPROTO, 0, "" },
	{ PH_SPAN_INIT("abc"), PH_EPROTO, 0, "" },
	{ PH_SPAN_INIT(""), PH_EPROTO, 0, "" },
	/* Lengths without an end, or of too many octets. */
	{ PH_SPAN_INIT("\xa1\x80\x30\0\0\0"), PH_EPROTO, 0, "" },
	{ PH_SPAN_INIT("\xa1\x85\0\0\0\0\x02\x30\0"), PH_EPROTO, 0, "" },
	{ PH_SPAN_INIT("\xa1\x84\xff\xff\xff\xff\x30\0"), PH_EPROTO, 0, "" },
};

static enum ph_err read(struct ph_span in, struct ph_spnego_answer *out)
{
	struct ph_span copy = exact_copy(in);
	enum ph_err err = ph_spnego_read(copy, out);

	/* Compared where the test's own bytes are. */
	if (err == PH_OK && out->token.len > 0)
		out->token.ptr = in.ptr + (out->token.ptr - copy.ptr);
	exact_free(copy);
	return err;
}

static void test_read(void)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_spnego_answer answer = { 0 };

		check_case("answer", i);
		check_int(read(rows[i].in, &answer), rows[i].err);
		check_int(answer.state, rows[i].state);
		check(ph_span_eq(answer.token, ph_span_of(rows[i].token)));
		for (size_t cut = 0; cut < rows[i].in.len; cut++) {
			struct ph_span part = ph_span_first(rows[i].in, cut);

			check_int(read(part, &answer), PH_EPROTO);
		}
	}
}

static void test_write(void)
{
	struct ph_buf out;

	ph_buf_init(&out, 1024);
	check(ph_spnego_begin(PH_SPAN("abc"), &out) == PH_OK);
	check(ph_span_eq(ph_buf_span(&out),
	    PH_SPAN("\x60\x22\x06\x06\x2b\x06\x01\x05\x05\x02\xa0\x18\x30\x16"
		    "\xa0\x0d\x30\x0b" KRB5 TOKEN)));
	ph_buf_clear(&out);
	check(ph_spnego_go_on(PH_SPAN("abc"), &out) == PH_OK);
	check(ph_span_eq(ph_buf_span(&out), PH_SPAN("\xa1\x09\x30\x07" TOKEN)));
	ph_buf_release(&out);
	ph_buf_init(&out, 16);
	check(ph_spnego_begin(PH_SPAN("abc"), &out) == PH_ETOOBIG);
	check_int(out.len, 0);
	check(ph_spnego_go_on(PH_SPAN("abcdefghi"), &out) == PH_ETOOBIG);
	check_int(out.len, 0);
	ph_buf_release(&out);
}

/* What is written can be read, where lengths need one, two and three octets
   more. */
static void test_lengths(void)
{
	static const size_t lens[] = { 0, 1, 117, 118, 119, 120, 121, 122, 123,
		124, 125, 126, 127, 128, 255, 256, 65520, 65535, 65536, 70000 };
	static char token[70000];

	for (size_t i = 0; i < PH_COUNT(lens); i++) {
		struct ph_spnego_answer answer = { 0 };
		struct ph_span in = { token, lens[i] };
		struct ph_buf out;

		check_case("length", lens[i]);
		memset(token, 'x', sizeof(token));
		ph_buf_init(&out, 128 * 1024);
		check(ph_spnego_go_on(in, &out) == PH_OK);
		check(ph_spnego_read(ph_buf_span(&out), &answer) == PH_OK);
		check(ph_span_eq(answer.token, in));
		ph_buf_release(&out);
	}
}

static void test_more_behind_it(void)
{
	struct ph_spnego_answer answer = { 0 };

	check_int(
	    ph_spnego_read(PH_SPAN("\xa1\x02\x30\0x"), &answer), PH_EPROTO);
}

int main(void)
{
	test_read();
	test_more_behind_it();
	test_write();
	test_lengths();
	return check_end();
}
