#include "far_end.h"

#include "io/file.h"
#include "io/loop.h"
#include "listen/server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	MAIL_MAX = 64 * 1024 * 1024,
	CA_MAX = 64 * 1024,
	MESSAGES_A_SESSION = 4
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "far end: %s\n", what);
	abort();
}

static struct ph_smtpd_reply on_mail(
    void *ctx, struct ph_server_mail *m, const struct ph_smtpd_mail *mail)
{
	(void)ctx;
	(void)m;
	(void)mail;
	return (struct ph_smtpd_reply){ 250, "2.1.0", "Ok" };
}

static struct ph_smtpd_reply on_rcpt(
    void *ctx, struct ph_server_mail *m, const struct ph_smtpd_rcpt *rcpt)
{
	(void)ctx;
	(void)m;
	if (ph_span_starts_nocase(rcpt->address, PH_SPAN("no")))
		return (struct ph_smtpd_reply){ 550, "5.1.1", "no such user" };
	return (struct ph_smtpd_reply){ 250, "2.1.5", "Ok" };
}

static struct ph_smtpd_reply on_content(void *ctx, struct ph_server_mail *m)
{
	(void)ctx;
	(void)m;
	return (struct ph_smtpd_reply){ 354, NULL, "go on" };
}

static void on_body(void *ctx, struct ph_server_mail *m, struct ph_span octets)
{
	const int *fd = ctx;

	(void)m;
	must(ph_fd_write_all(*fd, octets) == PH_OK, "mail file");
}

static struct ph_smtpd_reply on_end(void *ctx, struct ph_server_mail *m)
{
	(void)ctx;
	(void)m;
	return (struct ph_smtpd_reply){ 250, "2.0.0", "Ok: queued as 1A2B3C" };
}

static void on_abort(void *ctx, struct ph_server_mail *m)
{
	(void)ctx;
	(void)m;
}

static const struct ph_server_handler handler = {
	.mail = on_mail,
	.rcpt = on_rcpt,
	.content = on_content,
	.body = on_body,
	.end = on_end,
	.abort = on_abort,
};

static struct ph_tls_context *make_tls(const struct far_end *f)
{
	static const char *const names[] = { "localhost", "127.0.0.1" };
	struct ph_tls_context *tls = NULL;
	struct ph_fault fault;
	struct ph_buf pem;

	ph_buf_init(&pem, CA_MAX);
	must(ph_tls_self_made_context(names, 2, &tls, &pem, &fault) == PH_OK,
	    "certificate");
	must(ph_file_replace(f->ca_file, ph_buf_span(&pem), 0600, &fault) ==
		PH_OK,
	    "CA file");
	ph_buf_release(&pem);
	return tls;
}

/* Never returns; the parent kills it. */
static void serve(const struct far_end *f, int tell)
{
	const struct ph_sasl_user ann = { PH_SPAN("ann"), PH_SPAN("secret") };
	const struct ph_sasl_users users = { .items = &ann, .count = 1 };
	struct ph_loop *loop = NULL;
	struct ph_server *server = NULL;
	struct ph_fault fault;
	int fd =
	    open(f->mail_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	struct ph_server_config config = {
		.address = "127.0.0.1:0",
		.encryption = PH_ENCRYPTION_WANTED,
		.tls = make_tls(f),
		.users = &users,
		.smtp = { .hostname = PH_SPAN("far.example.com"),
		    .mail_max = MESSAGES_A_SESSION },
		.handler = &handler,
		.ctx = &fd,
	};

	must(fd >= 0 && ph_loop_new(&loop) == PH_OK, "loop");
	must(ph_server_new(loop, &config, &server, &fault) == PH_OK, "server");
	must(ph_fd_write_all(tell, ph_span_of(ph_server_address(server))) ==
		PH_OK,
	    "pipe");
	ph_close_fd(&tell);
	while (ph_loop_turn(loop))
		continue;
	_exit(1);
}

void far_end_start(struct far_end *f)
{
	int ends[2];
	char address[64] = "";
	size_t len = 0;
	ssize_t n;

	*f = (struct far_end){ 0 };
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/ph-test-lib-XXXXXX");
	must(mkdtemp(f->dir) != NULL, "directory");
	(void)snprintf(f->ca_file, sizeof(f->ca_file), "%s/ca.pem", f->dir);
	(void)snprintf(f->mail_file, sizeof(f->mail_file), "%s/mail", f->dir);
	must(pipe2(ends, O_CLOEXEC) == 0, "pipe");
	f->pid = fork();
	must(f->pid >= 0, "fork");
	if (f->pid == 0) {
		/* Whatever becomes of the test, nothing stays behind. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		ph_close_fd(&ends[0]);
		serve(f, ends[1]);
	}
	ph_close_fd(&ends[1]);
	while (
	    (n = read(ends[0], address + len, sizeof(address) - 1 - len)) > 0)
		len += (size_t)n;
	ph_close_fd(&ends[0]);
	must(strchr(address, ':') != NULL, "no address");
	f->port = (uint16_t)strtoul(strrchr(address, ':') + 1, NULL, 10);
}

void far_end_stop(struct far_end *f)
{
	(void)kill(f->pid, SIGKILL);
	(void)waitpid(f->pid, NULL, 0);
	(void)unlink(f->mail_file);
	(void)unlink(f->ca_file);
	(void)rmdir(f->dir);
}

bool far_end_holds(const struct far_end *f, const char *text)
{
	struct ph_buf b;
	struct ph_fault fault;

	ph_buf_init(&b, MAIL_MAX);
	must(ph_file_read(f->mail_file, &b, &fault) == PH_OK, "mail file");

	bool found = strstr(ph_buf_str(&b), text) != NULL;

	ph_buf_release(&b);
	return found;
}
