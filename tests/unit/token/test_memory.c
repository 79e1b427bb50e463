#include "check.h"
#include "failalloc.h"
#include "fake_http.h"
#include "freewatch.h"
#include "token/exchange.h"

static const struct ph_proxy proxy = { .type = PH_PROXY_NONE };

static const struct ph_token_site site = {
	.proxy = &proxy,
	.device_url = "https://h/device",
	.token_url = "https://h/token",
	.scope = "mail",
	.client_id = "app",
	.ca_file = "",
	.timeout = 1000,
};

static const struct ph_token_exchange x = {
	.site = &site,
	.client_secret = PH_SPAN_INIT("client-hunter2"),
};

static enum ph_err refresh(void *ctx)
{
	struct ph_oauth_tokens t = { 0 };
	struct ph_oauth_refusal why;
	struct ph_fault fault;
	enum ph_err err = ph_token_ask_refresh(
	    &x, PH_SPAN("refresh-hunter2"), &t, &why, &fault);

	(void)ctx;
	ph_oauth_tokens_release(&t);
	return err;
}

static enum ph_err device(void *ctx)
{
	struct ph_oauth_device d = { 0 };
	struct ph_oauth_refusal why;
	struct ph_fault fault;
	enum ph_err err = ph_token_ask_device(&x, &d, &why, &fault);

	(void)ctx;
	ph_oauth_device_release(&d);
	return err;
}

int main(void)
{
	freewatch_for("hunter2");
	/* Strings of under 16 octets: the JSON library (jansson 2.14) reads
	   past the end of longer ones when memory runs out in them. */
	fake_http_says(
	    200, "{\"access_token\":\"a\",\"token_type\":\"Bearer\"}");
	check(failalloc_run_any(refresh, NULL) > 2);
	fake_http_says(200,
	    "{\"device_code\":\"d\",\"user_code\":\"A\","
	    "\"verification_uri\":\"https://h/\",\"expires_in\":900}");
	check(failalloc_run_any(device, NULL) > 2);
	check_int(freewatch_found(), 0);
	fake_http_says(200,
	    "{\"access_token\":\"access-hunter2\",\"token_type\":\"Bearer\"}");
	check_int(refresh(NULL), PH_OK);
	check_int(freewatch_found(), 0);
	return check_end();
}
