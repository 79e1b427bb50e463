#include "base/num.h"
#include "cli/cli.h"
#include "cli/playing.h"
#include "cli/users.h"
#include "io/file.h"
#include "listen/play_server.h"
#include "script/recording.h"

#include <stdlib.h>
#include <string.h>

enum {
	CA_MAX = 64 * 1024,
	/* The values of a recording take more room than its text. */
	ARENA_MAX = 16 * PH_RECORDING_MAX
};

enum key {
	KEY_LISTEN = 1,
	KEY_CERTIFICATE,
	KEY_CA_OUT,
	KEY_HOSTNAME,
	KEY_USER,
	KEY_COUNT
};

static const struct ph_option options[] = {
	{ "listen", 'l', "ADDR:PORT",
	    "Where to listen, 127.0.0.1:2525 if left out; port 0 takes a free "
	    "one",
	    KEY_LISTEN },
	{ "certificate", 0, "FILE",
	    "PEM with the chain and the key; left out, one is made by a fresh "
	    "CA",
	    KEY_CERTIFICATE },
	{ "ca-out", 0, "FILE", "Write the fresh CA's certificate there",
	    KEY_CA_OUT },
	{ "hostname", 0, "NAME", "One more name for the fresh certificate",
	    KEY_HOSTNAME },
	{ "user", 0, "NAME:PASSWORD-FILE",
	    "For logins in which the server proves that it knows the password "
	    "(may be repeated)",
	    KEY_USER },
	{ "count", 0, "N", "End after that many sessions", KEY_COUNT },
	{ NULL },
};

/* Everything that one run owns. */
struct run {
	const struct ph_cli *cli;
	struct ph_options given;
	struct ph_arena arena;
	struct ph_users users;
	struct ph_tls_context *tls;
	struct ph_playing playing;
};

static enum ph_exit read_options(struct run *r)
{
	const char *count = ph_options_value(&r->given, KEY_COUNT);
	enum ph_exit e;

	if (r->given.operand_count != 1) {
		return ph_cli_usage(r->cli,
		    "replay takes one file, which --transcript has written");
	}
	if (ph_options_has(&r->given, KEY_CERTIFICATE) &&
	    ph_options_has(&r->given, KEY_CA_OUT)) {
		return ph_cli_usage(r->cli,
		    "--ca-out writes a fresh CA, --certificate has one");
	}
	if (count != NULL &&
	    (ph_num_parse(ph_span_of(count), UINT32_MAX,
		 &r->playing.count_max) != PH_OK ||
		r->playing.count_max == 0)) {
		return ph_cli_usage(
		    r->cli, "--count: \"%s\" cannot be used", count);
	}
	e = ph_users_read(r->cli, &r->users, &r->given, KEY_USER);
	if (r->users.users.count > 0)
		r->playing.users = &r->users.users;
	r->playing.address = ph_options_value(&r->given, KEY_LISTEN);
	return e;
}

static void tell_flaws(const struct run *r, const struct ph_recording *rec)
{
	size_t n = 0;

	if (rec->skipped_count > 0) {
		ph_cli_note(r->cli, "%zu lines are none of a transcript",
		    rec->skipped_count);
	}
	for (const struct ph_play_session *s = rec->play.first; s != NULL;
	     s = s->next) {
		n++;
		if (s->has_gap) {
			ph_cli_note(r->cli,
			    "session %zu: lines were left out when it was "
			    "written down",
			    n);
		}
		if (s->has_bad_certificate) {
			ph_cli_note(r->cli,
			    "session %zu: its client did not trust the "
			    "certificate, which a transcript does not hold; "
			    "--certificate shows another",
			    n);
		}
	}
}

static enum ph_err read_file(struct run *r, struct ph_fault *fault)
{
	const char *path = r->given.operands[0];
	struct ph_recording rec = { 0 };
	struct ph_buf text;
	enum ph_err err;

