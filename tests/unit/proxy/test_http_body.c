#include "proxy/http_body.h"

#include "check.h"
#include "exact.h"

/* left: what stands behind the body and is not its. */
static const struct {
	const char *name;
	enum ph_http_body_kind kind;
	uint64_t length;
	struct ph_span in;
	enum ph_err err;
	size_t left;
} rows[] = {
	{ "empty", PH_HTTP_BODY_LENGTH, 0, PH_SPAN_INIT("x"), PH_OK, 1 },
	{ "five", PH_HTTP_BODY_LENGTH, 5, PH_SPAN_INIT("12345xy"), PH_OK, 2 },
	{ "five of six", PH_HTTP_BODY_LENGTH, 6, PH_SPAN_INIT("12345"),
	    PH_AGAIN, 0 },
	{ "no chunk", PH_HTTP_BODY_CHUNKED, 0, PH_SPAN_INIT("0\r\n\r\nHTTP"),
	    PH_OK, 4 },
	{ "bare LF", PH_HTTP_BODY_CHUNKED, 0, PH_SPAN_INIT("2\nab\n0\n\nx"),
	    PH_OK, 1 },
	{ "two chunks", PH_HTTP_BODY_CHUNKED, 0,
	    PH_SPAN_INIT("3;a=\"b\"\r\nabc\r\n0B \r\n12345678901\r\n0\r\n\r\n"),
	    PH_OK, 0 },
	{ "a trailer", PH_HTTP_BODY_CHUNKED, 0,
	    PH_SPAN_INIT("0\r\nA: b\r\nC: d\r\n\r\n12"), PH_OK, 2 },
	{ "an open end", PH_HTTP_BODY_CHUNKED, 0, PH_SPAN_INIT("0\r\nA: b\r\n"),
	    PH_AGAIN, 0 },
	{ "no size", PH_HTTP_BODY_CHUNKED, 0, PH_SPAN_INIT("\r\n"), PH_EPROTO,
	    0 },
	{ "no digit", PH_HTTP_BODY_CHUNKED, 0, PH_SPAN_INIT("g\r\n"), PH_EPROTO,
	    0 },
	{ "too long a size", PH_HTTP_BODY_CHUNKED, 0,
	    PH_SPAN_INIT("000000001\r\n"), PH_EPROTO, 0 },
	{ "longer than it says", PH_HTTP_BODY_CHUNKED, 0,
	    PH_SPAN_INIT("1\r\nab\r\n"), PH_EPROTO, 0 },
};

static enum ph_err feed(
    struct ph_http_body *b, struct ph_span in, size_t piece, size_t *at)
{
	enum ph_err err = PH_AGAIN;

	*at = 0;
	while (*at < in.len && err == PH_AGAIN) {
		size_t n = in.len - *at < piece ? in.len - *at : piece;
		size_t used = 0;
		struct ph_span copy =
		    exact_copy(ph_span_first(ph_span_skip(in, *at), n));

		err = ph_http_body_take(b, copy, &used);
		check(used <= n && (err != PH_AGAIN || used == n));
		*at += used;
		exact_free(copy);
	}
	return err;
}

static void test_rows(void)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		check_case(rows[i].name, i);
		for (size_t piece = 1; piece <= rows[i].in.len; piece++) {
			struct ph_http_body b;
			size_t at;

			ph_http_body_init(&b, rows[i].kind, rows[i].length);
			check_int(
			    feed(&b, rows[i].in, piece, &at), rows[i].err);
			if (rows[i].err != PH_EPROTO)
				check_int(rows[i].in.len - at, rows[i].left);
		}
	}
}

static enum ph_err endless(
    struct ph_http_body *b, const char *start, const char *more)
{
	size_t used = 0;
	enum ph_err err = ph_http_body_take(b, ph_span_of(start), &used);

	for (size_t i = 0; err == PH_AGAIN && i < 4 * PH_HTTP_BODY_MAX; i++)
		err = ph_http_body_take(b, ph_span_of(more), &used);
	return err;
}

static void test_endless(void)
{
	struct ph_http_body b;

	ph_http_body_init(&b, PH_HTTP_BODY_LENGTH, UINT64_MAX);
	check_int(endless(&b, "x", "0123456789"), PH_ETOOBIG);
	ph_http_body_init(&b, PH_HTTP_BODY_CHUNKED, 0);
	check_int(endless(&b, "ffffffff\r\n", "0123456789"), PH_ETOOBIG);
	ph_http_body_init(&b, PH_HTTP_BODY_CHUNKED, 0);
	check_int(endless(&b, "1;", "x"), PH_EPROTO);
	ph_http_body_init(&b, PH_HTTP_BODY_CHUNKED, 0);
	check_int(endless(&b, "0\n", "x"), PH_EPROTO);
	ph_http_body_init(&b, PH_HTTP_BODY_CHUNKED, 0);
	check_int(endless(&b, "0\n", "x\n"), PH_ETOOBIG);
}

int main(void)
{
	test_rows();
	test_endless();
	return check_end();
}
