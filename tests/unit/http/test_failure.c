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
	test_memory();
	return check_end();
}
