#include "rig.h"

#include "check.h"
#include "io/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	CA_MAX = 64 * 1024,
	TRACE_MAX = 1024 * 1024
};

/* A CA and a certificate take a while: made once, for all tests of a
   program. */
static void make_tls(struct rig *r)
{
	static const char *const names[] = { "localhost", "127.0.0.1" };
	struct ph_buf pem;
	int fd;

	ph_buf_init(&pem, CA_MAX);
	(void)snprintf(
	    r->ca_file, sizeof(r->ca_file), "/tmp/ph-test-ca-XXXXXX");
	fd = mkstemp(r->ca_file);
	if (fd < 0 ||
	    ph_tls_self_made_context(names, 2, &r->tls, &pem, &r->fault) !=
		PH_OK ||
	    ph_fd_write_all(fd, ph_buf_span(&pem)) != PH_OK)
		abort();
	ph_close_fd(&fd);
	ph_buf_release(&pem);
}

void rig_init(struct rig *r, const struct step *const *scripts, size_t count)
{
	*r = (struct rig){ 0 };
	if (ph_loop_new(&r->loop) != PH_OK)
		abort();
	make_tls(r);
	script_start(&r->server, r->loop, scripts, count);
	r->server.tls = r->tls;
	ph_buf_init(&r->trace, TRACE_MAX);
	r->conn = (struct ph_connection){
		.name = "",
		.host = "127.0.0.1",
		.port = r->server.port,
		.encryption = PH_ENCRYPTION_NONE,
		.timeout = 2000,
		.timeout_mail = 2000,
		.timeout_rcpt = 2000,
		.timeout_data = 2000,
		.timeout_block = 2000,
		.timeout_final = 2000,
		.code_page = "utf-8",
		.helo = "client.example.com",
		.source_address = "",
		.username = "",
		.domain = "",
		.attempts = 2,
		.tls_versions = PH_TLS_1_2 | PH_TLS_1_3,
		.ca_file = "",
		.client_certificate = "",
		.client_key = "",
		.from = "",
	};
}

void rig_release(struct rig *r)
{
	check(!r->server.mismatch);
	ph_session_free(r->session);
	ph_content_free(r->content);
	script_stop(&r->server);
	ph_loop_free(r->loop);
	ph_tls_context_free(r->tls);
	ph_secret_release(&r->password);
	ph_buf_release(&r->trace);
	(void)unlink(r->ca_file);
}

static void on_trace(void *ctx, const struct ph_trace *t)
{
	static const char dirs[] = {
		[PH_DIR_IN] = '<', [PH_DIR_OUT] = '>', [PH_DIR_NOTE] = '*'
	};
	struct rig *r = ctx;

	check(t->t_ms >= 0);
	check(ph_buf_appendf(&r->trace, "%c%s %s %.*s\n", dirs[t->dir],
		  t->tls ? "s" : "", ph_stage_name(t->stage),
		  PH_SPAN_ARG(t->line)) == PH_OK);
}

enum ph_err rig_connect(struct rig *r)
{
	enum ph_err err = ph_session_new(r->loop,
	    &(struct ph_session_options){
		.connection = &r->conn,
		.password = r->password.ptr == NULL ? NULL : &r->password,
		.proxy_password =
		    r->proxy_password.ptr == NULL ? NULL : &r->proxy_password,
		.weaker_max = r->weaker_max,
		.gate = r->gate,
		.known = r->known,
		.other_name = r->other_name,
		.trace = on_trace,
		.trace_ctx = r,
	    },
	    &r->session, &r->fault);
	if (err != PH_OK)
		return err;
	return ph_session_connect(r->session, &r->fault);
}

void rig_login(struct rig *r, const char *password, const char *mechanism)
{
	r->conn.username = "ann";
	if (ph_secret_set(&r->password, ph_span_of(password)) != PH_OK)
		abort();
	if (mechanism == NULL)
		return;
	r->mechanism = ph_span_of(mechanism);
	r->conn.mechanisms = &r->mechanism;
	r->conn.mechanism_count = 1;
}

void rig_message(struct rig *r, const char *text)
{
	ph_content_free(r->content);
	r->content = NULL;
	if (ph_content_adopt(
		&(struct ph_content_raw){ .bytes = ph_span_of(text), .fd = -1 },
		&r->content, &r->fault) != PH_OK) {
		(void)fprintf(stderr, "rig: %s\n", r->fault.text);
		abort();
	}
}

struct ph_envelope rig_envelope(
    const char *text, struct ph_envelope_rcpt *rcpts)
{
	struct ph_span rest = ph_span_of(text);
	struct ph_span one;
	struct ph_envelope e = { .sender = PH_SPAN("ann@example.com"),
		.rcpts = rcpts };

	while (
	    e.rcpt_count < RIG_RCPTS_MAX && ph_span_split(&rest, ' ', &one)) {
		rcpts[e.rcpt_count++] =
		    (struct ph_envelope_rcpt){ .address = one };
	}
	return e;
}

struct ph_delivery *rig_deliver(struct rig *r, const char *rcpts)
{
	struct ph_envelope_rcpt room[RIG_RCPTS_MAX];
	struct ph_envelope e = rig_envelope(rcpts, room);
	struct ph_delivery *d = NULL;

	if (r->content == NULL)
		rig_message(r, "Subject: x\r\n\r\n.hello\r\n");

	enum ph_err err = ph_session_deliver(r->session,
	    &(struct ph_job){ .content = r->content, .envelope = &e }, &d,
	    &r->fault);

	check(err == PH_OK || d == NULL);
	return d;
}

const char *rig_log(const struct rig *r)
{
	return ph_buf_str(&r->server.log);
}
