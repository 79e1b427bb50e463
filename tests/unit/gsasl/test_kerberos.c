#include "check.h"
#include "sasl/client.h"
#include "sasl/gsasl.h"

#include <stdlib.h>
#include <unistd.h>

/* A login by Kerberos where there is none: the module says what is missing, and
   asks no server. */

static const struct ph_sasl_channel channel = { .secure = true };

static void test_no_ticket(void)
{
	static const struct ph_sasl_credentials cred = {
		.host = { "localhost", 9 },
		.authzid = { "ann", 3 },
	};
	struct ph_sasl_client *s = NULL;
	struct ph_fault fault = { 0 };
	struct ph_buf out;

	ph_buf_init(&out, 64 * 1024);
	check(ph_sasl_client_new("GSSAPI", &cred, &channel, &s) == PH_OK);
	check(ph_sasl_client_is_first(s));
	check(ph_sasl_client_may_block(s));
	check(ph_sasl_client_step(s, PH_SPAN(""), &out, &fault) == PH_EPROTO);
	check_int(fault.cause, PH_CAUSE_AUTH_MECHANISM);
	check(strstr(fault.text,
		  "GSSAPI: there is no Kerberos ticket; kinit gets one (") !=
	    NULL);
	check(strstr(fault.advice, "klist") != NULL);
	check_int(out.len, 0);
	ph_sasl_client_free(s);
	ph_buf_wipe(&out);
}

static void test_credentials(void)
{
	static const struct ph_sasl_credentials unnamed = { .port = 25 };
	static char host[400];
	struct ph_sasl_credentials cred = unnamed;
	struct ph_sasl_client *s = NULL;
	struct ph_fault fault = { 0 };
	struct ph_buf out;

	ph_buf_init(&out, 1024);
	/* Without a host there is no service. */
	check(
	    ph_sasl_client_new("GSSAPI", &unnamed, &channel, &s) == PH_EINVAL);
	check(s == NULL);
	memset(host, 'x', sizeof(host));
	cred.host = (struct ph_span){ host, sizeof(host) };
	check(ph_sasl_client_new("GSSAPI", &cred, &channel, &s) == PH_OK);
	check(ph_sasl_client_step(s, PH_SPAN(""), &out, &fault) == PH_ETOOBIG);
	ph_sasl_client_free(s);
	ph_buf_wipe(&out);
}

/* For a login that is not SASL's. */
static void test_context(void)
{
	const struct ph_gsasl *module = ph_gsasl();
	struct ph_kerberos_context *k = NULL;
	struct ph_buf out;
	struct ph_buf remark;
	static char host[400];

	ph_buf_init(&out, 1024);
	ph_buf_init(&remark, 512);
	check(module != NULL);
	if (module == NULL)
		return;
	check(module->kerberos.begin(
		  (struct ph_span){ host, sizeof(host) }, &k) == PH_ETOOBIG);
	check(k == NULL);
	module->kerberos.end(k);
	check(module->kerberos.begin(PH_SPAN("HTTP@localhost"), &k) == PH_OK);
	for (int i = 0; i < 2; i++) {
		ph_buf_clear(&remark);
		check(module->kerberos.step(k, PH_SPAN(""), &out, &remark) ==
		    PH_EPROTO);
		check(strstr(ph_buf_str(&remark),
			  "there is no Kerberos ticket; kinit gets one (") !=
		    NULL);
		check_int(out.len, 0);
	}
	module->kerberos.end(k);
	ph_buf_release(&out);
	ph_buf_release(&remark);
}

int main(void)
{
	check(setenv("KRB5_CONFIG", "/nonexistent/krb5.conf", 1) == 0);
	check(setenv("KRB5CCNAME", "FILE:/nonexistent/cache", 1) == 0);
	check(setenv("KRB5_CLIENT_KTNAME", "FILE:/nonexistent/keytab", 1) == 0);
	test_no_ticket();
	test_credentials();
	test_context();
	return check_end();
}
