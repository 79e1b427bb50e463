#include "base/base64.h"

#include "check.h"
#include "failalloc.h"

#include <stdlib.h>

/* RFC 4648 section 10, and octets with the high bit set. */
static const struct {
	struct ph_span plain;
	const char *text;
} vectors[] = {
	{ PH_SPAN_INIT(""), "" },
	{ PH_SPAN_INIT("f"), "Zg==" },
	{ PH_SPAN_INIT("fo"), "Zm8=" },
	{ PH_SPAN_INIT("foo"), "Zm9v" },
	{ PH_SPAN_INIT("foob"), "Zm9vYg==" },
	{ PH_SPAN_INIT("fooba"), "Zm9vYmE=" },
	{ PH_SPAN_INIT("foobar"), "Zm9vYmFy" },
	{ PH_SPAN_INIT("\0"), "AA==" },
	{ PH_SPAN_INIT("\0\0"), "AAA=" },
	{ PH_SPAN_INIT("\xff\xff\xff"), "////" },
	{ PH_SPAN_INIT("\xfb\xef\xbe"), "++++" },
	{ PH_SPAN_INIT("\0ann\0secret"), "AGFubgBzZWNyZXQ=" },
};

/* Each capacity but the right one and more is too small. */
static void decodes_into(struct ph_span text, struct ph_span want)
{
	unsigned char out[100];
	size_t len = 99;

	for (size_t cap = 0; cap < want.len; cap++) {
		check_int(
		    ph_base64_decode_into(text, out, cap, &len), PH_ETOOBIG);
		check(len <= cap);
	}
	memset(out, 0x5a, sizeof(out));
	check(ph_base64_decode_into(text, out, want.len, &len) == PH_OK);
	check(len == want.len && memcmp(out, want.ptr, len) == 0);
	check_int(out[len], 0x5a);
}

static void knows_the_vectors(void)
{
	for (size_t i = 0; i < PH_COUNT(vectors); i++) {
		struct ph_buf b;

		check_case("vector", i);
		ph_buf_init(&b, 100);
		check(ph_base64_encode(vectors[i].plain, &b) == PH_OK);
		check_str(ph_buf_str(&b), vectors[i].text);
		ph_buf_clear(&b);
		check(
		    ph_base64_decode(ph_span_of(vectors[i].text), &b) == PH_OK);
		check(ph_span_eq(ph_buf_span(&b), vectors[i].plain));
		ph_buf_release(&b);
		decodes_into(ph_span_of(vectors[i].text), vectors[i].plain);
	}
	check_case(NULL, 0);
}

static const char *const wrong[] = { "A", "AA", "AAA", "AAAAA", "=",
	"====", "A===", "=AAA", "A=AA", "AA=A",
	"Zg==Zg==", "Zm8=Zm8=", "Zg= =", "Zh==", "Zm9=", "Zm9v\n", "Zm9\n",
	" Zm9", "Zm9-", "Zm9_", "Zm9.", "\xc3\xa4==", "Zm9vZ===", "[aaa",
	"`aaa", "@aaa", "{aaa", ":aaa", ",aaa", "*aaa" };

static void refuses(void)
{
	for (size_t i = 0; i < PH_COUNT(wrong); i++) {
		struct ph_buf b;

		check_case(wrong[i], i);
		ph_buf_init(&b, 100);
		check(ph_buf_append_str(&b, "kept") == PH_OK);
		check(ph_base64_decode(ph_span_of(wrong[i]), &b) == PH_EINVAL);
		check_int(b.len, 4);
		ph_buf_release(&b);

		unsigned char out[8];
		size_t len;

		check(ph_base64_decode_into(ph_span_of(wrong[i]), out,
			  sizeof(out), &len) == PH_EINVAL);
	}
	check_case(NULL, 0);

	struct ph_buf b;

	ph_buf_init(&b, 100);
	check(ph_base64_decode(PH_SPAN("Zm9\0"), &b) == PH_EINVAL);
	ph_buf_release(&b);
}

static void holds_the_limit(void)
{
	struct ph_buf b;

	ph_buf_init(&b, 7);
	check(ph_base64_encode(PH_SPAN("foob"), &b) == PH_ETOOBIG);
	check_int(b.len, 0);
	check(ph_buf_append_str(&b, "+ ") == PH_OK);
	check(ph_base64_encode(PH_SPAN("foo"), &b) == PH_OK);
	check(ph_base64_encode(PH_SPAN("f"), &b) == PH_ETOOBIG);
	check_str(ph_buf_str(&b), "+ Zm9v");
	ph_buf_clear(&b);
	check(ph_base64_decode(PH_SPAN("Zm9vYmFyZm9v"), &b) == PH_ETOOBIG);
	check_int(b.len, 0);
	ph_buf_release(&b);
}

