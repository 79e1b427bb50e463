#include "base/num.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/playing.h"
#include "cli/sink_fault.h"
#include "cli/sink_mail.h"
#include "cli/users.h"
#include "io/file.h"
#include "listen/play_server.h"
#include "script/text.h"

#include <signal.h>
#include <stdlib.h>

enum {
	CA_MAX = 64 * 1024,
	/* The values of a script take more room than its text. */
	SCRIPT_ARENA_MAX = 16 * PH_SCRIPT_TEXT_MAX,
	/* How long a signal lets messages under way be finished. */
	GRACE_MS = 5 * 1000
};

enum key {
	KEY_LISTEN = 1,
	KEY_ENCRYPTION,
	KEY_CERTIFICATE,
	KEY_CA_OUT,
	KEY_USER,
	KEY_LOGIN_OPTIONAL,
	KEY_PLAINTEXT,
	KEY_ANONYMOUS,
	KEY_SCRIPT,
	KEY_MAILDIR,
	KEY_SYNC,
	KEY_SIZE_LIMIT,
	KEY_RECIPIENTS_LIMIT,
	KEY_SESSIONS_LIMIT,
	KEY_MESSAGES_LIMIT,
	KEY_RATE_LIMIT,
	KEY_TIMEOUT,
	KEY_COUNT,
	KEY_HOSTNAME,
	KEY_FAULT,
	KEY_LIKE,
	KEY_SEED
};

static const struct ph_option options[] = {
	{ "listen", 'l', "ADDR:PORT",
	    "Where to listen, 127.0.0.1:2525 if left out; port 0 takes a free "
	    "one",
	    KEY_LISTEN },
	{ "encryption", 0, "MODE",
	    "none, wanted (STARTTLS is offered), after-connect (and required) "
	    "or before-connect (TLS first)",
	    KEY_ENCRYPTION },
	{ "certificate", 0, "FILE",
	    "PEM with the chain and the key; left out, one is made by a fresh "
	    "CA",
	    KEY_CERTIFICATE },
	{ "ca-out", 0, "FILE", "Write the fresh CA's certificate there",
	    KEY_CA_OUT },
	{ "user", 0, "NAME:PASSWORD-FILE",
	    "Let this user log in, and nobody send without (may be repeated)",
	    KEY_USER },
	{ "login-optional", 0, NULL, "Take mail without a login too",
	    KEY_LOGIN_OPTIONAL },
	{ "anonymous", 0, NULL, "Offer ANONYMOUS", KEY_ANONYMOUS },
	{ "allow-plaintext-password", 0, NULL,
	    "Offer PLAIN and LOGIN before STARTTLS too", KEY_PLAINTEXT },
	{ "script", 0, "FILE",
	    "Say what stands there, whatever the client says, and take no "
	    "mail",
	    KEY_SCRIPT },
	{ "maildir", 0, "DIR", "Keep the messages there, octet for octet",
	    KEY_MAILDIR },
	{ "sync", 0, NULL, "Have each on disk before it is answered",
	    KEY_SYNC },
	{ "size-limit", 0, "SIZE", "Refuse larger messages, such as 25M",
	    KEY_SIZE_LIMIT },
	{ "recipients-limit", 0, "N", "Recipients a message, 1000 if left out",
	    KEY_RECIPIENTS_LIMIT },
	{ "sessions-limit", 0, "N", "Sessions at once, 10000 if left out",
	    KEY_SESSIONS_LIMIT },
	{ "messages-limit", 0, "N", "Messages a session", KEY_MESSAGES_LIMIT },
	{ "rate-limit", 0, "N/TIME",
	    "Messages in that time, such as 10/1min or 500/1d (may be "
	    "repeated)",
	    KEY_RATE_LIMIT },
	{ "timeout", 0, "TIME", "For a silent client, 5min if left out",
	    KEY_TIMEOUT },
	{ "count", 0, "N", "End after that many messages", KEY_COUNT },
	{ "hostname", 0, "NAME", "The server's name, localhost if left out",
	    KEY_HOSTNAME },
	{ "fault", 0, "WHEN:WHAT",
	    "Do this wrong, as below and in posthaste-sink(1) (may be "
	    "repeated)",
	    KEY_FAULT },
	{ "like", 0, "NAME",
	    "Say and refuse what this server would: gmail, microsoft365, ses, "
	    "sendgrid, postfix, exim, dovecot ...",
	    KEY_LIKE },
	{ "seed", 0, "N", "Have the same happen by chance as in that run",
	    KEY_SEED },
	{ NULL },
};

