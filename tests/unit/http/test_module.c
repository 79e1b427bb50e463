#include "http/module.h"

#include "check.h"
#include "far_end.h"
#include "freewatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SECRET "refresh-hunter2-7f3a9c"
#define FORM   "grant_type=refresh_token&refresh_token=" SECRET
#define HEAD   "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

enum {
	BODY_MAX = 64 * 1024,
	WAIT_MS = 20 * 1000
};

/* What came of one request. */
struct outcome {
	enum ph_err err;
	unsigned status;
	struct ph_buf body;
	struct ph_fault fault;
};

static void ask(struct outcome *o, const char *scheme, uint16_t port,
    const struct ph_http_post *more)
{
	char url[64];
	struct ph_http_post p = *more;

	(void)snprintf(url, sizeof(url), "%s://127.0.0.1:%u/token", scheme,
	    (unsigned)port);
	p.url = url;
	p.form = PH_SPAN(FORM);
	p.ca_file = "";
	*o = (struct outcome){ 0 };
	ph_buf_init(&o->body, BODY_MAX);
	o->err = ph_http_module.post(&p, &o->status, &o->body, &o->fault);
	/* Nothing of what was sent is ever told. */
	check(strstr(o->fault.text, "hunter2") == NULL);
	if (o->err == PH_EIO) {
		check_int(o->fault.stage, PH_STAGE_AUTH);
		check(strstr(o->fault.text, "the token server 127.0.0.1:") ==
		    o->fault.text);
	}
}

static const struct ph_http_post plain = { .timeout = WAIT_MS };

static void test_answer(void)
{
	struct far_end f = { .answer = PH_SPAN_INIT(
				 HEAD "Content-Length: 21"
				      "\r\n\r\n{\"access_token\":\"a\"}\n") };
	struct outcome o;

	far_end_begin(&f);
	freewatch_for(SECRET);
	ask(&o, "http", f.port, &plain);
	/* libcurl's own buffers were wiped. */
	check_int(freewatch_found(), 0);
	freewatch_for(NULL);
	far_end_finish(&f);
	check_int(o.err, PH_OK);
	check_int(o.status, 200);
	check_str(ph_buf_str(&o.body), "{\"access_token\":\"a\"}\n");
	ph_buf_wipe(&o.body);
	check(strstr(f.heard, "POST /token HTTP/1.1\r\n") == f.heard);
	check(strstr(f.heard,
		  "\r\nContent-Type: application/x-www-form-urlencoded\r\n") !=
	    NULL);
	check(strstr(f.heard, "\r\nAccept: application/json\r\n") != NULL);
	check(strstr(f.heard, "Expect:") == NULL);
	check(strstr(f.heard, "\r\n\r\n" FORM) != NULL);
}

static const struct {
	const char *what;
	struct ph_span answer;
	unsigned status;
} refusals[] = {
	{ "400",
	    PH_SPAN_INIT("HTTP/1.1 400 Bad Request\r\n"
			 "Content-Length: 2\r\n\r\n{}"),
	    400 },
	{ "503",
	    PH_SPAN_INIT("HTTP/1.1 503 Later\r\n"
			 "Content-Length: 0\r\n\r\n"),
	    503 },
	{ "until the end", PH_SPAN_INIT("HTTP/1.0 401 No\r\n\r\n{}"), 401 },
};

static void test_refusals(void)
{
	for (size_t i = 0; i < PH_COUNT(refusals); i++) {
		struct far_end f = { .answer = refusals[i].answer };
		struct outcome o;

		check_case(refusals[i].what, i);
		far_end_begin(&f);
		ask(&o, "http", f.port, &plain);
		far_end_finish(&f);
		check_int(o.err, PH_OK);
		check_int(o.status, refusals[i].status);
		ph_buf_wipe(&o.body);
	}
	check_case(NULL, 0);
}

