#include "http/failure.h"

#include "base/ascii.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

enum {
	REASON_MAX = CURL_ERROR_SIZE + 32,
	PROXY_LOGIN = 407,
	CONNECT_REFUSED = 300 /* and above */
};

/* What a person is told; NULL: libcurl's own words. */
static const struct row {
	CURLcode code;
	enum ph_cause cause;
	const char *text;
} rows[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, PH_CAUSE_TOKEN_UNREACHABLE,
	    "its name cannot be looked up" },
	{ CURLE_COULDNT_RESOLVE_PROXY, PH_CAUSE_TOKEN_UNREACHABLE,
	    "the name of the proxy on the way cannot be looked up" },
	{ CURLE_OPERATION_TIMEDOUT, PH_CAUSE_TOKEN_UNREACHABLE,
	    "no answer in time" },
	{ CURLE_GOT_NOTHING, PH_CAUSE_TOKEN_UNREACHABLE,
	    "it hung up without an answer" },
	{ CURLE_RECV_ERROR, PH_CAUSE_TOKEN_UNREACHABLE,
	    "it hung up in the midst of its answer" },
	{ CURLE_PARTIAL_FILE, PH_CAUSE_TOKEN_UNREACHABLE,
	    "it hung up in the midst of its answer" },
	{ CURLE_SEND_ERROR, PH_CAUSE_TOKEN_UNREACHABLE,
	    "it hung up before the request was through" },
	{ CURLE_PEER_FAILED_VERIFICATION, PH_CAUSE_TOKEN_TLS, NULL },
	{ CURLE_SSL_CONNECT_ERROR, PH_CAUSE_TOKEN_TLS, NULL },
	{ CURLE_SSL_CACERT_BADFILE, PH_CAUSE_TOKEN_TLS, NULL },
	{ CURLE_WEIRD_SERVER_REPLY, PH_CAUSE_TOKEN_PROTOCOL,
	    "it does not speak HTTP" },
	{ CURLE_UNSUPPORTED_PROTOCOL, PH_CAUSE_TOKEN_PROTOCOL,
	    "it does not speak HTTP" },
	{ CURLE_WRITE_ERROR, PH_CAUSE_TOKEN_PROTOCOL,
	    "its answer is longer than any such answer" },
	{ CURLE_ABORTED_BY_CALLBACK, PH_CAUSE_INTERRUPTED, "interrupted" },
};

static const struct row *row_of(CURLcode code)
{
	static const struct row other = { CURLE_OK, PH_CAUSE_TOKEN_UNREACHABLE,
		NULL };

	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		if (rows[i].code == code)
			return &rows[i];
	}
	return &other;
}

static const char *reason_of(
    const struct ph_http_failure *f, const struct row *row)
{
	/* "CONNECT tunnel failed, response 403": it is no answer of the
	   server. */
	bool is_proxy = f->connect_status >= CONNECT_REFUSED;

	if (row->text != NULL && !(is_proxy && f->words[0] != '\0'))
		return row->text;
	/* "Connection refused" says more than "Failed to connect". */
	if (f->code == (int)CURLE_COULDNT_CONNECT && f->system_error != 0)
		return strerrordesc_np(f->system_error);
	if (f->words[0] != '\0')
		return f->words;
	return curl_easy_strerror((CURLcode)f->code);
}

/* HOST[:PORT]: nothing else of a URL is for an error's text. */
static struct ph_span host_of(const char *url)
{
	struct ph_span rest = ph_span_of(url);
	size_t colon = ph_span_find(rest, ':');

	if (colon + 3 <= rest.len)
		rest = ph_span_skip(rest, colon + 3);
	rest = ph_span_first(rest, ph_span_find(rest, '/'));
	return ph_span_first(rest, ph_span_find(rest, '?'));
}

/* Of HTTP's and of SOCKS 5's; true: *fault is set. */
static bool tell_login(const struct ph_http_failure *f,
    const struct ph_http_post *p, struct ph_fault *fault)
{
	bool is_http = f->connect_status == PROXY_LOGIN;
	bool wants = f->proxy_error == PH_HTTP_PROXY_WANTS_LOGIN || is_http;
	bool has_login = p->proxy != NULL && p->proxy->username[0] != '\0';
	struct ph_span proxy;

	if (p->proxy == NULL ||
	    (!wants && f->proxy_error != PH_HTTP_PROXY_REFUSED_LOGIN))
		return false;
	proxy = host_of(p->proxy->url);
	if (has_login) {
		ph_fault_set(fault, PH_CAUSE_PROXY_LOGIN_REFUSED,
		    PH_STAGE_PROXY,
		    "proxy %.*s, on the way to the token server, refused the "
		    "login as %s",
		    PH_SPAN_ARG(proxy), p->proxy->username);
	} else {
		ph_fault_set(fault, PH_CAUSE_PROXY_LOGIN_REQUIRED,
		    PH_STAGE_PROXY,
		    "proxy %.*s, on the way to the token server, wants a "
		    "login",
		    PH_SPAN_ARG(proxy));
	}
	return true;
}

static void tell(const struct ph_http_post *p, enum ph_cause cause,
    const char *reason, struct ph_fault *fault)
{
	struct ph_span host = host_of(p->url);

	if (p->proxy == NULL) {
		ph_fault_set(fault, cause, PH_STAGE_AUTH,
		    "the token server %.*s: %s", PH_SPAN_ARG(host), reason);
	} else {
		struct ph_span proxy = host_of(p->proxy->url);

		ph_fault_set(fault, cause, PH_STAGE_AUTH,
		    "the token server %.*s, through the proxy %.*s: %s",
		    PH_SPAN_ARG(host), PH_SPAN_ARG(proxy), reason);
	}
}

enum ph_err ph_http_failure_tell(const struct ph_http_failure *f,
    const struct ph_http_post *p, struct ph_fault *fault)
{
	const struct row *row = row_of((CURLcode)f->code);
	char reason[REASON_MAX];

	if (f->err == PH_ENOMEM || f->code == (int)CURLE_OUT_OF_MEMORY)
		return PH_ENOMEM;
	if (tell_login(f, p, fault))
		return PH_EIO;
	(void)snprintf(reason, sizeof(reason), "%s", reason_of(f, row));
	/* The system's own words are sentences of one's own. */
	if (f->code == (int)CURLE_COULDNT_CONNECT)
		reason[0] = ph_ascii_lower(reason[0]);
	tell(p, row->cause, reason, fault);
	return PH_EIO;
}
