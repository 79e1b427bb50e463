#include "check.h"
#include "sasl/client.h"
#include "sasl/server.h"

#include <string.h>

enum {
	OUT_MAX = 64 * 1024,
	ROUNDS_MAX = 8
};

static const struct ph_sasl_user items[] = {
	{ PH_SPAN_INIT("ann"), PH_SPAN_INIT("secret") },
	{ PH_SPAN_INIT("bob@example.com"), PH_SPAN_INIT("p=,\"\\ x") },
	{ PH_SPAN_INIT("j\xc3\xbcrg"), PH_SPAN_INIT("\xe2\x82\xac uro") },
};

static const struct ph_sasl_users users = {
	.items = items, .count = PH_COUNT(items), .anonymous = true
};

static const struct ph_sasl_channel bound = {
	.secure = true,
	.binding = PH_BINDING_TLS_EXPORTER,
	.binding_data = { "0123456789abcdef0123456789abcdef", 32 },
};

static const char *const mechanisms[] = { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256",
	"SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "CRAM-MD5", "LOGIN", "PLAIN" };

static void test_offer(void)
{
	static const struct {
		struct ph_sasl_server_offer offer;
		const char *names;
	} rows[] = {
		{ { .secure = true, .bound = true },
		    "SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS "
		    "SCRAM-SHA-1 CRAM-MD5 LOGIN PLAIN" },
		{ { .secure = true },
		    "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 LOGIN PLAIN" },
		{ { .bound = true }, "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5" },
		{ { .plaintext = true, .anonymous = true },
		    "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 LOGIN PLAIN "
		    "ANONYMOUS" },
	};

	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_buf out;

		check_case("offer", i);
		ph_buf_init(&out, 256);
		check(ph_sasl_server_mechanisms(&rows[i].offer, &out) == PH_OK);
		check_str(ph_buf_str(&out), rows[i].names);
		ph_buf_release(&out);
		ph_buf_init(&out, 20);
		check(ph_sasl_server_mechanisms(&rows[i].offer, &out) ==
		    PH_ETOOBIG);
		ph_buf_release(&out);
	}
}

struct pair {
	struct ph_sasl_client *client;
	struct ph_sasl_server *server;
	struct ph_buf up, down;
	enum ph_err client_said, server_said;
};

static void pair_begin(struct pair *p, const char *mechanism,
    const struct ph_sasl_user *as, const struct ph_sasl_channel *near,
    const struct ph_sasl_channel *far)
{
	struct ph_sasl_credentials cred = {
		.username = as->name,
		.password = as->password,
		.has_password = true,
	};

	*p = (struct pair){ 0 };
	ph_buf_init(&p->up, OUT_MAX);
	ph_buf_init(&p->down, OUT_MAX);
	check(ph_sasl_client_new(mechanism, &cred, near, &p->client) == PH_OK);
	check(ph_sasl_server_new(
		  ph_span_of(mechanism), &users, far, &p->server) == PH_OK);
}

static void pair_end(struct pair *p)
{
	ph_sasl_client_free(p->client);
	ph_sasl_server_free(p->server);
	ph_buf_wipe(&p->up);
	ph_buf_wipe(&p->down);
}

/* As SMTP does it: an initial response where the client speaks first, or always
   (LOGIN with the name in the AUTH command), then challenges. */
static void pair_run(struct pair *p, bool eager)
{
	bool initial = ph_sasl_client_is_first(p->client) || eager;

	p->client_said = PH_OK;
	if (initial) {
		p->client_said =
		    ph_sasl_client_step(p->client, PH_SPAN(""), &p->up, NULL);
	}
	p->server_said = ph_sasl_server_step(
	    p->server, ph_buf_span(&p->up), initial, &p->down);
	for (int i = 0; i < ROUNDS_MAX && p->server_said == PH_OK; i++) {
		if (p->client_said == PH_EOF)
			return;
		p->client_said = ph_sasl_client_step(
		    p->client, ph_buf_span(&p->down), &p->up, NULL);
		if (p->client_said != PH_OK && p->client_said != PH_EOF)
			return;
		p->server_said = ph_sasl_server_step(
		    p->server, ph_buf_span(&p->up), true, &p->down);
	}
	/* The server's proof comes with its yes. */
	if (p->server_said == PH_EOF && p->down.len > 0) {
		p->client_said = ph_sasl_client_step(
		    p->client, ph_buf_span(&p->down), &p->up, NULL);
	}
}

