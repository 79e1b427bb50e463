#include "http/get.h"

#include "check.h"
#include "far_end.h"

#include <stdio.h>
#include <stdlib.h>

#define HEAD "HTTP/1.1 200 OK\r\nContent-Length: "

enum {
	BODY_MAX = 16 * 1024,
	HOPS_MAX = 4 * 1024,
	WAIT_MS = 20 * 1000
};

/* What came of one question. */
struct outcome {
	enum ph_err err;
	struct ph_http_got got;
	struct ph_fault fault;
};

static void begin(struct outcome *o)
{
	*o = (struct outcome){ 0 };
	ph_buf_init(&o->got.body, BODY_MAX);
	ph_buf_init(&o->got.hops, HOPS_MAX);
}

static void finish(struct outcome *o)
{
	ph_buf_release(&o->got.body);
	ph_buf_release(&o->got.hops);
}

static void ask(struct outcome *o, const char *scheme, uint16_t port,
    const struct ph_http_get *more)
{
	char url[64];
	struct ph_http_get g = *more;

	(void)snprintf(
	    url, sizeof(url), "%s://127.0.0.1:%u/a?b", scheme, (unsigned)port);
	g.url = url;
	g.ca_file = "";
	if (g.timeout == 0)
		g.timeout = WAIT_MS;
	begin(o);
	o->err = ph_http_get_it(&g, &o->got, &o->fault);
	if (o->err == PH_EIO) {
		check(strstr(o->fault.text, "127.0.0.1:") == o->fault.text);
		check(o->fault.cause != PH_CAUSE_NONE);
	}
}

static const struct ph_http_get over_http = { .allows_http = true,
	.redirects_max = 2 };

/* The server learns the URL and who we are, and no more. */
static void test_answer(void)
{
	struct far_end f = { .answer = PH_SPAN_INIT(
				 HEAD "5\r\nSet-Cookie: a=b\r\n\r\nhello") };
	struct outcome o;

	far_end_begin(&f);
	ask(&o, "http", f.port, &over_http);
	far_end_finish(&f);
	check_int(o.err, PH_OK);
	check_int(o.got.status, 200);
	check_str(ph_buf_str(&o.got.body), "hello");
	check_str(ph_buf_str(&o.got.hops), "");
	check(strstr(f.heard, "GET /a?b HTTP/1.1\r\n") == f.heard);
	check(strstr(f.heard, "\r\nUser-Agent: Posthaste\r\n") != NULL);
	check(strstr(f.heard, "Cookie") == NULL);
	check(strstr(f.heard, "Authorization") == NULL);
	check(strstr(f.heard, "Referer") == NULL);
	finish(&o);
}

static void test_status(void)
{
	struct far_end f = { .answer = PH_SPAN_INIT(
				 "HTTP/1.1 404 No\r\nContent-Length: "
				 "0\r\n\r\n") };
	struct outcome o;

	far_end_begin(&f);
	ask(&o, "http", f.port, &over_http);
	far_end_finish(&f);
	check_int(o.err, PH_OK);
	check_int(o.got.status, 404);
	finish(&o);
}

/* http only where it is allowed. */
static void test_scheme(void)
{
	struct far_end f = { .answer = PH_SPAN_INIT(HEAD "0\r\n\r\n") };
	const struct ph_http_get strict = { .redirects_max = 2 };
	struct outcome o;

	far_end_begin(&f);
	ask(&o, "http", f.port, &strict);
	far_end_finish(&f);
	check_int(o.err, PH_EIO);
	check_int(o.fault.cause, PH_CAUSE_TLS_DOWNGRADE);
	check_int(f.count, 0);
	finish(&o);
}

static void lead_to(struct far_end *f, char *answer, size_t size,
    const char *where, uint16_t port)
{
	(void)snprintf(answer, size,
	    "HTTP/1.1 302 Found\r\nLocation: %s:%u/x\r\n"
	    "Content-Length: 3\r\n\r\nold",
	    where, (unsigned)port);
	f->answer = ph_span_of(answer);
}

static void test_redirect(void)
{
	char answer[256];
	char hops[64];
	struct far_end end = { .answer = PH_SPAN_INIT(HEAD "3\r\n\r\nnew") };
	struct far_end f = { 0 };
	struct outcome o;

	far_end_begin(&end);
	lead_to(&f, answer, sizeof(answer), "http://127.0.0.1", end.port);
	far_end_begin(&f);
	ask(&o, "http", f.port, &over_http);
	far_end_finish(&f);
	far_end_finish(&end);
	check_int(o.err, PH_OK);
	/* Of the last page alone. */
	check_str(ph_buf_str(&o.got.body), "new");
	(void)snprintf(
	    hops, sizeof(hops), "http://127.0.0.1:%u/x\n", (unsigned)end.port);
	check_str(ph_buf_str(&o.got.hops), hops);
	check(strstr(end.heard, "Referer") == NULL);
	finish(&o);
}

/* To itself, for ever; and where none may be followed. */
static void test_redirects_end(void)
{
	static const unsigned most[] = { 0, 1, 3 };

	for (size_t i = 0; i < PH_COUNT(most); i++) {
		struct far_end f = { .answer = PH_SPAN_INIT(
					 "HTTP/1.1 302 Found\r\nLocation: /y"
					 "\r\nContent-Length: 0\r\n\r\n") };
		const struct ph_http_get g = { .allows_http = true,
			.redirects_max = most[i] };
		struct outcome o;

		check_case("redirects", i);
		far_end_begin(&f);
		ask(&o, "http", f.port, &g);
		far_end_finish(&f);
		check_int(o.err, PH_EIO);
		check(strstr(o.fault.text, "leads elsewhere") != NULL);
		/* What was not followed is not told as asked. */
		check_int(o.got.hops.len == 0, most[i] == 0);
		finish(&o);
	}
	check_case(NULL, 0);
}