/* One character at a time, by the text of RFC 4648: six bits from the left. */
static size_t slow_lines(const unsigned char *in, size_t len, char *out)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = 0, column = 0;

	for (size_t bit = 0; bit < (len + 2) / 3 * 24; bit += 6) {
		unsigned v = 0;

		for (size_t k = bit; k < bit + 6; k++) {
			unsigned byte = k / 8 < len ? in[k / 8] : 0;

			v = v << 1 | (byte >> (7 - k % 8) & 1);
		}
		out[n++] = bit < len * 8 ? digits[v] : '=';
		if (++column == 76 || bit + 6 == (len + 2) / 3 * 24) {
			out[n++] = '\r';
			out[n++] = '\n';
			column = 0;
		}
	}
	return n;
}

enum {
	LEN_MAX = 4 * PH_BASE64_LINE_IN + 1
};

/* Every length over several lines, every twelve bits in every place; a guard
   behind the end must stay, and no octet behind the input be read. */
static void lines_agree_with_the_slow_way(void)
{
	unsigned seed = 1;

	for (size_t len = 0; len <= LEN_MAX; len++) {
		char want[2 * LEN_MAX], got[2 * LEN_MAX];
		unsigned char *in = malloc(len > 0 ? len : 1);

		check_case("length", len);
		check(in != NULL);
		if (in == NULL)
			return;
		for (size_t i = 0; i < len; i++) {
			seed = seed * 1103515245 + 12345;
			in[i] = (unsigned char)(seed >> 16);
		}

		size_t want_len = slow_lines(in, len, want);

		memset(got, '#', sizeof(got));
		check_int(ph_base64_lines(
			      (struct ph_span){ (const char *)in, len }, got),
		    want_len);
		check_int(ph_base64_lines_size(len), want_len);
		check(memcmp(got, want, want_len) == 0);
		check_int(got[want_len], '#');
		free(in);
	}
	check_case(NULL, 0);
}

static void every_pair(void)
{
	static unsigned char in[4096 * 3];
	static char want[4096 * 6], got[4096 * 6];

	for (unsigned v = 0; v < 4096; v++) {
		in[v * 3] = (unsigned char)(v >> 4);
		in[v * 3 + 1] =
		    (unsigned char)((v & 15) << 4 | ((4095 - v) >> 8));
		in[v * 3 + 2] = (unsigned char)(4095 - v);
	}

	size_t len = slow_lines(in, sizeof(in), want);
	struct ph_span all = { (const char *)in, sizeof(in) };

	check_int(ph_base64_lines(all, got), len);
	check(memcmp(got, want, len) == 0);

	/* In pieces of whole lines the result is the same. */
	size_t at = 0;

	memset(got, 0, sizeof(got));
	for (size_t n = 1; all.len > 0; n++) {
		size_t take = n * PH_BASE64_LINE_IN;

		if (take > all.len)
			take = all.len;
		at += ph_base64_lines(ph_span_first(all, take), got + at);
		all = ph_span_skip(all, take);
	}
	check_int(at, len);
	check(memcmp(got, want, len) == 0);
}

static void round_trips(void)
{
	unsigned char in[256];

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (unsigned char)(i * 7 + 3);
	for (size_t len = 0; len <= sizeof(in); len++) {
		struct ph_span plain = { (const char *)in, len };
		struct ph_buf text, back;

		check_case("round trip", len);
		ph_buf_init(&text, 1000);
		ph_buf_init(&back, 1000);
		check(ph_base64_encode(plain, &text) == PH_OK);
		check(ph_base64_decode(ph_buf_span(&text), &back) == PH_OK);
		check(ph_span_eq(ph_buf_span(&back), plain));
		ph_buf_release(&text);
		ph_buf_release(&back);
	}
	check_case(NULL, 0);
}

static enum ph_err both_ways(void *ctx)
{
	struct ph_buf text, back;

	(void)ctx;
	ph_buf_init(&text, 1000);
	ph_buf_init(&back, 1000);

	enum ph_err err = ph_base64_encode(PH_SPAN("some text"), &text);
	if (err == PH_OK)
		err = ph_base64_decode(ph_buf_span(&text), &back);
	ph_buf_release(&text);
	ph_buf_release(&back);
	return err;
}

int main(void)
{
	knows_the_vectors();
	refuses();
	holds_the_limit();
	lines_agree_with_the_slow_way();
	every_pair();
	round_trips();
	check_int(failalloc_run(both_ways, NULL), 2);
	/* 5 GiB and a bit: no 32-bit sum in between. */
	check(
	    ph_base64_lines_size(57ULL * 94160000 + 1) == 78ULL * 94160000 + 6);
	return check_end();
}
