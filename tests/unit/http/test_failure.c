#include "http/failure.h"

#include "check.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>

static const struct {
	CURLcode code;
	int system_error;
	const char *words;
	enum ph_cause cause;
	const char *text;
} cases[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, 0, "", PH_CAUSE_TOKEN_UNREACHABLE,
	    "its name cannot be looked up" },
	{ CURLE_COULDNT_RESOLVE_PROXY, 0, "", PH_CAUSE_TOKEN_UNREACHABLE,
	    "the name of the proxy on the way cannot be looked up" },
	{ CURLE_COULDNT_CONNECT, ECONNREFUSED, "words",
	    PH_CAUSE_TOKEN_UNREACHABLE, "connection refused" },
	{ CURLE_COULDNT_CONNECT, 0, "words", PH_CAUSE_TOKEN_UNREACHABLE,
	    "words" },
	{ CURLE_SEND_ERROR, 0, "words", PH_CAUSE_TOKEN_UNREACHABLE,
	    "it hung up before the request was through" },
	{ CURLE_PEER_FAILED_VERIFICATION, 0, "certificate has expired",
	    PH_CAUSE_TOKEN_TLS, "certificate has expired" },
	{ CURLE_PEER_FAILED_VERIFICATION, 0, "", PH_CAUSE_TOKEN_TLS,
	    "SSL peer certificate or SSH remote key was not OK" },
	{ CURLE_SSL_CACERT_BADFILE, 0, "no such file", PH_CAUSE_TOKEN_TLS,
	    "no such file" },
	{ CURLE_UNSUPPORTED_PROTOCOL, 0, "", PH_CAUSE_TOKEN_PROTOCOL,
	    "it does not speak HTTP" },
	{ CURLE_ABORTED_BY_CALLBACK, 0, "", PH_CAUSE_INTERRUPTED,
	    "interrupted" },
	{ CURLE_BAD_CONTENT_ENCODING, 0, "odd", PH_CAUSE_TOKEN_UNREACHABLE,
	    "odd" },
};

static const char *const urls[] = {
	"https://login.example.com/token?secret=x",
	"https://login.example.com?secret=x",
	"https://login.example.com",
};

static void test_tell(void)
{
	struct ph_fault fault;
	char want[256];

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		const struct ph_http_failure f = { .code = (int)cases[i].code,
			.system_error = cases[i].system_error,
			.words = cases[i].words };
		const struct ph_http_post p = { .url =
						    urls[i % PH_COUNT(urls)] };

		check_case(cases[i].text, i);
		fault = (struct ph_fault){ 0 };
		check_int(ph_http_failure_tell(&f, &p, &fault), PH_EIO);
		check_int(fault.cause, cases[i].cause);
		check_int(fault.stage, PH_STAGE_AUTH);
		(void)snprintf(want, sizeof(want),
		    "the token server login.example.com: %s", cases[i].text);
		check_str(fault.text, want);
	}
	check_case(NULL, 0);
}

static const struct {
	struct ph_http_failure failure;
	const char *username;
	enum ph_cause cause;
	enum ph_stage stage;
	const char *text;
} ways[] = {
	{ { .code = CURLE_COULDNT_CONNECT, .system_error = 111, .words = "" },
	    "", PH_CAUSE_TOKEN_UNREACHABLE, PH_STAGE_AUTH,
	    "the token server login.example.com, through the proxy "
	    "[2001:db8::1]:8080: connection refused" },
	{ { .code = CURLE_RECV_ERROR,
	      .connect_status = 403,
	      .words = "CONNECT tunnel failed, response 403" },
	    "", PH_CAUSE_TOKEN_UNREACHABLE, PH_STAGE_AUTH,
	    "the token server login.example.com, through the proxy "
	    "[2001:db8::1]:8080: CONNECT tunnel failed, response 403" },
	{ { .code = CURLE_RECV_ERROR, .connect_status = 403, .words = "" }, "",
	    PH_CAUSE_TOKEN_UNREACHABLE, PH_STAGE_AUTH,
	    "the token server login.example.com, through the proxy "
	    "[2001:db8::1]:8080: it hung up in the midst of its answer" },
	/* The way was open: it is the server that hung up. */
	{ { .code = CURLE_RECV_ERROR, .connect_status = 200, .words = "Recv" },
	    "", PH_CAUSE_TOKEN_UNREACHABLE, PH_STAGE_AUTH,
	    "the token server login.example.com, through the proxy "
	    "[2001:db8::1]:8080: it hung up in the midst of its answer" },
	{ { .code = CURLE_RECV_ERROR, .connect_status = 407, .words = "" }, "",
	    PH_CAUSE_PROXY_LOGIN_REQUIRED, PH_STAGE_PROXY,
	    "proxy [2001:db8::1]:8080, on the way to the token server, wants a "
	    "login" },
	{ { .code = CURLE_RECV_ERROR, .connect_status = 407, .words = "" },
	    "pat", PH_CAUSE_PROXY_LOGIN_REFUSED, PH_STAGE_PROXY,
	    "proxy [2001:db8::1]:8080, on the way to the token server, "
	    "refused the login as pat" },
	{ { .code = CURLE_PROXY,
	      .proxy_error = PH_HTTP_PROXY_WANTS_LOGIN,
	      .words = "" },
	    "", PH_CAUSE_PROXY_LOGIN_REQUIRED, PH_STAGE_PROXY,
	    "proxy [2001:db8::1]:8080, on the way to the token server, wants a "
	    "login" },
	{ { .code = CURLE_PROXY,
	      .proxy_error = PH_HTTP_PROXY_REFUSED_LOGIN,
	      .words = "" },
	    "pat", PH_CAUSE_PROXY_LOGIN_REFUSED, PH_STAGE_PROXY,
	    "proxy [2001:db8::1]:8080, on the way to the token server, "
	    "refused the login as pat" },
};

static void test_ways(void)
{
	for (size_t i = 0; i < PH_COUNT(ways); i++) {
		const struct ph_http_proxy proxy = {
			.url = "http://[2001:db8::1]:8080",
			.username = ways[i].username,
			.ca_file = "",
		};
		const struct ph_http_post p = { .url = urls[0],
			.proxy = &proxy };
		struct ph_fault fault = { 0 };

		check_case(ways[i].text, i);
		check_int(
		    ph_http_failure_tell(&ways[i].failure, &p, &fault), PH_EIO);
		check_int(fault.cause, ways[i].cause);
		check_int(fault.stage, ways[i].stage);
		check_str(fault.text, ways[i].text);
	}
	check_case(NULL, 0);

	/* The server's own 407, if there is such a thing. */
	const struct ph_http_post p = { .url = urls[0] };
	struct ph_fault fault = { 0 };

	check_int(ph_http_failure_tell(&ways[4].failure, &p, &fault), PH_EIO);
	check_int(fault.cause, PH_CAUSE_TOKEN_UNREACHABLE);
}

static void test_memory(void)
{
	const struct ph_http_post p = { .url = urls[0] };
	struct ph_fault fault = { 0 };

	check_int(
	    ph_http_failure_tell(
		&(struct ph_http_failure){
		    .code = CURLE_WRITE_ERROR, .err = PH_ENOMEM, .words = "" },
		&p, &fault),
	    PH_ENOMEM);
	check_int(ph_http_failure_tell(
		      &(struct ph_http_failure){
			  .code = CURLE_OUT_OF_MEMORY, .words = "" },
		      &p, &fault),
	    PH_ENOMEM);
	check(!ph_fault_is_set(&fault));
}

int main(void)
{
	test_tell();
	test_ways();
	test_memory();
	return check_end();
}
