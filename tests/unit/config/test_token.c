#include "config/token.h"

#include "check.h"
#include "failalloc.h"
#include "fake_http.h"
#include "freewatch.h"
#include "io/loop.h"
#include "playground.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct ph_connection work = {
	.name = "work",
	.host = "smtp.example.com",
	.username = "ann",
	.timeout = 1000,
	.password_from = { .kind = PH_SECRET_OAUTH, .fd = -1 },
	.oauth = {
		.client_id = "app",
		.client_secret_from = { .fd = -1 },
		.tenant = "",
		.scope = "mail",
		.device_endpoint = "",
		.token_endpoint = "https://login.example.com/token",
		.ca_file = "",
	},
};

static char dir[512];

#define TOKENS(a, r)                                      \
 "{\"access_token\":\"" a "\",\"token_type\":\"Bearer\"," \
 "\"expires_in\":3600,\"refresh_token\":\"" r "\"}"

/* The file as a run some time ago left it. */
static void keep(long taken, long left)
{
	long now = (long)ph_clock_unix();
	char text[512];

	(void)snprintf(text, sizeof(text),
	    "smtp.example.com\nusername ann\nclient-id app\n"
	    "token-endpoint https://login.example.com/token\n"
	    "consented 1700000000\naccess-taken %ld\naccess-ends %ld\n"
	    "consent-ends 0\nrefresh-token r1\naccess-token a1\n",
	    now - taken, now + left);
	playground_write("secrets/work@token", text);
}

static bool is_kept(const char *line)
{
	const char *text = playground_read("secrets/work@token");

	return text != NULL && strstr(text, line) != NULL;
}

static enum ph_err get(const struct ph_connection *c, struct ph_span refused,
    const char *want, struct ph_fault *fault)
{
	struct ph_secret s = { 0 };

	*fault = (struct ph_fault){ 0 };

	const struct ph_token_question q = {
		.dir = dir, .connection = c, .refused = refused
	};
	enum ph_err err = ph_token_fresh(&q, &s, fault);

	if (err == PH_OK) {
		check_str(s.ptr, want);
	} else {
		check(s.ptr == NULL);
	}
	ph_secret_release(&s);
	return err;
}

static const struct ph_span any = { 0 };

static void test_fresh(void)
{
	struct ph_fault fault;

	fake_http_says(200, TOKENS("a2", "r2"));
	keep(3000, 600);
	check_int(get(&work, any, "a1", &fault), PH_OK);
	check_int(fake_http.count, 0);
	keep(3600, 100);
	check_int(get(&work, any, "a2", &fault), PH_OK);
	check_int(fake_http.count, 1);
	check_str(fake_http.form,
	    "grant_type=refresh_token&client_id=app&refresh_token=r1");
	check(is_kept("\nrefresh-token r2\n"));
	check(is_kept("\naccess-token a2\n"));
	check(is_kept("\nconsented 1700000000\n"));
	check_int(get(&work, any, "a2", &fault), PH_OK);
	check_int(fake_http.count, 1);
}

/* What the token server says, with a token that ended and with one that is good
   for two minutes more. */
static const struct {
	unsigned status;
	const char *body;
	enum ph_err err; /* of transport */
	enum ph_cause cause;
	bool old_will_do;
} troubles[] = {
	{ 503, "", PH_OK, PH_CAUSE_TOKEN_UNREACHABLE, true },
	{ 0, "", PH_EIO, PH_CAUSE_TOKEN_UNREACHABLE, true },
	{ 200, "<html>", PH_OK, PH_CAUSE_TOKEN_PROTOCOL, true },
	{ 400, "{\"error\":\"invalid_grant\"}", PH_OK, PH_CAUSE_TOKEN_ENDED,
	    false },
	{ 401, "{\"error\":\"invalid_client\"}", PH_OK, PH_CAUSE_TOKEN_CLIENT,
	    false },
};

