#include "check.h"
#include "sasl/gsasl.h"

#include <dlfcn.h>

/* The module as it is loaded, and what it says when it is asked directly; what
   it is for is tested in the room sasl. */

static const struct ph_sasl_credentials ann = {
	.username = { "ann", 3 },
	.password = { "secret", 6 },
	.has_password = true,
};

static const struct ph_sasl_channel channel = { .secure = true };

static bool is_loaded(void)
{
	void *handle = dlopen(PH_GSASL_FILE, RTLD_NOW | RTLD_NOLOAD);

	if (handle != NULL)
		(void)dlclose(handle);
	return handle != NULL;
}

static void test_client(const struct ph_gsasl *module)
{
	const struct ph_sasl_mechanism *plain =
	    ph_sasl_mechanism_row(PH_SPAN("PLAIN"));
	void *state = NULL;
	struct ph_buf out;

	ph_buf_init(&out, 1024);
	check(module->client.begin(plain, &ann, &channel, &state) == PH_OK);
	check(module->client.step(state, PH_SPAN(""), &out, NULL) == PH_EOF);
	check(ph_span_eq(ph_buf_span(&out), PH_SPAN("\0ann\0secret")));
	module->client.end(state);
	module->client.end(NULL);
	ph_buf_wipe(&out);
}

static void test_server(const struct ph_gsasl *module)
{
	static const struct ph_sasl_user user = { { "ann", 3 },
		{ "secret", 6 } };
	static const struct ph_sasl_users users = { .items = &user,
		.count = 1 };

	static const struct {
		struct ph_span response;
		enum ph_err want;
	} rows[] = {
		{ PH_SPAN_INIT("\0ann\0secret"), PH_EOF },
		{ PH_SPAN_INIT("ann\0ann\0secret"), PH_EOF },
		{ PH_SPAN_INIT("bob\0ann\0secret"), PH_EDENIED },
		{ PH_SPAN_INIT("\0ann\0wrong"), PH_EDENIED },
		{ PH_SPAN_INIT("\0bob\0secret"), PH_EDENIED },
		{ PH_SPAN_INIT("nonsense"), PH_EDENIED },
	};
	struct ph_buf out;

	ph_buf_init(&out, 1024);
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_gsasl_server *s = NULL;

		check_case("server", i);
		check(
		    module->server_new(ph_sasl_mechanism_row(PH_SPAN("PLAIN")),
			&users, &channel, &s) == PH_OK);
		check(module->server_step(s, rows[i].response, &out) ==
		    rows[i].want);
		if (rows[i].want == PH_EOF) {
			check(ph_span_eq(
			    module->server_username(s), PH_SPAN("ann")));
		}
		module->server_free(s);
	}
	module->server_free(NULL);
	ph_buf_wipe(&out);
}

int main(void)
{
	/* Choosing needs no library. */
	check(ph_sasl_mechanism_find(PH_SPAN("scram-sha-256")) != NULL);
	check(!is_loaded());

	const struct ph_gsasl *module = ph_gsasl();

	check(module != NULL && module == ph_gsasl());
	check(is_loaded());
	if (module != NULL) {
		test_client(module);
		test_server(module);
	}
	return check_end();
}