/* Everything that one run owns. */
struct run {
	struct ph_cli *cli;
	struct ph_options given;
	struct ph_server_config config;
	struct ph_sink sink;
	struct ph_loop *loop;
	struct ph_signal *interrupt, *terminate;
	struct ph_tls_context *tls;
	struct ph_tls_context *made[PH_TLS_FLAW_COUNT]; /* by fresh CA */
	struct ph_inject_plan *plan;
	uint64_t seed;
	struct ph_users users;
	const char *ca_file;
	struct ph_arena script;
};

static enum ph_exit bad_value(
    const struct run *r, const char *option, const char *value)
{
	return ph_cli_usage(
	    r->cli, "--%s: \"%s\" cannot be used", option, value);
}

static enum ph_exit read_number(
    const struct run *r, const char *name, int key, uint64_t *out)
{
	const char *value = ph_options_value(&r->given, key);

	if (value == NULL)
		return PH_EXIT_OK;
	if (ph_num_parse(ph_span_of(value), UINT32_MAX, out) != PH_OK ||
	    *out == 0) {
		return bad_value(r, name, value);
	}
	return PH_EXIT_OK;
}

static enum ph_exit read_limits(struct run *r)
{
	const char *size = ph_options_value(&r->given, KEY_SIZE_LIMIT);
	const char *timeout = ph_options_value(&r->given, KEY_TIMEOUT);
	struct ph_smtpd_options *smtp = &r->config.smtp;
	uint64_t recipients = 0;
	uint64_t sessions = 0;
	uint64_t messages = 0;
	enum ph_exit e = PH_EXIT_OK;

	if (size != NULL &&
	    ph_num_parse_size(ph_span_of(size), &smtp->size_max) != PH_OK) {
		return bad_value(r, "size-limit", size);
	}
	if (timeout != NULL &&
	    (ph_num_parse_duration(
		 ph_span_of(timeout), &smtp->timeout_command) != PH_OK ||
		smtp->timeout_command == 0)) {
		return bad_value(r, "timeout", timeout);
	}
	smtp->timeout_data = smtp->timeout_command;
	e = read_number(
	    r, "recipients-limit", KEY_RECIPIENTS_LIMIT, &recipients);
	if (e == PH_EXIT_OK) {
		e = read_number(
		    r, "sessions-limit", KEY_SESSIONS_LIMIT, &sessions);
	}
	if (e == PH_EXIT_OK)
		e = read_number(r, "count", KEY_COUNT, &r->sink.count_max);
	if (e == PH_EXIT_OK) {
		e = read_number(
		    r, "messages-limit", KEY_MESSAGES_LIMIT, &messages);
	}
	smtp->rcpt_max = (uint32_t)recipients;
	smtp->mail_max = (uint32_t)messages;
	r->config.sessions_max = sessions;
	return e;
}

static enum ph_exit read_faults(struct run *r)
{
	static const struct ph_sink_fault_keys keys = { KEY_FAULT, KEY_LIKE,
		KEY_SEED, KEY_RATE_LIMIT };
	enum ph_exit e =
	    ph_sink_fault_read(r->cli, &r->given, &keys, &r->plan, &r->seed);

	r->config.plan = r->plan;
	return e;
}

/* NULL: itself. */
static const struct ph_inject_likeness *likeness(const struct run *r)
{
	return r->plan == NULL ? NULL : ph_inject_plan_like(r->plan);
}

/* Its limits, where none were given. */
static enum ph_exit resemble(struct run *r)
{
	const struct ph_inject_likeness *like = likeness(r);
	struct ph_smtpd_options *smtp = &r->config.smtp;