static void test_troubles(void)
{
	struct ph_fault fault;

	for (size_t i = 0; i < PH_COUNT(troubles); i++) {
		check_case(troubles[i].body, i);
		fake_http_says(troubles[i].status, troubles[i].body);
		fake_http.err = troubles[i].err;
		keep(3600, -5);
		check(get(&work, any, "", &fault) != PH_OK);
		check_int(fault.cause, troubles[i].cause);
		check(is_kept("\nrefresh-token r1\n"));
		keep(3600, 120);
		check_int(get(&work, any, "a1", &fault) == PH_OK,
		    troubles[i].old_will_do);
		check_int(ph_fault_is_set(&fault), !troubles[i].old_will_do);
		/* One that was refused will never do. */
		check(get(&work, PH_SPAN("a1"), "", &fault) != PH_OK);
		check_int(fault.cause, troubles[i].cause);
	}
	check_case(NULL, 0);
	keep(3600, -5);
	fake_http_says(400, "{\"error\":\"invalid_grant\"}");
	check_int(get(&work, any, "", &fault), PH_EDENIED);
	check_str(fault.text,
	    "the consent for ann ended: the token server login.example.com "
	    "answered invalid_grant");
	check_str(fault.advice, "run posthaste login work");
}

static void test_refused(void)
{
	struct ph_fault fault;

	fake_http_says(200, TOKENS("a2", "r2"));
	/* Young: it was not refused for its age. */
	keep(30, 3570);
	check_int(get(&work, PH_SPAN("a1"), "", &fault), PH_AGAIN);
	check(!ph_fault_is_set(&fault));
	check_int(fake_http.count, 0);
	/* Another process has a newer one. */
	check_int(get(&work, PH_SPAN("a0"), "a1", &fault), PH_OK);
	check_int(fake_http.count, 0);
	keep(90, 3500);
	check_int(get(&work, PH_SPAN("a1"), "a2", &fault), PH_OK);
	check_int(fake_http.count, 1);
}

static void test_app(void)
{
	struct ph_connection c = work;
	struct ph_token_state state = { 0 };
	struct ph_fault fault;

	c.oauth.grant = PH_OAUTH_CLIENT_CREDENTIALS;
	(void)remove(playground_path("secrets/work@token"));
	fake_http_says(200,
	    "{\"access_token\":\"a2\",\"token_type\":\"Bearer\","
	    "\"expires_in\":3600}");
	check_int(get(&c, any, "a2", &fault), PH_OK);
	check_str(fake_http.form,
	    "grant_type=client_credentials&client_id=app&scope=mail");
	check_int(get(&c, any, "a2", &fault), PH_OK);
	check_int(fake_http.count, 1);
	check_int(ph_token_look(dir, &c, &state, &fault), PH_OK);
	check(state.is_app && !state.has_refresh);
	check_int(state.consented, 0);

	/* Nowhere to keep it. */
	char before[sizeof(dir)];

	(void)snprintf(before, sizeof(before), "%s", dir);
	playground_write("file", "");
	(void)snprintf(dir, sizeof(dir), "%s", playground_path("file"));
	check_int(get(&c, any, "a2", &fault), PH_OK);
	check_int(fake_http.count, 2);
	(void)snprintf(dir, sizeof(dir), "%s", before);
}

static void test_client_secret(void)
{
	struct ph_connection c = work;
	struct ph_fault fault;

	c.oauth.client_secret_from = (struct ph_secret_source){
		.kind = PH_SECRET_ENV, .argument = "PH_TEST_SECRET", .fd = -1
	};
	keep(3600, 0);
	fake_http_says(200, TOKENS("a2", "r2"));
	check_int(unsetenv("PH_TEST_SECRET"), 0);
	check_int(get(&c, any, "", &fault), PH_ENOTFOUND);
	check_int(fault.cause, PH_CAUSE_NO_PASSWORD);
	check_int(fake_http.count, 0);
	check_int(setenv("PH_TEST_SECRET", "s1", 1), 0);
	check_int(get(&c, any, "a2", &fault), PH_OK);
	check(strstr(fake_http.form, "&client_secret=s1&") != NULL);
}

