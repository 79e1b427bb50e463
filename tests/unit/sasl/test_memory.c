#include "check.h"
#include "failalloc.h"
#include "sasl/client.h"
#include "sasl/server.h"

#include <gsasl.h>
#include <stdio.h>

/* A login between both sides with every allocation failing once, ours and the
   library's. */

static const struct ph_sasl_user items[] = {
	{ PH_SPAN_INIT("j\xc3\xbcrg"), PH_SPAN_INIT("secret") },
};

static const struct ph_sasl_users users = { .items = items, .count = 1 };

static const struct ph_sasl_channel bound = {
	.secure = true,
	.binding = PH_BINDING_TLS_EXPORTER,
	.binding_data = PH_SPAN_INIT("0123456789abcdef"),
};

struct talk {
	struct ph_sasl_client *client;
	struct ph_sasl_server *server;
	struct ph_buf up, down;
};

static enum ph_err rounds(struct talk *t)
{
	enum ph_err up = PH_OK;
	enum ph_err down = PH_OK;

	if (!ph_sasl_client_is_first(t->client)) {
		down = ph_sasl_server_step(
		    t->server, PH_SPAN(""), false, &t->down);
	}
	while (down == PH_OK) {
		up = ph_sasl_client_step(
		    t->client, ph_buf_span(&t->down), &t->up, NULL);
		if (up != PH_OK && up != PH_EOF)
			return up;
		down = ph_sasl_server_step(
		    t->server, ph_buf_span(&t->up), true, &t->down);
	}
	return down == PH_EOF ? PH_OK : down;
}

static enum ph_err login(void *ctx)
{
	const char *mechanism = ctx;
	struct talk t = { 0 };
	struct ph_sasl_credentials cred = {
		.username = items[0].name,
		.password = items[0].password,
		.has_password = true,
	};

	ph_buf_init(&t.up, 4096);
	ph_buf_init(&t.down, 4096);

	enum ph_err err =
	    ph_sasl_client_new(mechanism, &cred, &bound, &t.client);
	if (err == PH_OK) {
		err = ph_sasl_server_new(
		    ph_span_of(mechanism), &users, &bound, &t.server);
	}
	if (err == PH_OK)
		err = rounds(&t);
	ph_sasl_client_free(t.client);
	ph_sasl_server_free(t.server);
	ph_buf_wipe(&t.up);
	ph_buf_wipe(&t.down);
	return err;
}

/* One of ours, which needs no library. */
static enum ph_err by_token(void *ctx)
{
	static const struct ph_sasl_credentials cred = {
		.username = PH_SPAN_INIT("ann"),
		.token = PH_SPAN_INIT("token"),
		.has_token = true,
		.host = PH_SPAN_INIT("smtp.example.com"),
		.port = 587,
	};
	struct ph_sasl_client *s = NULL;
	struct ph_buf out;
	enum ph_err err = ph_sasl_client_new(ctx, &cred, &bound, &s);

	ph_buf_init(&out, 4096);
	if (err == PH_OK)
		err = ph_sasl_client_step(s, PH_SPAN(""), &out, NULL);
	if (err == PH_EOF) {
		err = ph_sasl_client_step(
		    s, PH_SPAN("{\"status\":\"401\"}"), &out, NULL);
	}
	ph_sasl_client_free(s);
	ph_buf_wipe(&out);
	return err == PH_EOF ? PH_OK : err;
}

static enum ph_err by_ntlm(void *ctx)
{
	static const struct ph_sasl_credentials cred = {
		.username = PH_SPAN_INIT("User"),
		.password = PH_SPAN_INIT("Password"),
		.has_password = true,
		.domain = PH_SPAN_INIT("Domain"),
		.host = PH_SPAN_INIT("mx"),
	};
	static const struct ph_span challenge =
	    PH_SPAN_INIT("NTLMSSP\0\x02\0\0\0\0\0\0\0\x30\0\0\0\x05\x82\x88\xa2"
			 "12345678\0\0\0\0\0\0\0\0\0\0\0\0\x30\0\0\0");
	struct ph_sasl_client *s = NULL;
	struct ph_buf out;
	enum ph_err err = ph_sasl_client_new(ctx, &cred, &bound, &s);

	ph_buf_init(&out, 4096);
	if (err == PH_OK)
		err = ph_sasl_client_step(s, PH_SPAN(""), &out, NULL);
	if (err == PH_OK)
		err = ph_sasl_client_step(s, challenge, &out, NULL);
	ph_sasl_client_free(s);
	ph_buf_wipe(&out);
	return err == PH_EOF ? PH_OK : err;
}

/* The library's calls, one of which says that memory is out. */
static long calls_left = -1;

static bool is_out(void)
{
	return calls_left >= 0 && calls_left-- == 0;
}

#define WRAP(name, parameters, arguments)                       \
 int real_##name parameters __asm__("__real_" #name);           \
 int wrap_##name parameters __asm__("__wrap_" #name);           \
 int wrap_##name parameters                                     \
 {                                                              \
  return is_out() ? GSASL_MALLOC_ERROR : real_##name arguments; \
 }

WRAP(gsasl_init, (Gsasl * *c), (c))
WRAP(gsasl_client_start, (Gsasl * c, const char *m, Gsasl_session **s),
    (c, m, s))
WRAP(gsasl_server_start, (Gsasl * c, const char *m, Gsasl_session **s),
    (c, m, s))
WRAP(gsasl_step,
    (Gsasl_session * s, const char *in, size_t len, char **out, size_t *size),
    (s, in, len, out, size))
WRAP(gsasl_property_set, (Gsasl_session * s, Gsasl_property p, const char *v),
    (s, p, v))
WRAP(gsasl_random, (char *data, size_t len), (data, len))
WRAP(gsasl_saslprep, (const char *in, int flags, char **out, int *rc),
    (in, flags, out, rc))

static void test_library(const char *mechanism)
{
	char name[32];
	long denied = 0;

	(void)snprintf(name, sizeof(name), "%s", mechanism);
	for (long n = 0;; n++) {
		calls_left = n;

		enum ph_err err = login(name);
		if (calls_left >= 0) {
			check(err == PH_OK);
			break;
		}
		check_case(mechanism, (size_t)n);
		/* A name that could not be prepared is as it is; a password
		   that could not be looked up refuses the login. */
		check(err == PH_ENOMEM || err == PH_EINVAL ||
		    err == PH_EDENIED || err == PH_OK);
		denied += err == PH_ENOMEM;
	}
	calls_left = -1;
	check(denied >= 5);
}

int main(void)
{
	static char plus[] = "SCRAM-SHA-256-PLUS";
	static char plain[] = "PLAIN";
	static char ntlm[] = "NTLM";
	static char bearer[] = "OAUTHBEARER";

	/* A server that cannot look up the password refuses the login. */
	check(failalloc_run_any(login, plus) > 5);
	check(failalloc_run_any(login, plain) > 5);
	/* What a refusal tells may be left out. */
	check(failalloc_run_any(by_token, bearer) > 5);
	check(failalloc_run(by_ntlm, ntlm) > 5);
	test_library(plus);
	test_library(plain);
	test_library("LOGIN");
	return check_end();
}