	if (like == NULL)
		return PH_EXIT_OK;
	if (!ph_options_has(&r->given, KEY_SIZE_LIMIT))
		smtp->size_max = like->size_max;
	if (!ph_options_has(&r->given, KEY_RECIPIENTS_LIMIT))
		smtp->rcpt_max = like->rcpt_max;
	if (!ph_options_has(&r->given, KEY_MESSAGES_LIMIT))
		smtp->mail_max = like->mail_max;
	smtp->errors_max = like->errors_max;
	return PH_EXIT_OK;
}

static enum ph_exit read_encryption(struct run *r)
{
	const char *mode = ph_options_value(&r->given, KEY_ENCRYPTION);
	bool tls_meant = ph_options_has(&r->given, KEY_CERTIFICATE) ||
	    ph_options_has(&r->given, KEY_CA_OUT);

	/* A script says itself where TLS begins. */
	bool plays = ph_options_has(&r->given, KEY_SCRIPT);

	r->config.encryption =
	    tls_meant || plays ? PH_ENCRYPTION_WANTED : PH_ENCRYPTION_NONE;
	if (mode != NULL &&
	    ph_encryption_parse(ph_span_of(mode), 0, &r->config.encryption) !=
		PH_OK) {
		return bad_value(r, "encryption", mode);
	}
	if (tls_meant && r->config.encryption == PH_ENCRYPTION_NONE) {
		return ph_cli_usage(
		    r->cli, "--encryption none has no use for a certificate");
	}
	if (r->config.encryption == PH_ENCRYPTION_NONE && r->plan != NULL &&
	    ph_inject_plan_needs_tls(r->plan)) {
		return ph_cli_usage(r->cli,
		    "--fault: one of them needs TLS, and so --encryption "
		    "wanted, after-connect or before-connect");
	}
	/* Where there is no TLS to be had, a login has no other way. */
	r->config.plaintext_login =
	    r->config.encryption == PH_ENCRYPTION_NONE ||
	    ph_options_has(&r->given, KEY_PLAINTEXT);
	return PH_EXIT_OK;
}

static enum ph_exit read_hostname(struct run *r)
{
	const char *name = ph_options_value(&r->given, KEY_HOSTNAME);
	const struct ph_inject_likeness *like = likeness(r);
	struct ph_smtpd *probe = NULL;

	if (name == NULL)
		name = like == NULL ? "localhost" : like->hostname;
	r->config.smtp.hostname = ph_span_of(name);

	enum ph_err err = ph_smtpd_new(&r->config.smtp, 0, &probe);

	ph_smtpd_free(probe);
	return err == PH_EINVAL ? bad_value(r, "hostname", name) : PH_EXIT_OK;
}

static enum ph_exit read_users(struct run *r)
{
	const struct ph_inject_likeness *like = likeness(r);
	struct ph_sasl_users *users = &r->users.users;
	enum ph_exit e = ph_users_read(r->cli, &r->users, &r->given, KEY_USER);

	users->anonymous = ph_options_has(&r->given, KEY_ANONYMOUS);
	if (users->count > 0 || users->anonymous ||
	    (like != NULL && like->login_required))
		r->config.users = users;
	r->config.login_required =
	    !ph_options_has(&r->given, KEY_LOGIN_OPTIONAL);
	return e;
}

/* A certificate of our own, for every name this machine has for itself. */
static enum ph_err make_certificate(struct run *r, struct ph_fault *fault)
{
	const char *host = ph_options_value(&r->given, KEY_HOSTNAME);
	const char *names[] = { "localhost", "127.0.0.1", "::1", host };
	struct ph_buf ca;
	enum ph_err err;

	ph_buf_init(&ca, CA_MAX);
	err = ph_tls_self_made_contexts(names,
	    host == NULL ? PH_COUNT(names) - 1 : PH_COUNT(names),
	    r->plan == NULL ? 0 : ph_inject_plan_certificates(r->plan), r->made,
	    &ca, fault);
	for (size_t i = 0; i < PH_INJECT_CERTIFICATE_COUNT; i++)
		r->config.flawed[i] = r->made[i];
	r->ca_file = ph_options_value(&r->given, KEY_CA_OUT);
	if (err == PH_OK && r->ca_file != NULL) {
		err = ph_file_replace_in_place(
		    r->ca_file, ph_buf_span(&ca), 0644, fault);
	}
	ph_buf_release(&ca);
	return err;
}