	ph_buf_init(&text, PH_RECORDING_MAX);
	err = ph_playing_read(path, &text, fault);
	if (err == PH_OK) {
		err = ph_recording_parse(
		    ph_buf_span(&text), &r->arena, &rec, fault);
		if (err == PH_EINVAL) {
			ph_fault_prefix(fault, path);
			ph_fault_advise(fault,
			    "give a file that posthaste send or test wrote by "
			    "--transcript");
		}
	}
	ph_buf_release(&text);
	if (err != PH_OK)
		return err;
	r->playing.play = rec.play;
	tell_flaws(r, &rec);
	return PH_OK;
}

static enum ph_err make_certificate(struct run *r, struct ph_fault *fault)
{
	const char *host = ph_options_value(&r->given, KEY_HOSTNAME);
	const char *names[] = { "localhost", "127.0.0.1", "::1", host };
	const char *ca_file = ph_options_value(&r->given, KEY_CA_OUT);
	struct ph_buf ca;
	enum ph_err err;

	ph_buf_init(&ca, CA_MAX);
	err = ph_tls_self_made_context(names,
	    host == NULL ? PH_COUNT(names) - 1 : PH_COUNT(names), &r->tls, &ca,
	    fault);
	if (err == PH_OK && ca_file != NULL) {
		err = ph_file_replace_in_place(
		    ca_file, ph_buf_span(&ca), 0644, fault);
	}
	r->playing.ca_file = ca_file;
	ph_buf_release(&ca);
	return err;
}

static enum ph_err make_tls(struct run *r, struct ph_fault *fault)
{
	const char *file = ph_options_value(&r->given, KEY_CERTIFICATE);
	enum ph_err err = PH_OK;

	if (file != NULL) {
		err = ph_tls_server_context(file, &r->tls, fault);
	} else if (ph_play_has_tls(&r->playing.play) ||
	    ph_options_has(&r->given, KEY_CA_OUT)) {
		err = make_certificate(r, fault);
	}
	r->playing.tls = r->tls;
	return err;
}

static enum ph_exit replay(struct run *r)
{
	struct ph_fault fault = { 0 };
	enum ph_exit e = read_options(r);
	enum ph_err err;

	if (e != PH_EXIT_OK)
		return e;
	err = read_file(r, &fault);
	if (err == PH_OK)
		err = make_tls(r, &fault);
	if (err == PH_OK)
		return ph_playing_run(&r->playing);
	if (!ph_fault_is_set(&fault)) {
		ph_fault_set(&fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "out of memory");
	}
	return ph_cli_fail(r->cli, &fault);
}

static void release(struct run *r)
{
	ph_tls_context_free(r->tls);
	ph_users_release(&r->users);
	ph_arena_release(&r->arena);
	ph_options_release(&r->given);
	free(r);
}

static enum ph_exit run_replay(struct ph_cli *cli, int argc, char **argv)
{
	struct run *r = calloc(1, sizeof(*r));
	enum ph_exit e = PH_EXIT_INTERNAL;
	enum ph_err err;

	if (r == NULL)
		return e;
	r->cli = cli;
	r->playing.cli = cli;
	ph_arena_init(&r->arena, ARENA_MAX);
	err = ph_options_read(cli, &ph_command_replay, argc, argv, &r->given);
	if (err == PH_OK) {
		e = replay(r);
	} else if (err != PH_ENOMEM) {
		e = err == PH_EOF ? PH_EXIT_OK : PH_EXIT_USAGE;
	}
	release(r);
	return e;
}

const struct ph_command ph_command_replay = {
	.name = "replay",
	.usage = "replay [OPTION...] TRANSCRIPT",
	.summary = "Be the server of a conversation that --transcript wrote.",
	.run = run_replay,
	.options = options,
	.option_count = PH_COUNT(options) - 1,
	.help =
	    "The first line says where it listens: "
	    "{\"listening\":\"127.0.0.1:2525\"}.  Then, for\neach session that "
	    "is over:\n"
	    "  {\"n\":1,\"session\":1,\"unexpected\":0}\n"
	    "With --quiet only the first line is printed.  What a client did "
	    "other than the\nrecorded one is a note on standard error.  It "
	    "ends with exit code 0 on SIGINT\nand SIGTERM.  Messages are "
	    "thrown away.\n",
};
