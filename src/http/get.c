#include "http/get.h"

#include "http/memory.h"

#include <curl/curl.h>
#include <stdio.h>

enum {
	HEADERS_MAX = 64 * 1024,
	PAUSE_MS = 50,
	URL_MAX = 2048,
	REASON_MAX = CURL_ERROR_SIZE + 64
};

/* One question at work, over any number of redirects. */
struct asking {
	const struct ph_http_get *get;
	struct ph_http_got *out;
	CURL *curl;
	CURLM *multi;
	char url[URL_MAX]; /* of this hop */
	size_t header_octets;
	bool is_too_big;
	bool is_out_of_memory;
	bool is_stopped;
	long left_ms;
	char words[CURL_ERROR_SIZE];
};

static const struct row {
	CURLcode code;
	enum ph_cause cause;
	enum ph_stage stage;
	const char *text; /* NULL: libcurl's own words */
} rows[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, PH_CAUSE_HOST_NOT_FOUND, PH_STAGE_DNS,
	    "no such host" },
	{ CURLE_OPERATION_TIMEDOUT, PH_CAUSE_TIMEOUT, PH_STAGE_CONNECT,
	    "no answer in time" },
	{ CURLE_PEER_FAILED_VERIFICATION, PH_CAUSE_CERT_OTHER, PH_STAGE_TLS,
	    NULL },
	{ CURLE_SSL_CONNECT_ERROR, PH_CAUSE_TLS_HANDSHAKE, PH_STAGE_TLS, NULL },
	{ CURLE_SSL_CACERT_BADFILE, PH_CAUSE_CERT_OTHER, PH_STAGE_TLS, NULL },
	{ CURLE_WEIRD_SERVER_REPLY, PH_CAUSE_PROTOCOL, PH_STAGE_CONNECT,
	    "it does not speak HTTP" },
	{ CURLE_UNSUPPORTED_PROTOCOL, PH_CAUSE_PROTOCOL, PH_STAGE_CONNECT,
	    "it does not speak HTTP" },
	{ CURLE_WRITE_ERROR, PH_CAUSE_REPLY_TOO_BIG, PH_STAGE_CONNECT,
	    "its answer is longer than any such answer" },
	{ CURLE_ABORTED_BY_CALLBACK, PH_CAUSE_INTERRUPTED, PH_STAGE_CONNECT,
	    "given up" },
};

static const struct row *row_of(CURLcode code)
{
	static const struct row other = { CURLE_OK, PH_CAUSE_CONNECT_FAILED,
		PH_STAGE_CONNECT, NULL };

	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		if (rows[i].code == code)
			return &rows[i];
	}
	return &other;
}

static bool is_https(const char *url)
{
	return strncmp(url, "https://", 8) == 0;
}

static bool is_http(const char *url)
{
	return strncmp(url, "http://", 7) == 0;
}

static struct ph_span host_of(const char *url)
{
	struct ph_span rest = ph_span_of(url);
	size_t colon = ph_span_find(rest, ':');

	if (colon + 3 <= rest.len)
		rest = ph_span_skip(rest, colon + 3);
	rest = ph_span_first(rest, ph_span_find(rest, '/'));
	/* What stands before it may be a password. */
	if (ph_span_find(rest, '@') < rest.len)
		rest = ph_span_skip(rest, ph_span_find(rest, '@') + 1);
	return rest;
}

static enum ph_err tell(
    const struct asking *a, CURLcode code, struct ph_fault *fault)
{
	const struct row *row = row_of(code);
	const char *reason = row->text;

	if (a->is_out_of_memory || code == CURLE_OUT_OF_MEMORY)
		return PH_ENOMEM;
	if (reason == NULL) {
		reason =
		    a->words[0] == '\0' ? curl_easy_strerror(code) : a->words;
	}
	ph_fault_set(fault, row->cause, row->stage, "%.*s: %s",
	    PH_SPAN_ARG(host_of(a->url)), reason);
	return PH_EIO;
}

