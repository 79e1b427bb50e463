#include "check.h"
#include "failalloc.h"
#include "sasl/client.h"
#include "sasl/server.h"

/* A login between both sides with every allocation failing once. */

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

int main(void)
{
	static char plus[] = "SCRAM-SHA-256-PLUS";
	static char plain[] = "PLAIN";

	/* A server that cannot look up the password refuses the login. */
	check(failalloc_run_any(login, plus) > 5);
	check(failalloc_run_any(login, plain) > 5);
	return check_end();
}