/* Whatever the redirect: the form was for one server alone. */
static void test_redirect(void)
{
	static const char *const words[] = { "301 Moved", "302 Found",
		"307 Temporary", "308 Permanent" };
	struct far_end other = { .answer = PH_SPAN_INIT(HEAD "\r\n") };

	far_end_begin(&other);
	for (size_t i = 0; i < PH_COUNT(words); i++) {
		char answer[256];
		struct far_end f = { 0 };
		struct outcome o;

		(void)snprintf(answer, sizeof(answer),
		    "HTTP/1.1 %s\r\nLocation: http://127.0.0.1:%u/x\r\n"
		    "Content-Length: 0\r\n\r\n",
		    words[i], (unsigned)other.port);
		f.answer = ph_span_of(answer);
		check_case(words[i], i);
		far_end_begin(&f);
		ask(&o, "http", f.port, &plain);
		far_end_finish(&f);
		check_int(o.err, PH_OK);
		check_int(o.status / 100, 3);
		check_int(f.count, 1);
		ph_buf_wipe(&o.body);
	}
	far_end_finish(&other);
	check_int(other.count, 0);
	check_case(NULL, 0);
}

static const struct {
	const char *what;
	struct ph_span answer;
	bool is_endless;
	enum ph_cause cause;
	const char *words;
} failures[] = {
	{ "no end of the body",
	    PH_SPAN_INIT(HEAD "\r\n0123456789012345678901234567890123456789"),
	    true, PH_CAUSE_TOKEN_PROTOCOL, "longer than any such answer" },
	{ "a long body announced",
	    PH_SPAN_INIT(HEAD "Content-Length: 99999999999\r\n\r\n0123456789"),
	    true, PH_CAUSE_TOKEN_PROTOCOL, "longer than any such answer" },
	{ "no end of the header",
	    PH_SPAN_INIT("HTTP/1.1 100 Continue\r\nX: 0123456789\r\n\r\n"),
	    true, PH_CAUSE_TOKEN_PROTOCOL, "longer than any such answer" },
	{ "another protocol", PH_SPAN_INIT("220 mail.example.com ESMTP\r\n"),
	    false, PH_CAUSE_TOKEN_PROTOCOL, "does not speak HTTP" },
	{ "nothing", PH_SPAN_INIT(""), false, PH_CAUSE_TOKEN_UNREACHABLE,
	    "hung up without an answer" },
	{ "half a body", PH_SPAN_INIT(HEAD "Content-Length: 40\r\n\r\n{"),
	    false, PH_CAUSE_TOKEN_UNREACHABLE, "hung up in the midst" },
};

static void test_failures(void)
{
	for (size_t i = 0; i < PH_COUNT(failures); i++) {
		struct far_end f = { .answer = failures[i].answer,
			.is_endless = failures[i].is_endless };
		struct outcome o;

		check_case(failures[i].what, i);
		far_end_begin(&f);
		ask(&o, "http", f.port, &plain);
		far_end_finish(&f);
		check_int(o.err, PH_EIO);
		check_int(o.fault.cause, failures[i].cause);
		check(strstr(o.fault.text, failures[i].words) != NULL);
		ph_buf_wipe(&o.body);
	}
	check_case(NULL, 0);
}

static void test_no_server(void)
{
	struct far_end f = { 0 };
	struct outcome o;

	far_end_begin(&f);
	far_end_finish(&f);
	ask(&o, "http", f.port, &plain);
	check_int(o.err, PH_EIO);
	check_int(o.fault.cause, PH_CAUSE_TOKEN_UNREACHABLE);
	check(strstr(o.fault.text, "connection refused") != NULL);
	ph_buf_wipe(&o.body);
}

/* A server without TLS gets no form. */
static void test_no_tls(void)
{
	struct far_end f = { .answer = PH_SPAN_INIT(HEAD "\r\n"),
		.is_silent = false };
	struct ph_http_post p = { .timeout = 500 };
	struct outcome o;

	far_end_begin(&f);
	ask(&o, "https", f.port, &p);
	far_end_finish(&f);
	check_int(o.err, PH_EIO);
	check(strstr(f.heard, "hunter2") == NULL);
	ph_buf_wipe(&o.body);
}