static void test_good_logins(void)
{
	for (size_t i = 0; i < PH_COUNT(mechanisms); i++) {
		for (size_t k = 0; k < PH_COUNT(items); k++) {
			struct pair p;

			check_case(mechanisms[i], k);
			pair_begin(
			    &p, mechanisms[i], &items[k], &bound, &bound);
			pair_run(&p, false);
			check(p.server_said == PH_EOF);
			check(p.client_said == PH_EOF);
			check(ph_sasl_client_finish(p.client, NULL) == PH_OK);
			check(ph_span_eq(
			    ph_sasl_server_username(p.server), items[k].name));
			check_str(
			    ph_sasl_server_mechanism(p.server), mechanisms[i]);
			/* Over is over. */
			check(ph_sasl_server_step(p.server, PH_SPAN("x"), true,
				  &p.down) == PH_EDENIED);
			pair_end(&p);
		}
	}
}

static void test_bad_logins(void)
{
	static const struct ph_sasl_user wrong[] = {
		{ PH_SPAN_INIT("ann"), PH_SPAN_INIT("Secret") },
		{ PH_SPAN_INIT("ann"), PH_SPAN_INIT("secret ") },
		{ PH_SPAN_INIT("ann"), PH_SPAN_INIT("x") },
		{ PH_SPAN_INIT("Ann"), PH_SPAN_INIT("secret") },
		{ PH_SPAN_INIT("nobody"), PH_SPAN_INIT("secret") },
		{ PH_SPAN_INIT("bob@example.com"), PH_SPAN_INIT("secret") },
	};

	for (size_t i = 0; i < PH_COUNT(mechanisms); i++) {
		for (size_t k = 0; k < PH_COUNT(wrong); k++) {
			struct pair p;

			check_case(mechanisms[i], k);
			pair_begin(
			    &p, mechanisms[i], &wrong[k], &bound, &bound);
			pair_run(&p, false);
			check(p.server_said == PH_EDENIED);
			check_int(p.down.len, 0);
			check(ph_span_eq(
			    ph_sasl_server_username(p.server), wrong[k].name));
			pair_end(&p);
		}
	}
}

/* Somebody in the middle: two channels, two bindings. */
static void test_other_channel(void)
{
	static const struct ph_sasl_channel other = {
		.secure = true,
		.binding = PH_BINDING_TLS_EXPORTER,
		.binding_data = { "0123456789abcdef0123456789abcdeX", 32 },
	};
	static const struct ph_sasl_channel unique = {
		.secure = true,
		.binding = PH_BINDING_TLS_UNIQUE,
		.binding_data = { "0123456789abcdef0123456789abcdef", 32 },
	};
	static const struct ph_sasl_channel *const others[] = { &other,
		&unique };

	for (size_t i = 0; i < PH_COUNT(others); i++) {
		struct pair p;

		check_case("other channel", i);
		pair_begin(
		    &p, "SCRAM-SHA-256-PLUS", &items[0], &bound, others[i]);
		pair_run(&p, false);
		check(p.server_said == PH_EDENIED);
		pair_end(&p);
	}
}

static void test_login_with_name(void)
{
	struct pair p;

	pair_begin(&p, "LOGIN", &items[0], &bound, &bound);
	pair_run(&p, true);
	check(p.server_said == PH_EOF);
	check(ph_span_eq(ph_sasl_server_username(p.server), PH_SPAN("ann")));
	pair_end(&p);
}

static void test_prompts(void)
{
	struct ph_sasl_server *s = NULL;
	struct ph_buf out;

	ph_buf_init(&out, OUT_MAX);
	check(
	    ph_sasl_server_new(PH_SPAN("login"), &users, &bound, &s) == PH_OK);
	check(ph_sasl_server_step(s, PH_SPAN(""), false, &out) == PH_OK);
	check_str(ph_buf_str(&out), "Username:");
	check_int(ph_sasl_server_username(s).len, 0);
	check(ph_sasl_server_step(s, PH_SPAN("ann"), true, &out) == PH_OK);
	check_str(ph_buf_str(&out), "Password:");
	check(ph_sasl_server_step(s, PH_SPAN("secret"), true, &out) == PH_EOF);
	check_int(out.len, 0);
	ph_sasl_server_free(s);

	check(
	    ph_sasl_server_new(PH_SPAN("PLAIN"), &users, &bound, &s) == PH_OK);
	check(ph_sasl_server_step(s, PH_SPAN(""), false, &out) == PH_OK);
	check_int(out.len, 0);
	check(ph_sasl_server_step(s, PH_SPAN("\0ann\0secret"), true, &out) ==
	    PH_EOF);
	ph_sasl_server_free(s);

	check(ph_sasl_server_new(PH_SPAN("CRAM-MD5"), &users, &bound, &s) ==
	    PH_OK);
	check(ph_sasl_server_step(s, PH_SPAN(""), false, &out) == PH_OK);
	check(out.len > 10 && out.ptr[0] == '<' && out.ptr[out.len - 1] == '>');
	ph_sasl_server_free(s);
	ph_buf_wipe(&out);
}

