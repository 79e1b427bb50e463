#include "http/module.h"

#include "check.h"
#include "failalloc.h"
#include "far_end.h"
#include "freewatch.h"

#include <stdio.h>

/* A request with memory running out anywhere in it, libcurl's own included: it
   ends with an answer or without, and leaves no secret behind. */

#define SECRET "refresh-hunter2-7f3a9c"

static enum ph_err ask(void *ctx)
{
	const struct far_end *f = ctx;
	struct ph_fault fault = { 0 };
	struct ph_buf body;
	unsigned status = 0;
	char url[64];

	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%u/token", (unsigned)f->port);
	ph_buf_init(&body, 4096);

	/* No limit of time is one, too. */
	const struct ph_http_post p = { .url = url,
		.form = PH_SPAN("refresh_token=" SECRET),
		.ca_file = "/none" };
	enum ph_err err = ph_http_module.post(&p, &status, &body, &fault);

	check(err == PH_OK || err == PH_ENOMEM || err == PH_EIO);
	if (err == PH_OK) {
		check_int(status, 200);
		check_str(ph_buf_str(&body), "{\"token\":\"t\"}");
	}
	check((err == PH_EIO) == ph_fault_is_set(&fault));
	ph_buf_wipe(&body);
	return err;
}

static enum ph_err get(void *ctx)
{
	const struct far_end *f = ctx;
	struct ph_fault fault = { 0 };
	struct ph_http_got got = { 0 };
	char url[64];

	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%u/page", (unsigned)f->port);
	ph_buf_init(&got.body, 4096);
	ph_buf_init(&got.hops, 4096);

	const struct ph_http_get g = { .url = url,
		.ca_file = "/none",
		.allows_http = true,
		.redirects_max = 1,
		.timeout = 20000 };
	enum ph_err err = ph_http_module.get(&g, &got, &fault);

	check(err == PH_OK || err == PH_ENOMEM || err == PH_EIO);
	if (err == PH_OK)
		check_str(ph_buf_str(&got.body), "{\"token\":\"t\"}");
	check((err == PH_EIO) == ph_fault_is_set(&fault));
	ph_buf_release(&got.body);
	ph_buf_release(&got.hops);
	return err;
}

int main(void)
{
	struct far_end f = { .answer = PH_SPAN_INIT(
				 "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n"
				 "\r\n{\"token\":\"t\"}") };

	far_end_begin(&f);
	freewatch_for(SECRET);
	check(failalloc_run_any(ask, &f) > 20);
	check_int(freewatch_found(), 0);
	freewatch_for(NULL);
	check_int(ask(&f), PH_OK);
	check(failalloc_run_any(get, &f) > 20);
	check_int(get(&f), PH_OK);
	far_end_finish(&f);
	return check_end();
}