static size_t on_body(const char *at, size_t size, size_t count, void *ctx)
{
	struct asking *a = ctx;
	struct ph_span piece = { at, size * count };
	enum ph_err err = ph_buf_append(&a->out->body, piece);

	a->is_out_of_memory |= err == PH_ENOMEM;
	/* Another number than piece.len ends it. */
	return err == PH_OK ? piece.len : 0;
}

static size_t on_header(const char *at, size_t size, size_t count, void *ctx)
{
	struct asking *a = ctx;

	(void)at;
	a->header_octets += size * count;
	return a->header_octets <= HEADERS_MAX ? size * count : 0;
}

static bool set_text(CURL *c, CURLoption option, const char *value)
{
	return curl_easy_setopt(c, option, value) == CURLE_OK;
}

static bool set_number(CURL *c, CURLoption option, long value)
{
	return curl_easy_setopt(c, option, value) == CURLE_OK;
}

/* Nothing that libcurl would do by itself: no redirect, no proxy, no .netrc,
   no cookies, no other protocol, no name in the URL, no signals. */
static bool set_limits(const struct asking *a)
{
	CURL *c = a->curl;
	/* Once it came by https it goes on so. */
	return set_text(c, CURLOPT_PROTOCOLS_STR,
		   is_http(a->url) ? "https,http" : "https") &&
	    set_number(c, CURLOPT_FOLLOWLOCATION, 0) &&
	    set_number(c, CURLOPT_NETRC, CURL_NETRC_IGNORED) &&
	    set_number(c, CURLOPT_DISALLOW_USERNAME_IN_URL, 1) &&
	    set_number(c, CURLOPT_NOSIGNAL, 1) &&
	    /* A look-up under way does not hold up the end. */
	    set_number(c, CURLOPT_QUICK_EXIT, 1) &&
	    set_number(c, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1) &&
	    set_number(c, CURLOPT_HTTP09_ALLOWED, 0) &&
	    set_number(c, CURLOPT_TIMEOUT_MS, a->left_ms) &&
	    set_number(c, CURLOPT_SSL_VERIFYPEER, 1) &&
	    set_number(c, CURLOPT_SSL_VERIFYHOST, 2) &&
	    set_number(c, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2) &&
	    set_text(c, CURLOPT_NOPROXY, "") && set_text(c, CURLOPT_PROXY, "");
}