static const char *const elsewhere[] = { "ftp://127.0.0.1", "file:///etc",
	"http://ann:secret@127.0.0.1" };

static void test_elsewhere(void)
{
	for (size_t i = 0; i < PH_COUNT(elsewhere); i++) {
		char answer[256];
		struct far_end end = { .answer =
					   PH_SPAN_INIT(HEAD "3\r\n\r\nnew") };
		struct far_end f = { 0 };
		struct outcome o;

		check_case(elsewhere[i], i);
		far_end_begin(&end);
		lead_to(&f, answer, sizeof(answer), elsewhere[i], end.port);
		far_end_begin(&f);
		ask(&o, "http", f.port, &over_http);
		far_end_finish(&f);
		far_end_finish(&end);
		check_int(o.err, PH_EIO);
		check_int(end.count, 0);
		check(strstr(o.fault.text, "secret") == NULL);
		finish(&o);
	}
	check_case(NULL, 0);
}

static const struct {
	const char *what;
	struct ph_span answer;
	bool is_endless;
	enum ph_cause cause;
} failures[] = {
	{ "no end of the body",
	    PH_SPAN_INIT("HTTP/1.1 200 OK\r\n\r\n0123456789012345678901234567"),
	    true, PH_CAUSE_REPLY_TOO_BIG },
	{ "no end of the header",
	    PH_SPAN_INIT("HTTP/1.1 100 Continue\r\nX: 0123456789\r\n\r\n"),
	    true, PH_CAUSE_REPLY_TOO_BIG },
	{ "another protocol", PH_SPAN_INIT("220 mail.example.com ESMTP\r\n"),
	    false, PH_CAUSE_PROTOCOL },
	{ "nothing", PH_SPAN_INIT(""), false, PH_CAUSE_CONNECT_FAILED },
	{ "half a body", PH_SPAN_INIT(HEAD "40\r\n\r\n{"), false,
	    PH_CAUSE_CONNECT_FAILED },
};

static void test_failures(void)
{
	for (size_t i = 0; i < PH_COUNT(failures); i++) {
		struct far_end f = { .answer = failures[i].answer,
			.is_endless = failures[i].is_endless };
		struct outcome o;

		check_case(failures[i].what, i);
		far_end_begin(&f);
		ask(&o, "http", f.port, &over_http);
		far_end_finish(&f);
		check_int(o.err, PH_EIO);
		check_int(o.fault.cause, failures[i].cause);
		finish(&o);
	}
	check_case(NULL, 0);
}

static void test_no_server(void)
{
	struct far_end f = { 0 };
	struct outcome o;

	far_end_begin(&f);
	far_end_finish(&f);
	ask(&o, "http", f.port, &over_http);
	check_int(o.err, PH_EIO);
	check_int(o.fault.cause, PH_CAUSE_CONNECT_FAILED);
	finish(&o);
}

/* No TLS: it learns nothing. */
static void test_no_tls(void)
{
	struct far_end f = { .answer = PH_SPAN_INIT(HEAD "0\r\n\r\n") };
	struct ph_http_get g = { .timeout = 500 };
	struct outcome o;

	far_end_begin(&f);
	ask(&o, "https", f.port, &g);
	far_end_finish(&f);
	check_int(o.err, PH_EIO);
	check(strstr(f.heard, "/a?b") == NULL);
	finish(&o);
}

static void test_silence(void)
{
	struct far_end f = { .is_silent = true };
	const struct ph_http_get g = { .allows_http = true, .timeout = 300 };
	struct outcome o;

	far_end_begin(&f);
	ask(&o, "http", f.port, &g);
	far_end_finish(&f);
	check_int(o.err, PH_EIO);
	check_int(o.fault.cause, PH_CAUSE_TIMEOUT);
	finish(&o);
}

static bool is_stopped(void *ctx)
{
	unsigned *left = ctx;

	return (*left)-- == 0;
}

static void test_stop(void)
{
	struct far_end f = { .is_silent = true };
	unsigned left = 2;
	const struct ph_http_get g = {
		.allows_http = true, .is_stopped = is_stopped, .ctx = &left
	};
	struct outcome o;

	far_end_begin(&f);
	ask(&o, "http", f.port, &g);
	far_end_finish(&f);
	check_int(o.err, PH_EIO);
	check_int(o.fault.cause, PH_CAUSE_INTERRUPTED);
	finish(&o);
}

/* A location longer than any URL. */
static void test_long(void)
{
	static char answer[8 * 1024];
	struct far_end f = { 0 };
	struct outcome o;
	int n = snprintf(answer, sizeof(answer),
	    "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /");

	memset(answer + n, 'a', 4000);
	(void)snprintf(
	    answer + n + 4000, sizeof(answer) - (size_t)n - 4000, "\r\n\r\n");
	f.answer = ph_span_of(answer);
	far_end_begin(&f);
	ask(&o, "http", f.port, &over_http);
	far_end_finish(&f);
	check_int(o.err, PH_EIO);
	check_int(o.fault.cause, PH_CAUSE_REPLY_TOO_BIG);
	finish(&o);
}

int main(void)
{
	/* Whatever the environment says. */
	check(setenv("http_proxy", "http://127.0.0.1:1", 1) == 0);
	check(setenv("https_proxy", "http://127.0.0.1:1", 1) == 0);
	check(setenv("all_proxy", "http://127.0.0.1:1", 1) == 0);
	test_answer();
	test_status();
	test_scheme();
	test_redirect();
	test_redirects_end();
	test_elsewhere();
	test_failures();
	test_no_server();
	test_no_tls();
	test_silence();
	test_stop();
	test_long();
	return check_end();
}