/* One response, and what becomes of it. */
static void test_responses(void)
{
	static char huge[70 * 1024];

	const struct {
		const char *mechanism;
		struct ph_span response;
		enum ph_err err;
	} rows[] = {
		{ "PLAIN", PH_SPAN("\0ann\0secret"), PH_EOF },
		{ "PLAIN", PH_SPAN("ann\0ann\0secret"), PH_EOF },
		{ "PLAIN", PH_SPAN("bob\0ann\0secret"), PH_EDENIED },
		{ "PLAIN", PH_SPAN("\0ann\0secret\0"), PH_EDENIED },
		{ "PLAIN", PH_SPAN("\0ann\0"), PH_EDENIED },
		{ "PLAIN", PH_SPAN("\0\0"), PH_EDENIED },
		{ "PLAIN", PH_SPAN("\0ann"), PH_EDENIED },
		{ "PLAIN", PH_SPAN("ann"), PH_EDENIED },
		{ "PLAIN", PH_SPAN("\0"), PH_EDENIED },
		{ "PLAIN", PH_SPAN("\0\xff\0secret"), PH_EDENIED },
		{ "PLAIN", { huge, sizeof(huge) }, PH_EDENIED },
		{ "LOGIN", PH_SPAN("ann\0"), PH_EDENIED },
		{ "SCRAM-SHA-256", PH_SPAN("n,,n=ann,r=abc"), PH_OK },
		/* A client that saw no -PLUS, and there is one. */
		{ "SCRAM-SHA-256", PH_SPAN("y,,n=ann,r=abc"), PH_EDENIED },
		{ "SCRAM-SHA-256", PH_SPAN("p=tls-exporter,,n=ann,r=abc"),
		    PH_EDENIED },
		{ "SCRAM-SHA-256-PLUS", PH_SPAN("n,,n=ann,r=abc"), PH_EDENIED },
		{ "SCRAM-SHA-256-PLUS", PH_SPAN("y,,n=ann,r=abc"), PH_EDENIED },
		{ "SCRAM-SHA-256", PH_SPAN("n,,n=,r=abc"), PH_EDENIED },
		{ "SCRAM-SHA-256", PH_SPAN("n,,n=ann"), PH_EDENIED },
		{ "SCRAM-SHA-256", PH_SPAN("n,,n=a\0n,r=abc"), PH_EDENIED },
		{ "SCRAM-SHA-256", PH_SPAN("nonsense"), PH_EDENIED },
		{ "CRAM-MD5", PH_SPAN("ann 0123"), PH_EDENIED },
		{ "ANONYMOUS", PH_SPAN("trace"), PH_EOF },
	};
	struct ph_buf out;

	ph_buf_init(&out, OUT_MAX);
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_sasl_server *s = NULL;

		check_case("response", i);
		check(ph_sasl_server_new(ph_span_of(rows[i].mechanism), &users,
			  &bound, &s) == PH_OK);
		if (strcmp(rows[i].mechanism, "CRAM-MD5") == 0) {
			check(ph_sasl_server_step(
				  s, PH_SPAN(""), false, &out) == PH_OK);
		}
		check(ph_sasl_server_step(s, rows[i].response, true, &out) ==
		    rows[i].err);
		ph_sasl_server_free(s);
	}
	ph_buf_wipe(&out);
}

static void test_not_begun(void)
{
	static const struct ph_sasl_users nobody = { 0 };
	static const struct ph_sasl_channel clear = { 0 };
	static const struct ph_sasl_channel allowed = { .plaintext_allowed =
							    true };

	static const struct {
		const char *mechanism;
		const struct ph_sasl_users *users;
		const struct ph_sasl_channel *channel;
		enum ph_err err;
	} rows[] = {
		{ "PLAIN", &users, &clear, PH_ENOTFOUND },
		{ "LOGIN", &users, &clear, PH_ENOTFOUND },
		{ "PLAIN", &users, &allowed, PH_OK },
		{ "CRAM-MD5", &users, &clear, PH_OK },
		{ "SCRAM-SHA-1-PLUS", &users, &clear, PH_ENOTFOUND },
		{ "ANONYMOUS", &nobody, &bound, PH_ENOTFOUND },
		{ "EXTERNAL", &users, &bound, PH_ENOTFOUND },
		{ "SECURID", &users, &bound, PH_ENOTFOUND },
		{ "", &users, &bound, PH_ENOTFOUND },
	};

	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_sasl_server *s = NULL;

		check_case("begin", i);
		check(ph_sasl_server_new(ph_span_of(rows[i].mechanism),
			  rows[i].users, rows[i].channel, &s) == rows[i].err);
		ph_sasl_server_free(s);
	}
}