static bool set_request(struct asking *a)
{
	CURL *c = a->curl;
	const char *ca_file = a->get->ca_file;
	bool is_set = set_text(c, CURLOPT_URL, a->url) &&
	    set_text(c, CURLOPT_USERAGENT, "Posthaste");

	if (ca_file[0] != '\0') {
		is_set = is_set && set_text(c, CURLOPT_CAINFO, ca_file) &&
		    set_text(c, CURLOPT_CAPATH, NULL);
	}
	(void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, a->words);
	(void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(c, CURLOPT_WRITEDATA, a);
	(void)curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(c, CURLOPT_HEADERDATA, a);
	return is_set;
}

static bool is_stopped(struct asking *a)
{
	a->is_stopped |=
	    a->get->is_stopped != NULL && a->get->is_stopped(a->get->ctx);
	return a->is_stopped;
}

/* Until it is through, or nobody waits any more. */
static CURLcode carry(struct asking *a)
{
	int running = 1;
	int left = 0;

	while (running > 0) {
		if (is_stopped(a))
			return CURLE_ABORTED_BY_CALLBACK;
		if (curl_multi_perform(a->multi, &running) != CURLM_OK)
			return CURLE_OUT_OF_MEMORY;
		if (running > 0 &&
		    curl_multi_poll(a->multi, NULL, 0, PAUSE_MS, NULL) !=
			CURLM_OK)
			return CURLE_OUT_OF_MEMORY;
	}

	const CURLMsg *m = curl_multi_info_read(a->multi, &left);

	return m == NULL ? CURLE_OUT_OF_MEMORY : m->data.result;
}

static CURLcode perform(struct asking *a)
{
	double took = 0;

	a->words[0] = '\0';
	a->header_octets = 0;
	ph_buf_clear(&a->out->body);
	if (!set_limits(a) || !set_request(a) ||
	    curl_multi_add_handle(a->multi, a->curl) != CURLM_OK)
		return CURLE_OUT_OF_MEMORY;

	CURLcode code = carry(a);

	(void)curl_multi_remove_handle(a->multi, a->curl);
	(void)curl_easy_getinfo(a->curl, CURLINFO_TOTAL_TIME, &took);
	a->left_ms -= (long)(took * 1000);
	return code;
}

static enum ph_err refuse_redirect(const struct asking *a, enum ph_cause cause,
    const char *why, struct ph_fault *fault)
{
	ph_fault_set(fault, cause, PH_STAGE_CONNECT, "%.*s: it leads %s",
	    PH_SPAN_ARG(host_of(a->url)), why);
	return PH_EIO;
}

static bool names_user(const char *url)
{
	const char *host = strstr(url, "://");

	return host != NULL && host[3 + strcspn(host + 3, "/?#@")] == '@';
}

/* PH_AGAIN: it leads elsewhere, and *a is about that. */
static enum ph_err look_for_redirect(
    struct asking *a, bool is_last, struct ph_fault *fault)
{
	const char *next = NULL;
	long status = 0;

	(void)curl_easy_getinfo(a->curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(a->curl, CURLINFO_REDIRECT_URL, &next);
	a->out->status = (unsigned)status;
	if (status / 100 != 3 || next == NULL)
		return PH_OK;
	if (strlen(next) >= sizeof(a->url)) {
		return refuse_redirect(a, PH_CAUSE_REPLY_TOO_BIG,
		    "to a longer URL than any", fault);
	}
	if (!is_https(next) && !(is_http(next) && is_http(a->url))) {
		return refuse_redirect(
		    a, PH_CAUSE_TLS_DOWNGRADE, "away from https", fault);
	}
	if (names_user(next)) {
		return refuse_redirect(
		    a, PH_CAUSE_PROTOCOL, "to a URL with a user name", fault);
	}
	if (is_last) {
		return refuse_redirect(a, PH_CAUSE_PROTOCOL,
		    "elsewhere, and is not followed", fault);
	}
	if (ph_buf_append_str(&a->out->hops, next) != PH_OK ||
	    ph_buf_append_char(&a->out->hops, '\n') != PH_OK)
		return PH_ENOMEM;
	(void)snprintf(a->url, sizeof(a->url), "%s", next);
	return PH_AGAIN;
}

static enum ph_err ask(struct asking *a, struct ph_fault *fault)
{
	enum ph_err err = PH_AGAIN;

	for (unsigned i = 0; err == PH_AGAIN; i++) {
		CURLcode code =
		    a->left_ms > 0 ? perform(a) : CURLE_OPERATION_TIMEDOUT;

		if (code != CURLE_OK)
			return tell(a, code, fault);
		err = look_for_redirect(a, i >= a->get->redirects_max, fault);
	}
	return err;
}

enum ph_err ph_http_get_it(const struct ph_http_get *g, struct ph_http_got *out,
    struct ph_fault *fault)
{
	struct asking a = { .get = g, .out = out, .left_ms = (long)g->timeout };
	enum ph_err err;

	(void)snprintf(a.url, sizeof(a.url), "%s", g->url);
	if (!is_https(a.url) && !(g->allows_http && is_http(a.url))) {
		return refuse_redirect(
		    &a, PH_CAUSE_TLS_DOWNGRADE, "away from https", fault);
	}
	if (ph_http_start() != PH_OK)
		return PH_ENOMEM;
	a.curl = curl_easy_init();
	a.multi = curl_multi_init();
	err = a.curl == NULL || a.multi == NULL ? PH_ENOMEM : ask(&a, fault);
	curl_easy_cleanup(a.curl);
	(void)curl_multi_cleanup(a.multi);
	return err;
}
