#include "proxy/http_head.h"

#include "check.h"

#include <stdlib.h>

/* Lines separated by LF; the last one is empty where the head is whole. */
static enum ph_err read_all(struct ph_http_head *h, const char *text)
{
	struct ph_span rest = ph_span_of(text);
	struct ph_span line;
	enum ph_err err = PH_OK;

	ph_http_head_init(h);
	while (err == PH_OK && ph_span_split(&rest, '\n', &line))
		err = ph_http_head_line(h, line);
	return err;
}

static const struct {
	const char *text;
	enum ph_err err;
	unsigned status;
	const char *reason;
} lines[] = {
	{ "HTTP/1.1 200 Connection established", PH_OK, 200,
	    "Connection established" },
	{ "HTTP/1.0 407", PH_OK, 407, "" },
	{ "http/1.1 407 ", PH_OK, 407, "" },
	{ "HTTP/1.1 200 a\x01"
	  "b\x7f",
	    PH_OK, 200, "a?b?" },
	{ "HTTP/1.1 2000 x", PH_EPROTO, 0, "" },
	{ "HTTP/1.1 20", PH_EPROTO, 0, "" },
	{ "HTTP/1.1 099 x", PH_EPROTO, 0, "" },
	{ "HTTP/1.1 2x0 x", PH_EPROTO, 0, "" },
	{ "HTTP/1.x 200 x", PH_EPROTO, 0, "" },
	{ "HTTP/1.1-200 x", PH_EPROTO, 0, "" },
	{ "HTTP/2.0 200 x", PH_EPROTO, 0, "" },
	{ "", PH_EPROTO, 0, "" },
};

static void test_status(void)
{
	struct ph_http_head h;

	for (size_t i = 0; i < PH_COUNT(lines); i++) {
		check_case(lines[i].text, i);
		ph_http_head_init(&h);
		check_int(ph_http_head_line(&h, ph_span_of(lines[i].text)),
		    lines[i].err);
		check_int(h.status, lines[i].status);
		check_str(h.reason, lines[i].reason);
		ph_http_head_release(&h);
	}
	/* A reason longer than what is kept. */
	char text[400] = "HTTP/1.1 200 ";
	memset(text + 13, 'x', 300);
	check(read_all(&h, text) == PH_OK);
	check_int(strlen(h.reason), PH_HTTP_TEXT_MAX - 1);
	ph_http_head_release(&h);
}

static void test_fields(void)
{
	struct ph_http_head h;

	check(read_all(&h,
		  "HTTP/1.1 407 x\nproxy-authenticate:NTLM\n"
		  "Proxy-Authenticate:  Basic realm=\"a\" \n"
		  "Content-Length: 12\nCONTENT-LENGTH: 12\n"
		  "Transfer-Encoding: gzip, Chunked\n"
		  "X-Squid-Error: ERR_X 0\nContent-Type: text/plain\n"
		  "Proxy-Authenticates: no\n folded: x\n\n") == PH_OK);
	check(h.done && h.has_length && h.length == 12 && h.chunked);
	check(!h.is_page && !h.close && !h.keep_alive);
	check_str(ph_buf_str(&h.challenges), "NTLM\nBasic realm=\"a\"\n");
	check_str(h.error, "ERR_X 0");
	check(!ph_http_head_is_last(&h));
	ph_http_head_clear(&h);
	check(h.status == 0 && h.challenges.len == 0 && !h.done && !h.chunked);
	check(ph_http_head_line(&h, PH_SPAN("HTTP/1.0 200 y")) == PH_OK);
	ph_http_head_release(&h);
}

static const struct {
	const char *text;
	bool is_last;
	bool is_page;
	enum ph_err err;
} heads[] = {
	{ "HTTP/1.1 407 x\n\n", false, false, PH_OK },
	{ "HTTP/1.0 407 x\n\n", true, false, PH_OK },
	{ "HTTP/1.0 407 x\nConnection: keep-alive\n\n", false, false, PH_OK },
	{ "HTTP/1.1 407 x\nConnection: foo, Close\n\n", true, false, PH_OK },
	{ "HTTP/1.1 407 x\nProxy-Connection: close\n\n", true, false, PH_OK },
	{ "HTTP/1.1 407 x\nConnection: closed\n\n", false, false, PH_OK },
	{ "HTTP/1.1 200 x\nContent-Type: Text/HTML;x\n\n", false, true, PH_OK },
	{ "HTTP/1.1 200 x\nContent-Type: application/xhtml+xml\n\n", false,
	    true, PH_OK },
	{ "HTTP/1.1 200 x\nContent-Length: -1\n", false, false, PH_EPROTO },
	{ "HTTP/1.1 200 x\nContent-Length: 1 2\n", false, false, PH_EPROTO },
	{ "HTTP/1.1 200 x\nContent-Length: 99999999999999999999\n", false,
	    false, PH_EPROTO },
	{ "HTTP/1.1 200 x\nContent-Length: 1\nContent-Length: 2\n", false,
	    false, PH_EPROTO },
};

static void test_heads(void)
{
	for (size_t i = 0; i < PH_COUNT(heads); i++) {
		struct ph_http_head h;

		check_case(heads[i].text, i);
		check_int(read_all(&h, heads[i].text), heads[i].err);
		if (heads[i].err == PH_OK) {
			check(h.done);
			check(ph_http_head_is_last(&h) == heads[i].is_last);
			check(h.is_page == heads[i].is_page);
		}
		ph_http_head_release(&h);
	}
}

static void test_too_big(void)
{
	struct ph_http_head h;
	enum ph_err err;
	size_t count = 0;

	ph_http_head_init(&h);
	err = ph_http_head_line(&h, PH_SPAN("HTTP/1.1 200 x"));
	while (err == PH_OK && count < PH_HTTP_HEAD_MAX) {
		err = ph_http_head_line(&h, PH_SPAN("X: 34567"));
		count++;
	}
	check_int(err, PH_ETOOBIG);
	check_int(count, (PH_HTTP_HEAD_MAX - 15) / 9 + 1);
	ph_http_head_release(&h);
}

static void test_may_begin(void)
{
	static const struct {
		const char *text;
		bool want;
	} begins[] = { { "", true }, { "H", true }, { "http/1.", true },
		{ "HTTP/1.1 200", true }, { "HTTP/2", false }, { "220", false },
		{ "HTTPX", false } };

	for (size_t i = 0; i < PH_COUNT(begins); i++) {
		check_case(begins[i].text, i);
		check(ph_http_head_may_begin(ph_span_of(begins[i].text)) ==
		    begins[i].want);
	}
}

int main(void)
{
	test_status();
	test_fields();
	test_heads();
	test_too_big();
	test_may_begin();
	return check_end();
}