static enum ph_exit make_tls(struct run *r)
{
	const char *file = ph_options_value(&r->given, KEY_CERTIFICATE);
	struct ph_fault fault = { 0 };
	enum ph_err err = PH_OK;

	if (r->config.encryption == PH_ENCRYPTION_NONE)
		return PH_EXIT_OK;
	if (file != NULL && ph_options_has(&r->given, KEY_CA_OUT)) {
		return ph_cli_usage(r->cli,
		    "--ca-out writes a fresh CA, --certificate has one");
	}
	if (file != NULL && r->plan != NULL &&
	    ph_inject_plan_certificates(r->plan) != 0) {
		return ph_cli_usage(r->cli,
		    "--fault tls:certificate shows one by a fresh CA, "
		    "--certificate has its own");
	}
	if (file != NULL) {
		err = ph_tls_server_context(file, &r->tls, &fault);
	} else {
		err = make_certificate(r, &fault);
	}
	r->config.tls = file != NULL ? r->tls : r->made[PH_TLS_FLAW_NONE];
	return err == PH_OK ? PH_EXIT_OK : ph_cli_fail(r->cli, &fault);
}

static enum ph_exit open_maildir(struct run *r)
{
	const char *path = ph_options_value(&r->given, KEY_MAILDIR);
	struct ph_fault fault = { 0 };

	r->sink.sync = ph_options_has(&r->given, KEY_SYNC);
	if (path == NULL ||
	    ph_maildir_open(path, &r->sink.maildir, &fault) == PH_OK) {
		return PH_EXIT_OK;
	}
	return ph_cli_fail(r->cli, &fault);
}

static enum ph_exit read_all(struct run *r)
{
	static enum ph_exit (*const readers[])(struct run * r) = {
		read_limits,
		read_faults,
		resemble,
		read_encryption,
		read_hostname,
		read_users,
		make_tls,
		open_maildir,
	};

	if (r->given.operand_count > 0) {
		return ph_cli_usage(
		    r->cli, "unexpected argument %s", r->given.operands[0]);
	}
	for (size_t i = 0; i < PH_COUNT(readers); i++) {
		enum ph_exit e = readers[i](r);
		if (e != PH_EXIT_OK)
			return e;
	}
	return PH_EXIT_OK;
}

/* The second one hurries. */
static void on_signal(void *ctx, int signum)
{
	static const ph_msec graces[] = { GRACE_MS, 0 };
	struct run *r = ctx;

	(void)signum;
	ph_server_stop(r->sink.server, graces[r->sink.signals > 0]);
	r->sink.signals++;
}

static enum ph_err watch(struct run *r)
{
	enum ph_err err =
	    ph_signal_new(r->loop, SIGINT, on_signal, r, &r->interrupt);
	if (err == PH_OK) {
		err = ph_signal_new(
		    r->loop, SIGTERM, on_signal, r, &r->terminate);
	}
	return err;
}

static enum ph_exit open_server(struct run *r)
{
	const char *address = ph_options_value(&r->given, KEY_LISTEN);
	struct ph_fault fault = { 0 };
	enum ph_err err = ph_loop_new(&r->loop);

	r->config.address = address == NULL ? "127.0.0.1:2525" : address;
	r->config.handler = &ph_sink_handler;
	r->config.ctx = &r->sink;
	if (err == PH_OK)
		err = watch(r);
	if (err == PH_OK) {
		err =
		    ph_server_new(r->loop, &r->config, &r->sink.server, &fault);
	}
	if (err == PH_OK)
		return PH_EXIT_OK;
	if (!ph_fault_is_set(&fault)) {
		ph_fault_set(&fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "out of memory");
	}
	return ph_cli_fail(r->cli, &fault);
}

static enum ph_exit announce(const struct run *r)
{
	json_t *j = json_object();

	ph_json_put(
	    j, "listening", ph_json_str(ph_server_address(r->sink.server)));
	if (r->ca_file != NULL)
		ph_json_put(j, "ca_file", ph_json_str(r->ca_file));
	if (r->plan != NULL && ph_inject_plan_is_random(r->plan))
		ph_json_put(j, "seed", json_integer((json_int_t)r->seed));
	return ph_json_print(&j);
}

