#include "check.h"
#include "deliver/session.h"
#include "failalloc.h"
#include "far_end.h"
#include "socks_end.h"

#include <stdio.h>
#include <string.h>

/* A whole delivery, from the look-up to QUIT, with every allocation failing
   once: it ends, and nothing is left behind. */

static struct far_end far;

static void note(void *ctx, const struct ph_trace *t)
{
	size_t *lines = ctx;

	(void)t;
	(*lines)++;
}

static enum ph_err deliver(
    struct ph_session *s, struct ph_content *c, const struct ph_envelope *e)
{
	struct ph_delivery *d = NULL;
	struct ph_fault f = { 0 };

	enum ph_err err = ph_session_deliver(
	    s, &(struct ph_job){ .content = c, .envelope = e }, &d, &f);
	if (err != PH_OK) {
		check(ph_fault_is_set(&f) && d == NULL);
		return err;
	}
	check(d != NULL);
	if (d == NULL)
		return PH_EIO;
	err = d->outcome == PH_DELIVERED ? PH_OK : PH_EIO;
	check_int(ph_fault_is_set(&d->fault), err != PH_OK);
	ph_delivery_free(d);
	return err;
}

static char proxy_secret[] = "open";
static const struct ph_secret proxy_password = { proxy_secret, 4 };

static enum ph_err with_loop(struct ph_loop *l, const struct ph_connection *c,
    const struct ph_secret *password)
{
	static const struct ph_envelope_rcpt rcpts[] = {
		{ .address = { "bob@example.com", 15 } },
		{ .address = { "cy@example.com", 14 } },
		{ .address = { "dee@example.com", 15 } },
	};
	const struct ph_envelope e = {
		.sender = PH_SPAN("ann@example.com"),
		.rcpts = rcpts,
		.rcpt_count = 3,
	};
	PH_CLEANUP(ph_content_freep) struct ph_content *content = NULL;
	PH_CLEANUP(ph_session_freep) struct ph_session *s = NULL;
	struct ph_fault f = { 0 };
	size_t lines = 0;

	enum ph_err err = ph_content_adopt(
	    &(struct ph_content_raw){
		.bytes = PH_SPAN("Subject: x\r\n\r\nhello\r\n"), .fd = -1 },
	    &content, &f);
	if (err == PH_OK) {
		err = ph_session_new(l,
		    &(struct ph_session_options){
			.connection = c,
			.password = password,
			.proxy_password = &proxy_password,
			.trace = note,
			.trace_ctx = &lines,
		    },
		    &s, &f);
	}
	if (err == PH_OK)
		err = ph_session_connect(s, &f);
	if (err != PH_OK) {
		check(ph_fault_is_set(&f));
		return err;
	}
	err = deliver(s, content, &e);
	ph_session_disconnect(s);
	check(lines > 0);
	return err;
}

static enum ph_err whole(void *ctx)
{
	char secret[] = "secret";
	const struct ph_secret password = { secret, 6 };
	const struct ph_connection *c = ctx;
	struct ph_loop *l = NULL;

	enum ph_err err = ph_loop_new(&l);
	if (err != PH_OK)
		return err;
	err = with_loop(l, c, &password);
	ph_loop_free(l);
	return err;
}

int main(void)
{
	struct ph_connection c = {
		.name = "",
		.host = "127.0.0.1",
		.encryption = PH_ENCRYPTION_AFTER_CONNECT,
		.timeout = 5000,
		.code_page = "utf-8",
		.helo = "",
		.source_address = "",
		.username = "ann",
		.domain = "",
		.tls_versions = PH_TLS_1_2 | PH_TLS_1_3,
		.client_certificate = "",
		.client_key = "",
		.from = "",
		.recipients_per_message = 2,
	};

	struct socks_end proxy;

	far_end_start(&far);
	c.port = far.port;
	c.ca_file = far.ca_file;
	size_t straight = failalloc_run_any(whole, &c);
	check(straight > 20);

	socks_end_start(&proxy, far.port);
	c.proxy = (struct ph_proxy){
		.type = PH_PROXY_SOCKS5,
		.use_credentials = true,
		.host = "127.0.0.1",
		.port = proxy.port,
		.username = "pat",
		.domain = "",
		.ca_file = "",
	};
	check(failalloc_run_any(whole, &c) > straight + 5);
	socks_end_stop(&proxy);
	far_end_stop(&far);
	return check_end();
}
