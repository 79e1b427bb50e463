#include "check.h"
#include "failalloc.h"
#include "freewatch.h"
#include "oauth/answer.h"
#include "oauth/keep.h"
#include "oauth/request.h"

/* All of the room with every allocation failing once. */

static enum ph_err read_tokens(void *ctx)
{
	struct ph_oauth_tokens t = { 0 };
	struct ph_oauth_refusal why;
	enum ph_err err =
	    ph_oauth_answer_tokens(200, ph_span_of(ctx), &t, &why);

	ph_oauth_tokens_release(&t);
	return err;
}

static enum ph_err read_device(void *ctx)
{
	struct ph_oauth_device d = { 0 };
	struct ph_oauth_refusal why;
	enum ph_err err =
	    ph_oauth_answer_device(200, ph_span_of(ctx), &d, &why);

	ph_oauth_device_release(&d);
	return err;
}

static enum ph_err keep(void *ctx)
{
	static const struct ph_oauth_bond bond = { .host = PH_SPAN_INIT("h"),
		.username = PH_SPAN_INIT("u") };
	struct ph_oauth_keep k = { 0 };
	struct ph_buf out;

	(void)ctx;
	ph_buf_init(&out, PH_OAUTH_KEEP_MAX);

	enum ph_err err = ph_secret_set(&k.access, PH_SPAN("a"));

	if (err == PH_OK)
		err = ph_secret_set(&k.refresh, PH_SPAN("r"));
	if (err == PH_OK)
		err = ph_oauth_keep_write(&k, &bond, &out);
	ph_oauth_keep_release(&k);
	if (err == PH_OK)
		err = ph_oauth_keep_read(ph_buf_span(&out), &bond, &k);
	ph_oauth_keep_release(&k);
	ph_buf_wipe(&out);
	return err;
}

static enum ph_err request(void *ctx)
{
	const struct ph_oauth_client c = { .id = ph_span_of(ctx),
		.secret = PH_SPAN("s"),
		.scope = PH_SPAN("x y") };
	struct ph_buf out;

	ph_buf_init(&out, PH_OAUTH_REQUEST_MAX);

	enum ph_err err = ph_oauth_request_device(&c, &out);

	if (err == PH_OK)
		err = ph_oauth_request_poll(&c, PH_SPAN("d"), &out);
	if (err == PH_OK)
		err = ph_oauth_request_refresh(&c, PH_SPAN("r"), &out);
	if (err == PH_OK)
		err = ph_oauth_request_app(&c, &out);
	ph_buf_wipe(&out);
	return err;
}

/* No copy of a token is left in memory that was given back: not by us, and not
   by the JSON library. */
static void test_wiped(void)
{
	static const char secret[] = "sesame-sesame";
	char json[] = "{\"access_token\":\"sesame-sesame\","
		      "\"token_type\":\"Bearer\","
		      "\"refresh_token\":\"sesame-sesame\"}";
	char broken[] = "{\"access_token\":\"sesame-sesame\",";

	freewatch_for(secret);
	check(read_tokens(json) == PH_OK);
	check(read_tokens(broken) == PH_EPROTO);
	check_int(freewatch_found(), 0);
	freewatch_for(NULL);
}

int main(void)
{
	char tokens[] = "{\"access_token\":\"a\",\"token_type\":\"Bearer\","
			"\"refresh_token\":\"r\",\"expires_in\":3600}";
	char device[] = "{\"device_code\":\"c\",\"user_code\":\"u\","
			"\"verification_uri\":\"https://h/\",\"expires_in\":5}";
	char id[] = "id";

	check(failalloc_run_any(read_tokens, tokens) > 2);
	check(failalloc_run_any(read_device, device) > 1);
	check(failalloc_run(keep, NULL) > 3);
	check(failalloc_run(request, id) > 0);
	test_wiped();
	return check_end();
}
