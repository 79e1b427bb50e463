#include "fake_http.h"

#include "token/http.h"

#include <stdio.h>

struct fake_http fake_http;

const struct ph_http *wrap_ph_http(void) __asm__("__wrap_ph_http");

static enum ph_err post(const struct ph_http_post *p, unsigned *status_out,
    struct ph_buf *body_out, struct ph_fault *fault)
{
	fake_http.count++;
	(void)snprintf(fake_http.url, sizeof(fake_http.url), "%s", p->url);
	(void)snprintf(fake_http.form, sizeof(fake_http.form), "%.*s",
	    PH_SPAN_ARG(p->form));
	(void)snprintf(
	    fake_http.ca_file, sizeof(fake_http.ca_file), "%s", p->ca_file);
	(void)snprintf(fake_http.proxy, sizeof(fake_http.proxy), "%s",
	    p->proxy == NULL ? "" : p->proxy->url);
	struct ph_span password =
	    p->proxy == NULL ? PH_SPAN("") : p->proxy->password;

	(void)snprintf(fake_http.proxy_login, sizeof(fake_http.proxy_login),
	    "%s:%.*s", p->proxy == NULL ? "" : p->proxy->username,
	    PH_SPAN_ARG(password));
	if (fake_http.err != PH_OK) {
		ph_fault_set(fault, PH_CAUSE_TOKEN_UNREACHABLE, PH_STAGE_AUTH,
		    "the token server h: down");
		return fake_http.err;
	}
	*status_out = fake_http.status;
	return ph_buf_append_str(body_out, fake_http.body);
}

const struct ph_http *wrap_ph_http(void)
{
	static const struct ph_http fake = { .post = post };

	return &fake;
}

void fake_http_says(unsigned status, const char *body)
{
	fake_http = (struct fake_http){ .status = status, .body = body };
}