static void test_silence(void)
{
	struct far_end f = { .is_silent = true };
	struct ph_http_post p = { .timeout = 300 };
	struct outcome o;

	far_end_begin(&f);
	ask(&o, "http", f.port, &p);
	far_end_finish(&f);
	check_int(o.err, PH_EIO);
	check_int(o.fault.cause, PH_CAUSE_TOKEN_UNREACHABLE);
	check(strstr(o.fault.text, "no answer in time") != NULL);
	ph_buf_wipe(&o.body);
}

struct stopping {
	bool waits_for_sent;
	bool was_sent;
};

static bool is_stopped(void *ctx, bool is_sent)
{
	struct stopping *s = ctx;

	s->was_sent |= is_sent;
	return is_sent || !s->waits_for_sent;
}

static void test_stopped(void)
{
	for (int sent = 0; sent < 2; sent++) {
		struct far_end f = { .is_silent = true };
		struct stopping s = { .waits_for_sent = sent == 1 };
		struct ph_http_post p = {
			.timeout = WAIT_MS, .is_stopped = is_stopped, .ctx = &s
		};
		struct outcome o;

		check_case("sent", (size_t)sent);
		far_end_begin(&f);
		ask(&o, "http", f.port, &p);
		far_end_finish(&f);
		check_int(o.err, PH_EIO);
		check_int(o.fault.cause, PH_CAUSE_INTERRUPTED);
		check_int(s.was_sent, sent == 1);
		ph_buf_wipe(&o.body);
	}
	check_case(NULL, 0);
}

/* The environment's is never asked; one that is named is, for a tunnel, and
   sees neither the form nor, before it asks, a password. */
static void test_proxy(void)
{
	struct far_end proxy = {
		.answer =
		    PH_SPAN_INIT("HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n")
	};
	struct far_end f = { .answer = PH_SPAN_INIT(
				 HEAD "Content-Length: 2\r\n\r\n{}") };
	struct ph_http_post p = plain;
	struct outcome o;
	char url[64];

	far_end_begin(&proxy);
	far_end_begin(&f);
	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%u", (unsigned)proxy.port);
	check_int(setenv("http_proxy", url, 1), 0);
	check_int(setenv("ALL_PROXY", url, 1), 0);
	check_int(setenv("no_proxy", "*", 1), 0);
	ask(&o, "http", f.port, &p);
	check_int(o.status, 200);
	ph_buf_wipe(&o.body);

	const struct ph_http_proxy way = {
		.url = url,
		.username = "pat",
		.password = PH_SPAN("hush"),
		.ca_file = "",
	};

	p.proxy = &way;
	ask(&o, "http", f.port, &p);
	check_int(o.err, PH_EIO);
	check_int(o.fault.cause, PH_CAUSE_TOKEN_UNREACHABLE);
	check(strstr(o.fault.text, ", through the proxy 127.0.0.1:") != NULL);
	check(strstr(o.fault.text, "502") != NULL);
	ph_buf_wipe(&o.body);
	check_int(unsetenv("http_proxy"), 0);
	check_int(unsetenv("ALL_PROXY"), 0);
	check_int(unsetenv("no_proxy"), 0);
	far_end_finish(&f);
	far_end_finish(&proxy);
	check_int(f.count, 1);
	check_int(proxy.count, 1);
	check(strncmp(proxy.heard, "CONNECT 127.0.0.1:", 18) == 0);
	check(memmem(proxy.heard, proxy.heard_len, "cGF0Omh1c2g=", 12) == NULL);
	check(memmem(proxy.heard, proxy.heard_len, "POST", 4) == NULL);
}

int main(void)
{
	test_answer();
	test_refusals();
	test_redirect();
	test_failures();
	test_no_server();
	test_no_tls();
	test_silence();
	test_stopped();
	test_proxy();
	check(strstr(ph_http_module.version(), "libcurl/") != NULL);
	return check_end();
}
