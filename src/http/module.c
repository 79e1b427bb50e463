#include "http/module.h"

#include "http/failure.h"
#include "http/get.h"
#include "http/memory.h"

#include <curl/curl.h>

enum {
	/* Of all header lines together: libcurl keeps them. */
	HEADERS_MAX = 64 * 1024,
	/* Milliseconds, as curl counts them: a day is more than anyone
	   waits. */
	TIMEOUT_MAX = 24 * 60 * 60 * 1000,
	PASSWORD_MAX = 64 * 1024
};

/* One request at work. */
struct exchange {
	const struct ph_http_post *post;
	CURL *curl;
	struct curl_slist *headers;
	struct ph_buf *body;
	size_t header_octets;
	struct ph_http_failure failure;
	char words[CURL_ERROR_SIZE];
};

static size_t on_body(const char *at, size_t size, size_t count, void *ctx)
{
	struct exchange *x = ctx;
	struct ph_span piece = { at, size * count };

	x->failure.err = ph_buf_append(x->body, piece);
	/* Another number than piece.len ends it. */
	return x->failure.err == PH_OK ? piece.len : 0;
}

static size_t on_header(const char *at, size_t size, size_t count, void *ctx)
{
	struct exchange *x = ctx;

	(void)at;
	x->header_octets += size * count;
	if (x->header_octets <= HEADERS_MAX)
		return size * count;
	x->failure.err = PH_ETOOBIG;
	return 0;
}

static int on_progress(void *ctx, curl_off_t down_all, curl_off_t down,
    curl_off_t up_all, curl_off_t up)
{
	struct exchange *x = ctx;

	(void)down_all;
	(void)up_all;
	return x->post->is_stopped != NULL &&
	    x->post->is_stopped(x->post->ctx, up > 0 || down > 0);
}

static void set_text(struct exchange *x, CURLoption option, const char *value)
{
	if (curl_easy_setopt(x->curl, option, value) != CURLE_OK)
		x->failure.err = PH_ENOMEM;
}

static void set_number(struct exchange *x, CURLoption option, long value)
{
	if (curl_easy_setopt(x->curl, option, value) != CURLE_OK)
		x->failure.err = PH_EIO;
}

/* Nothing that libcurl would do by itself: no redirect, no proxy, no .netrc,
   no cookies, no other protocol, no signals, no waiting for "100 Continue". */
