#include "cli/playing.h"

#include "cli/json.h"
#include "io/file.h"
#include "io/loop.h"
#include "listen/play_server.h"
#include "script/text.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Everything that one run owns. */
struct run {
	const struct ph_playing *p;
	struct ph_loop *loop;
	struct ph_signal *interrupt, *terminate;
	struct ph_play_server *server;
	uint64_t count; /* of sessions that are over */
	bool stopped;
	enum ph_exit exit;
};

enum ph_err ph_playing_read(
    const char *path, struct ph_buf *out, struct ph_fault *fault)
{
	enum ph_err err = strcmp(path, "-") == 0
	    ? ph_fd_read_all(STDIN_FILENO, out, fault)
	    : ph_file_read(path, out, fault);

	if (err == PH_ETOOBIG) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "%s: more than %zu octets", path, out->max);
	}
	return err;
}

enum ph_err ph_playing_script(struct ph_playing *p, const char *path,
    struct ph_arena *a, struct ph_fault *fault)
{
	struct ph_buf text;
	enum ph_err err;

	ph_buf_init(&text, PH_SCRIPT_TEXT_MAX);
	err = ph_playing_read(path, &text, fault);
	if (err == PH_OK) {
		err =
		    ph_play_from_script(ph_buf_span(&text), a, &p->play, fault);
		if (err == PH_EINVAL) {
			char name[256];

			(void)snprintf(name, sizeof(name), "%s", path);
			ph_fault_prefix(fault, name);
		}
	}
	ph_buf_release(&text);
	if (err != PH_OK && !ph_fault_is_set(fault)) {
		ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "out of memory");
	}
	return err;
}

static void on_note(void *ctx, uint64_t n, struct ph_span text)
{
	const struct run *r = ctx;

	ph_cli_note(r->p->cli, "session %llu: %.*s", (unsigned long long)n,
	    PH_SPAN_ARG(text));
}

static void stop(struct run *r, enum ph_exit how)
{
	if (!r->stopped)
		r->exit = how;
	r->stopped = true;
}

static void on_ended(void *ctx, const struct ph_play_ended *e)
{
	struct run *r = ctx;
	json_t *j = json_object();

	r->count++;
	if (e->is_handshake) {
		ph_cli_note(r->p->cli, "session %llu: no TLS with it: %s",
		    (unsigned long long)e->n, e->why);
	}
	ph_json_put(j, "n", json_integer((json_int_t)e->n));
	ph_json_put(j, "session", json_integer((json_int_t)e->session));
	ph_json_put(j, "unexpected", json_integer((json_int_t)e->note_count));
	if (r->p->cli->quiet) {
		json_decref(j);
	} else {
		enum ph_exit printed = ph_json_print(&j);
		if (printed != PH_EXIT_OK)
			stop(r, printed);
	}
	if (r->count == r->p->count_max)
		stop(r, PH_EXIT_OK);
}

static void on_signal(void *ctx, int signum)
{
	(void)signum;
	stop(ctx, PH_EXIT_OK);
}

static enum ph_err open_server(struct run *r, struct ph_fault *fault)
{
	const struct ph_playing *p = r->p;
	const struct ph_play_server_config config = {
		.address = p->address == NULL ? "127.0.0.1:2525" : p->address,
		.play = &p->play,
		.tls = p->tls,
		.users = p->users,
		.note = on_note,
		.ended = on_ended,
		.ctx = r,
	};
	enum ph_err err = ph_loop_new(&r->loop);

	if (err == PH_OK) {
		err =
		    ph_signal_new(r->loop, SIGINT, on_signal, r, &r->interrupt);
	}
	if (err == PH_OK) {
		err = ph_signal_new(
		    r->loop, SIGTERM, on_signal, r, &r->terminate);
	}
	if (err == PH_OK)
		err = ph_play_server_new(r->loop, &config, &r->server, fault);
	if (err != PH_OK && !ph_fault_is_set(fault)) {
		ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "out of memory");
	}
	return err;
}

static enum ph_exit announce(const struct run *r)
{
	json_t *j = json_object();

	ph_json_put(
	    j, "listening", ph_json_str(ph_play_server_address(r->server)));
	if (r->p->ca_file != NULL)
		ph_json_put(j, "ca_file", ph_json_str(r->p->ca_file));
	return ph_json_print(&j);
}

/* Sessions that are under way when it stops are not told of. */
static void release(struct run *r)
{
	ph_play_server_free(r->server);
	ph_signal_free(r->interrupt);
	ph_signal_free(r->terminate);
	ph_loop_free(r->loop);
}

enum ph_exit ph_playing_run(const struct ph_playing *p)
{
	struct run r = { .p = p };
	struct ph_fault fault = { 0 };

	if (open_server(&r, &fault) != PH_OK) {
		release(&r);
		return ph_cli_fail(p->cli, &fault);
	}
	r.exit = announce(&r);
	r.stopped = r.exit != PH_EXIT_OK;
	while (!r.stopped)
		(void)ph_loop_turn(r.loop);
	release(&r);
	return r.exit;
}