static void test_missing(void)
{
	struct ph_connection c = work;
	struct ph_token_state state;
	struct ph_fault fault;

	fake_http_says(200, TOKENS("a2", "r2"));
	(void)remove(playground_path("secrets/work@token"));
	check_int(get(&work, any, "", &fault), PH_ENOTFOUND);
	check_int(fault.cause, PH_CAUSE_TOKEN_MISSING);
	check_str(fault.advice, "posthaste login work");
	fault = (struct ph_fault){ 0 };
	check_int(ph_token_look(dir, &work, &state, &fault), PH_ENOTFOUND);
	check(!ph_fault_is_set(&fault));

	keep(0, 3600);
	c.host = "smtp.example.org";
	check_int(get(&c, any, "", &fault), PH_EDENIED);
	check_int(fault.cause, PH_CAUSE_TOKEN_MISSING);
	playground_write("secrets/work@token", "smtp.example.com\n");
	check_int(get(&work, any, "", &fault), PH_EPROTO);
	check_int(fault.cause, PH_CAUSE_TOKEN_MISSING);
	keep(0, 3600);
	playground_mode("secrets/work@token", 0640);
	check_int(get(&work, any, "", &fault), PH_EDENIED);
	check_int(fault.cause, PH_CAUSE_SECRET_EXPOSED);
	c = work;
	c.name = "";
	check_int(get(&c, any, "", &fault), PH_EINVAL);
	check(strstr(fault.advice, "posthaste connection add") != NULL);
	c = work;
	c.oauth.client_id = "";
	check_int(get(&c, any, "", &fault), PH_EINVAL);
	check_int(fault.cause, PH_CAUSE_CONFIG);
	check_int(fake_http.count, 0);

	/* Who does not ask why is not told. */
	struct ph_secret s = { 0 };

	check_int(ph_token_fresh(&(struct ph_token_question){ .dir = dir,
				     .connection = &c },
		      &s, NULL),
	    PH_EINVAL);
	keep(3600, 120);
	fake_http.err = PH_EIO;
	check_int(ph_token_fresh(&(struct ph_token_question){ .dir = dir,
				     .connection = &work },
		      &s, NULL),
	    PH_OK);
	ph_secret_release(&s);
}

static void test_store(void)
{
	struct ph_oauth_tokens t = { .expires_in = 3600,
		.refresh_expires_in = 86400 };
	struct ph_token_state state = { 0 };
	struct ph_fault fault = { 0 };
	ph_unixtime now = ph_clock_unix();
	struct stat st;

	(void)remove(playground_path("secrets/work@token"));
	check_int(ph_secret_set(&t.access, PH_SPAN("a5")), PH_OK);
	check_int(ph_secret_set(&t.refresh, PH_SPAN("r5")), PH_OK);
	check_int(ph_token_store(dir, &work, &t, &fault), PH_OK);
	check(t.access.ptr == NULL && t.refresh.ptr == NULL);
	check(is_kept("\nrefresh-token r5\n"));
	check_int(stat(playground_path("secrets/work@token"), &st), 0);
	check_int(st.st_mode & 07777, 0600);
	check(stat(playground_path("secrets/.work"), &st) != 0);
	check_int(ph_token_look(dir, &work, &state, &fault), PH_OK);
	check(state.has_refresh && !state.is_app);
	check(state.consented >= now && state.consented <= now + 60);
	check(state.access_ends >= now + 3600);
	check(state.consent_ends >= now + 86400);
	check_str(state.rule, "");
	check_int(get(&work, any, "a5", &fault), PH_OK);
}

static enum ph_err refresh(void *ctx)
{
	struct ph_secret s = { 0 };
	struct ph_fault fault = { 0 };

	(void)ctx;
	keep(3600, 0);

	enum ph_err err = ph_token_fresh(
	    &(struct ph_token_question){ .dir = dir, .connection = &work }, &s,
	    &fault);

	ph_secret_release(&s);
	return err;
}

static void test_memory(void)
{
	fake_http_says(200, TOKENS("a2", "r2"));
	check(failalloc_run_any(refresh, NULL) > 5);
	fake_http_says(200, TOKENS("access-hunter2", "refresh-hunter2"));
	freewatch_for("hunter2");
	check_int(refresh(NULL), PH_OK);
	check_int(freewatch_found(), 0);
	freewatch_for(NULL);
}

int main(void)
{
	(void)playground_begin();
	(void)snprintf(dir, sizeof(dir), "%s", playground_path("secrets"));
	test_store();
	test_fresh();
	test_troubles();
	test_refused();
	test_app();
	test_client_secret();
	test_missing();
	test_memory();
	playground_end();
	return check_end();
}