/* What binds nothing may say that it saw nothing to bind to. */
static void test_unbound(void)
{
	static const struct ph_sasl_channel unbound[] = {
		{ .secure = true },
		{ .binding = PH_BINDING_TLS_UNIQUE,
		    .binding_data = { "x", 1 } },
		{ .secure = true, .binding = PH_BINDING_TLS_UNIQUE },
	};
	struct ph_buf out;

	ph_buf_init(&out, OUT_MAX);
	for (size_t i = 0; i < PH_COUNT(unbound); i++) {
		struct ph_sasl_server *s = NULL;

		check_case("unbound", i);
		check(ph_sasl_server_new(PH_SPAN("SCRAM-SHA-1"), &users,
			  &unbound[i], &s) == PH_OK);
		check(ph_sasl_server_step(
			  s, PH_SPAN("y,,n=ann,r=abc"), true, &out) == PH_OK);
		ph_sasl_server_free(s);
	}
	ph_buf_wipe(&out);
}

/* No room for a prompt. */
static void test_small_room(void)
{
	struct ph_sasl_server *s = NULL;
	struct ph_buf out;

	ph_buf_init(&out, 9);
	check(
	    ph_sasl_server_new(PH_SPAN("LOGIN"), &users, &bound, &s) == PH_OK);
	check(ph_sasl_server_step(s, PH_SPAN(""), false, &out) == PH_OK);
	check(ph_sasl_server_step(s, PH_SPAN("ann"), true, &out) == PH_OK);
	ph_sasl_server_free(s);
	ph_buf_wipe(&out);
	ph_buf_init(&out, 8);
	check(
	    ph_sasl_server_new(PH_SPAN("LOGIN"), &users, &bound, &s) == PH_OK);
	check(ph_sasl_server_step(s, PH_SPAN("ann"), true, &out) == PH_ETOOBIG);
	check(ph_sasl_server_step(s, PH_SPAN("x"), true, &out) == PH_EDENIED);
	ph_sasl_server_free(s);
	ph_buf_wipe(&out);
}

/* LOGIN carries what is no UTF-8, and it is compared as it is; PLAIN, where the
   library forbids it, refuses. */
static void test_raw_bytes(void)
{
	static const struct ph_sasl_user raw[] = {
		{ PH_SPAN_INIT("\xff\xfe"), PH_SPAN_INIT("p\xe4ss") },
	};
	static const struct ph_sasl_users some = { .items = raw, .count = 1 };

	static const struct {
		struct ph_span name, password;
		enum ph_err err;
	} rows[] = {
		{ PH_SPAN_INIT("\xff\xfe"), PH_SPAN_INIT("p\xe4ss"), PH_EOF },
		{ PH_SPAN_INIT("\xff\xfe"), PH_SPAN_INIT("p\xe5ss"),
		    PH_EDENIED },
		{ PH_SPAN_INIT("\xff\xfd"), PH_SPAN_INIT("p\xe4ss"),
		    PH_EDENIED },
	};
	struct ph_sasl_server *s = NULL;
	struct ph_buf out;

	ph_buf_init(&out, OUT_MAX);
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		check_case("raw", i);
		check(ph_sasl_server_new(PH_SPAN("LOGIN"), &some, &bound, &s) ==
		    PH_OK);
		check(
		    ph_sasl_server_step(s, rows[i].name, true, &out) == PH_OK);
		check(ph_sasl_server_step(s, rows[i].password, true, &out) ==
		    rows[i].err);
		ph_sasl_server_free(s);
	}
	check(ph_sasl_server_new(PH_SPAN("PLAIN"), &some, &bound, &s) == PH_OK);
	check(ph_sasl_server_step(
		  s, PH_SPAN("\0\xff\xfe\0p\xe4ss"), true, &out) == PH_EDENIED);
	ph_sasl_server_free(s);
	ph_buf_wipe(&out);
}

/* Without users every login is refused, and none is cut short. */
static void test_nobody(void)
{
	static const struct ph_sasl_users nobody = { 0 };
	struct ph_sasl_server *s = NULL;
	struct ph_buf out;

	ph_buf_init(&out, OUT_MAX);
	check(
	    ph_sasl_server_new(PH_SPAN("PLAIN"), &nobody, &bound, &s) == PH_OK);
	check(ph_sasl_server_step(s, PH_SPAN("\0ann\0secret"), true, &out) ==
	    PH_EDENIED);
	ph_sasl_server_free(s);
	ph_buf_wipe(&out);
}

int main(void)
{
	test_offer();
	test_good_logins();
	test_bad_logins();
	test_other_channel();
	test_login_with_name();
	test_prompts();
	test_responses();
	test_not_begun();
	test_nobody();
	test_unbound();
	test_small_room();
	test_raw_bytes();
	return check_end();
}