static void set_limits(struct exchange *x)
{
	const struct ph_http_post *p = x->post;
	long timeout = p->timeout > 0 && p->timeout < TIMEOUT_MAX
	    ? (long)p->timeout
	    : TIMEOUT_MAX;

	set_text(x, CURLOPT_PROTOCOLS_STR, "https,http");
	set_number(x, CURLOPT_FOLLOWLOCATION, 0);
	set_number(x, CURLOPT_NETRC, CURL_NETRC_IGNORED);
	set_number(x, CURLOPT_NOSIGNAL, 1);
	set_number(x, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	set_number(x, CURLOPT_HTTP09_ALLOWED, 0);
	set_number(x, CURLOPT_TIMEOUT_MS, timeout);
	set_number(x, CURLOPT_CONNECTTIMEOUT_MS, timeout);
	set_number(x, CURLOPT_SSL_VERIFYPEER, 1);
	set_number(x, CURLOPT_SSL_VERIFYHOST, 2);
	set_number(x, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	if (p->ca_file[0] != '\0') {
		set_text(x, CURLOPT_CAINFO, p->ca_file);
		set_text(x, CURLOPT_CAPATH, NULL);
	}
}

/* libcurl copies it, and wipes the copy (memory.c). */
static void set_password(struct exchange *x, struct ph_span password)
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf text;

	ph_buf_init(&text, PASSWORD_MAX);
	if (ph_buf_append(&text, password) != PH_OK ||
	    ph_buf_append_char(&text, '\0') != PH_OK) {
		x->failure.err = PH_ENOMEM;
	} else {
		set_text(x, CURLOPT_PROXYPASSWORD, text.ptr);
	}
}

/* "" and no less: with NULL the environment would be asked, for the proxy and
   for whom it is not. */
static void set_proxy(struct exchange *x)
{
	const struct ph_http_proxy *p = x->post->proxy;

	set_text(x, CURLOPT_NOPROXY, "");
	if (p == NULL) {
		set_text(x, CURLOPT_PROXY, "");
		return;
	}
	set_text(x, CURLOPT_PROXY, p->url);
	/* The form is for one server: the proxy sees none of it. */
	set_number(x, CURLOPT_HTTPPROXYTUNNEL, 1);
	set_number(x, CURLOPT_PROXYAUTH,
	    (long)(CURLAUTH_NTLM | CURLAUTH_DIGEST | CURLAUTH_BASIC));
	set_number(x, CURLOPT_SOCKS5_AUTH, (long)CURLAUTH_BASIC);
	set_number(x, CURLOPT_PROXY_SSL_VERIFYPEER, 1);
	set_number(x, CURLOPT_PROXY_SSL_VERIFYHOST, 2);
	set_number(x, CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	if (p->ca_file[0] != '\0') {
		set_text(x, CURLOPT_PROXY_CAINFO, p->ca_file);
		set_text(x, CURLOPT_PROXY_CAPATH, NULL);
	}
	if (p->username[0] == '\0')
		return;
	set_text(x, CURLOPT_PROXYUSERNAME, p->username);
	set_password(x, p->password);
}

static void set_request(struct exchange *x)
{
	const struct ph_http_post *p = x->post;

	set_text(x, CURLOPT_URL, p->url);
	set_text(x, CURLOPT_USERAGENT, "Posthaste");
	x->headers = curl_slist_append(NULL, "Accept: application/json");
	if (x->headers != NULL)
		(void)curl_slist_append(x->headers, "Expect:");
	if (x->headers == NULL ||
	    curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, x->headers) !=
		CURLE_OK ||
	    curl_easy_setopt(x->curl, CURLOPT_POSTFIELDSIZE_LARGE,
		(curl_off_t)p->form.len) != CURLE_OK ||
	    /* Borrowed, not copied. */
	    curl_easy_setopt(x->curl, CURLOPT_POSTFIELDS, p->form.ptr) !=
		CURLE_OK)
		x->failure.err = PH_ENOMEM;
}

static void set_callbacks(struct exchange *x)
{
	CURL *c = x->curl;

	(void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, x->words);
	(void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	(void)curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	(void)curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	(void)curl_easy_setopt(c, CURLOPT_XFERINFODATA, x);
	(void)curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
}

/* The login of SOCKS 5, in the terms of HTTP. */
static enum ph_http_proxy_error proxy_error(CURL *c)
{
	long code = CURLPX_OK;

	(void)curl_easy_getinfo(c, CURLINFO_PROXY_ERROR, &code);
	switch ((int)code) {
	case CURLPX_NO_AUTH:
		return PH_HTTP_PROXY_WANTS_LOGIN;
	case CURLPX_USER_REJECTED:
		return PH_HTTP_PROXY_REFUSED_LOGIN;
	default:
		return PH_HTTP_PROXY_OTHER;
	}
}

static enum ph_err perform(
    struct exchange *x, unsigned *status_out, struct ph_fault *fault)
{
	long status = 0;
	long system_error = 0;
	CURLcode code;

	set_limits(x);
	set_proxy(x);
	set_request(x);
	set_callbacks(x);
	if (x->failure.err != PH_OK)
		return PH_ENOMEM;
	code = curl_easy_perform(x->curl);
	if (code == CURLE_OK) {
		(void)curl_easy_getinfo(
		    x->curl, CURLINFO_RESPONSE_CODE, &status);
		*status_out = (unsigned)status;
		return PH_OK;
	}
	(void)curl_easy_getinfo(x->curl, CURLINFO_OS_ERRNO, &system_error);
	(void)curl_easy_getinfo(
	    x->curl, CURLINFO_HTTP_CONNECTCODE, &x->failure.connect_status);
	x->failure.proxy_error = proxy_error(x->curl);
	x->failure.code = (int)code;
	x->failure.system_error = (int)system_error;
	x->failure.words = x->words;
	return ph_http_failure_tell(&x->failure, x->post, fault);
}

static enum ph_err post(const struct ph_http_post *p, unsigned *status_out,
    struct ph_buf *body_out, struct ph_fault *fault)
{
	struct exchange x = { .post = p, .body = body_out };
	enum ph_err err = ph_http_start();

	if (err != PH_OK) {
		ph_fault_set(fault, PH_CAUSE_INTERNAL, PH_STAGE_AUTH,
		    "libcurl does not start");
		return err;
	}
	x.curl = curl_easy_init();
	if (x.curl == NULL)
		return PH_ENOMEM;
	err = perform(&x, status_out, fault);
	curl_easy_cleanup(x.curl);
	curl_slist_free_all(x.headers);
	return err;
}

static const char *version(void)
{
	return curl_version();
}

__attribute__((visibility("default"))) const struct ph_http ph_http_module = {
	.post = post,
	.get = ph_http_get_it,
	.version = version,
};