static enum ph_exit play(struct run *r)
{
	struct ph_playing p = {
		.cli = r->cli,
		.address = ph_options_value(&r->given, KEY_LISTEN),
		.tls = r->config.tls,
		.users = r->config.users,
		.ca_file = r->ca_file,
		.count_max = r->sink.count_max,
	};
	struct ph_fault fault = { 0 };

	ph_arena_init(&r->script, SCRIPT_ARENA_MAX);
	if (ph_playing_script(&p, ph_options_value(&r->given, KEY_SCRIPT),
		&r->script, &fault) != PH_OK)
		return ph_cli_fail(r->cli, &fault);
	if (r->config.tls == NULL && ph_play_has_tls(&p.play)) {
		return ph_cli_usage(
		    r->cli, "--encryption none, and TLS in the script");
	}
	return ph_playing_run(&p);
}

static enum ph_exit serve(struct run *r)
{
	enum ph_exit e = read_all(r);

	if (e == PH_EXIT_OK && ph_options_has(&r->given, KEY_SCRIPT))
		return play(r);
	if (e == PH_EXIT_OK)
		e = open_server(r);
	if (e == PH_EXIT_OK)
		e = announce(r);
	if (e != PH_EXIT_OK)
		return e;
	while (!r->sink.stopped)
		(void)ph_loop_turn(r->loop);
	return r->sink.exit;
}

static void release(struct run *r)
{
	ph_server_free(r->sink.server);
	ph_sink_release(&r->sink);
	ph_signal_free(r->interrupt);
	ph_signal_free(r->terminate);
	ph_loop_free(r->loop);
	ph_tls_context_free(r->tls);
	for (size_t i = 0; i < PH_TLS_FLAW_COUNT; i++)
		ph_tls_context_free(r->made[i]);
	ph_inject_plan_free(r->plan);
	ph_maildir_free(r->sink.maildir);
	ph_users_release(&r->users);
	ph_arena_release(&r->script);
	ph_options_release(&r->given);
	free(r);
}

static enum ph_exit run_sink(struct ph_cli *cli, int argc, char **argv)
{
	struct run *r = calloc(1, sizeof(*r));
	enum ph_exit e = PH_EXIT_INTERNAL;
	enum ph_err err;

	if (r == NULL)
		return e;
	r->cli = cli;
	r->sink.cli = cli;
	err = ph_options_read(cli, &ph_command_sink, argc, argv, &r->given);
	if (err == PH_OK) {
		e = serve(r);
	} else if (err != PH_ENOMEM) {
		e = err == PH_EOF ? PH_EXIT_OK : PH_EXIT_USAGE;
	}
	release(r);
	return e;
}

const struct ph_command ph_command_sink = {
	.name = "sink",
	.usage = "sink [OPTION...]",
	.summary = "Be a mail server for tests and say what came in.",
	.run = run_sink,
	.options = options,
	.option_count = PH_COUNT(options) - 1,
	.help =
	    "The first line says where it listens: "
	    "{\"listening\":\"127.0.0.1:2525\"}.  Then, for\neach message:\n"
	    "  {\"n\":1,\"from\":\"...\",\"to\":[\"...\"],\"size\":1234,"
	    "\"auth\":null,\"tls\":null,\n"
	    "   \"path\":null,\"subject\":\"...\"}\n"
	    "With --quiet only the first line is printed.\n"
	    "It ends with exit code 0 on SIGINT and SIGTERM, and relays for "
	    "nobody.\n\n"
	    "--fault STAGE[=PATTERN][,CONDITION[=VALUE]]...:ACTION[=ARGUMENT], "
	    "as in\n"
	    "  --fault \"rcpt=bob@*,times=2:reply=451 4.7.1 Later\" --fault "
	    "kept:hangup\n"
	    "stages      connect greeting ehlo starttls tls auth login mail "
	    "rcpt data\n"
	    "            content end kept rset quit any\n"
	    "conditions  from times session each-session probability clear "
	    "secure after\n"
	    "actions     reply say hangup reset stall slow drip garble strip "
	    "add inject\n"
	    "            plain tls certificate challenge greylist\n",
};
