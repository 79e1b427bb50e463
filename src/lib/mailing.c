#include "config/token.h"
#include "config/vault.h"
#include "deliver/lesson.h"
#include "lib/mail.h"
#include "lib/mailer.h"
#include "lib/receipt.h"
#include "lib/sending.h"

#include <assert.h>
#include <stdio.h>

/* settings into a connection */

static enum ph_err resolve(
    struct ph_mailer *m, struct ph_catalog *catalog, struct ph_fault *fault)
{
	struct ph_catalog_question q = {
		.name = m->connection_name,
		.overrides = m->overrides,
		.override_count = m->override_count,
	};

	ph_arena_release(&m->conn_arena);
	return ph_catalog_resolve(catalog, &q, &m->conn_arena, &m->conn, fault);
}

static enum ph_err refuse_to_ask(
    const struct ph_connection *c, enum ph_role role, struct ph_fault *fault)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf what;

	ph_buf_init(&what, PH_FAULT_TEXT_MAX);

	enum ph_err err = ph_role_describe(c, role, &what);

	ph_fault_set(fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
	    "the %s would have to be asked for",
	    err == PH_OK ? ph_buf_str(&what) : ph_role_noun(role));
	ph_fault_advise(fault, "give it to ph_mailer_set_%s()",
	    role == PH_ROLE_PASSWORD ? "password" : "secret");
	return PH_ENOTFOUND;
}

static const struct ph_secret *secret_of(
    const struct ph_mailer *m, enum ph_role role)
{
	if (m->given[role].ptr != NULL)
		return &m->given[role];
	return m->found[role].ptr != NULL ? &m->found[role] : NULL;
}

static struct ph_token_question token_question(
    const struct ph_mailer *m, const struct ph_catalog *catalog)
{
	return (struct ph_token_question){
		.dir = ph_catalog_secrets_dir(catalog),
		.connection = &m->conn,
		.proxy_password = secret_of(m, PH_ROLE_PROXY),
	};
}

/* A library does not talk to the terminal of the program it is in. */
static enum ph_err find_secret(struct ph_mailer *m, enum ph_role role,
    struct ph_catalog *catalog, struct ph_fault *fault)
{
	struct ph_connection c = m->conn;

	ph_secret_release(&m->found[role]);
	if (m->given[role].ptr != NULL || !ph_role_is_needed(&c, role))
		return PH_OK;
	switch (ph_role_source(&c, role)->kind) {
	case PH_SECRET_PROMPT:
		return refuse_to_ask(&c, role, fault);
	case PH_SECRET_NONE:
		ph_role_set_source(&c, role,
		    &(struct ph_secret_source){
			.kind = PH_SECRET_STORED, .fd = -1 });
		break;
	case PH_SECRET_ENV:
	case PH_SECRET_FILE:
	case PH_SECRET_FD:
	case PH_SECRET_COMMAND:
	case PH_SECRET_KEYRING:
	case PH_SECRET_STORED:
	case PH_SECRET_OAUTH:
	case PH_SECRET_CREDENTIAL:
		break;
	}
	if (role == PH_ROLE_PASSWORD) {
		m->found_changed = ph_vault_changed_msec(
		    ph_catalog_secrets_dir(catalog), &c, role);
	}
	if (role == PH_ROLE_PASSWORD &&
	    c.password_from.kind == PH_SECRET_OAUTH) {
		const struct ph_token_question q = token_question(m, catalog);

		return ph_token_fresh(&q, &m->found[role], fault);
	}
	return ph_vault_secret(
	    ph_catalog_secrets_dir(catalog), &c, role, &m->found[role], fault);
}

static enum ph_err find_secrets(
    struct ph_mailer *m, struct ph_catalog *catalog, struct ph_fault *fault)
{
	/* A token may be fetched through the proxy. */
	enum ph_err err = find_secret(m, PH_ROLE_PROXY, catalog, fault);

	for (int i = 0; err == PH_OK && i < PH_ROLE_COUNT; i++) {
		if (i != PH_ROLE_PROXY)
			err = find_secret(m, (enum ph_role)i, catalog, fault);
	}
	return err;
}

static enum ph_status prepare(struct ph_mailer *m)
{
	PH_CLEANUP(ph_catalog_freep) struct ph_catalog *catalog = NULL;
	struct ph_fault f = { 0 };

	m->resolved = false;

	enum ph_err err = ph_catalog_open(m->config, &catalog, &f);
	if (err == PH_OK)
		err = resolve(m, catalog, &f);
	if (err == PH_OK)
		err = find_secrets(m, catalog, &f);
	if (err == PH_OK) {
		m->resolved = true;
		return PH_STATUS_OK;
	}
	if (!ph_fault_is_set(&f))
		return ph_lib_problem_memory(&m->problem);
	return ph_lib_problem_set(&m->problem, &f);
}

/* the session */

static void on_trace(void *ctx, const struct ph_trace *t)
{
	static const char direction[] = {
		[PH_DIR_IN] = '<', [PH_DIR_OUT] = '>', [PH_DIR_NOTE] = '*'
	};
	struct ph_mailer *m = ctx;
	char line[4096];
	size_t len =
	    t->line.len < sizeof(line) ? t->line.len : sizeof(line) - 1;

	/* Lines of replies are bounded below that. */
	if (len > 0)
		memcpy(line, t->line.ptr, len);
	line[len] = '\0';
	m->transcript(m->transcript_ctx,
	    &(struct ph_transcript){
		.t_ms = t->t_ms,
		.direction = direction[t->dir],
		.tls = t->tls,
		.stage = ph_stage_name(t->stage),
		.line = line,
		.len = len,
	    });
}

static void text(char *out, size_t out_size, const char *from)
{
	(void)snprintf(out, out_size, "%s", from == NULL ? "" : from);
}

static void join_warnings(
    const struct ph_session_facts *f, char *out, size_t out_size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < f->warning_count && used < out_size; i++) {
		used += (size_t)snprintf(out + used, out_size - used, "%s%s",
		    i > 0 ? "; " : "", f->warnings[i]);
	}
}

/* A copy, since sessions come and go. */
static void note_peer(struct ph_mailer *m)
{
	const struct ph_session_facts *f = ph_session_facts(m->session);

	text(m->peer_host, sizeof(m->peer_host), f->host);
	text(m->peer_address, sizeof(m->peer_address), f->address);
	text(m->peer_tls, sizeof(m->peer_tls),
	    f->tls == NULL ? "" : f->tls->version);
	text(m->peer_mechanism, sizeof(m->peer_mechanism), f->mechanism);
	text(m->peer_greeting, sizeof(m->peer_greeting), f->greeting);
	join_warnings(f, m->peer_warning, sizeof(m->peer_warning));
	m->peer = (struct ph_peer){
		.host = m->peer_host,
		.address = m->peer_address,
		.port = f->port,
		.encryption = ph_encryption_name(f->encryption),
		.tls = m->peer_tls,
		.mechanism = m->peer_mechanism,
		.greeting = m->peer_greeting,
		.warning = m->peer_warning,
	};
	m->has_peer = true;
}

static void remember(struct ph_mailer *m)
{
	struct ph_lesson lesson;

	if (ph_lesson_make(
		ph_session_facts(m->session), ph_clock_unix(), &lesson))
		ph_memory_learn(m->memory, &lesson.news);
}

void ph_lib_disconnect(struct ph_mailer *m, bool polite)
{
	if (m->session != NULL && polite)
		ph_session_disconnect(m->session);
	if (m->session != NULL)
		remember(m);
	ph_session_free(m->session);
	m->session = NULL;
	ph_memory_free(m->memory);
	m->memory = NULL;
}

static enum ph_err open_memory(struct ph_mailer *m, struct ph_fault *fault)
{
	bool is_given = m->given[PH_ROLE_PASSWORD].ptr != NULL;
	const struct ph_memory_question q = {
		.connection = &m->conn,
		.changed_at = is_given ? m->given_changed : m->found_changed,
	};
	enum ph_err err = ph_memory_open(&q, &m->memory);

	if (err != PH_OK)
		return err;
	ph_memory_gate(m->memory, &m->gate);
	if (m->conn.username[0] == '\0' || m->conn.anonymous)
		return PH_OK;
	return ph_memory_check(m->memory, fault);
}

/* A place among the sessions that may be open. */
static enum ph_err take_place(struct ph_mailer *m, struct ph_fault *fault)
{
	ph_msec most = ph_memory_patience(m->memory);
	enum ph_err err = ph_memory_session_take(m->memory);

	for (ph_msec waited = 0; err == PH_AGAIN && waited < most;
	     waited += PH_MEMORY_PAUSE_MS) {
		ph_clock_pause(PH_MEMORY_PAUSE_MS);
		err = ph_memory_session_take(m->memory);
	}
	if (err != PH_AGAIN)
		return err;
	ph_memory_session_refuse(m->memory, most, fault);
	return PH_EIO;
}

static enum ph_err new_session(struct ph_mailer *m, struct ph_fault *fault)
{
	return ph_session_new(m->loop,
	    &(struct ph_session_options){
		.weaker_max = 1,
		.known = ph_memory_known(m->memory),
		.gate = &m->gate,
		.connection = &m->conn,
		.password = secret_of(m, PH_ROLE_PASSWORD),
		.proxy_password = secret_of(m, PH_ROLE_PROXY),
		.key_password = secret_of(m, PH_ROLE_CLIENT_KEY),
		.trace = m->transcript == NULL ? NULL : on_trace,
		.trace_ctx = m,
	    },
	    &m->session, fault);
}

static enum ph_err begin_session(struct ph_mailer *m, struct ph_fault *fault)
{
	enum ph_err err = open_memory(m, fault);

	if (err == PH_OK)
		err = take_place(m, fault);
	if (err == PH_OK)
		err = new_session(m, fault);
	if (err == PH_OK) {
		err = ph_session_connect(m->session, fault);
		note_peer(m);
	}
	if (err != PH_OK)
		ph_lib_disconnect(m, false);
	return err;
}

/* A fresh token in place of one that the server refused.  PH_AGAIN: there is
   none to be had. */
static enum ph_err renew_token(struct ph_mailer *m, struct ph_fault *fault)
{
	PH_CLEANUP(ph_catalog_freep) struct ph_catalog *catalog = NULL;
	struct ph_secret *found = &m->found[PH_ROLE_PASSWORD];
	struct ph_secret fresh = { 0 };
	bool is_token = fault->cause == PH_CAUSE_AUTH_TOKEN ||
	    fault->cause == PH_CAUSE_AUTH_REFUSED;

	if (!is_token || found->ptr == NULL ||
	    m->conn.password_from.kind != PH_SECRET_OAUTH)
		return PH_AGAIN;

	struct ph_fault f = { 0 };
	enum ph_err err = ph_catalog_open(m->config, &catalog, &f);

	if (err == PH_OK) {
		struct ph_token_question q = token_question(m, catalog);

		q.refused = ph_secret_span(found);
		err = ph_token_fresh(&q, &fresh, &f);
	}
	if (ph_fault_is_set(&f))
		*fault = f;
	if (err != PH_OK)
		return err;
	ph_secret_release(found);
	*found = fresh;
	m->found_changed = ph_clock_unix_msec();
	return PH_OK;
}

static enum ph_status open_session(struct ph_mailer *m)
{
	struct ph_fault f = { 0 };

	if (m->loop == NULL && ph_loop_new(&m->loop) != PH_OK)
		return ph_lib_problem_memory(&m->problem);

	enum ph_err err = begin_session(m, &f);

	if (err != PH_OK && renew_token(m, &f) == PH_OK) {
		f = (struct ph_fault){ 0 };
		err = begin_session(m, &f);
	}
	if (err == PH_OK) {
		m->sent = 0;
		m->since_usec = ph_clock_usec();
		return PH_STATUS_OK;
	}
	if (!ph_fault_is_set(&f))
		return ph_lib_problem_memory(&m->problem);
	return ph_lib_problem_set(&m->problem, &f);
}

enum ph_status ph_lib_connect(struct ph_mailer *m)
{
	if (m->session != NULL)
		return PH_STATUS_OK;

	enum ph_status status = prepare(m);

	return status == PH_STATUS_OK ? open_session(m) : status;
}

/* The settings say how long a server is asked to bear with one session. */
static bool is_worn(const struct ph_mailer *m)
{
	const struct ph_connection *c = &m->conn;
	ph_msec age = (ph_clock_usec() - m->since_usec) / 1000;

	if (ph_session_is_spent(m->session))
		return true;
	return c->session_age != 0 && m->sent > 0 && age >= c->session_age;
}

/* sending */

/* The server closed a session that it had served before, and took nothing of
   this message: what any server does with an idle client. */
static bool was_stale(const struct ph_mailer *m, const struct ph_delivery *d)
{
	bool gone = d->fault.cause == PH_CAUSE_CONNECTION_LOST ||
	    d->fault.cause == PH_CAUSE_SHUTTING_DOWN;

	if (!gone || m->sent == 0 || d->outcome != PH_RETRY)
		return false;
	for (size_t i = 0; i < d->rcpt_count; i++) {
		if (d->rcpts[i].stage > PH_STAGE_MAIL)
			return false;
	}
	return true;
}

static enum ph_status deliver(struct ph_mailer *m,
    const struct ph_lib_sending *s, struct ph_delivery **out)
{
	struct ph_fault f = { 0 };
	struct ph_job job = { .content = s->content, .envelope = &s->envelope };

	*out = NULL;

	enum ph_err err = ph_session_deliver(m->session, &job, out, &f);
	if (err == PH_OK)
		return PH_STATUS_OK;
	if (!ph_fault_is_set(&f))
		return ph_lib_problem_memory(&m->problem);
	return ph_lib_problem_set(&m->problem, &f);
}

static enum ph_status reconnect(struct ph_mailer *m, bool polite)
{
	ph_lib_disconnect(m, polite);
	return open_session(m);
}

/* Once more on a new session where the old one turned out to be dead. */
static enum ph_status deliver_somehow(struct ph_mailer *m,
    const struct ph_lib_sending *s, struct ph_delivery **out)
{
	bool used = m->sent > 0;
	enum ph_status status = deliver(m, s, out);
	bool dead = ph_session_is_closed(m->session);
	bool again = used && dead &&
	    (*out == NULL ? status == PH_STATUS_TEMPORARY : was_stale(m, *out));

	if (!again)
		return status;
	ph_delivery_free(*out);
	*out = NULL;
	status = reconnect(m, false);
	if (status != PH_STATUS_OK)
		return status;
	return deliver(m, s, out);
}

static enum ph_status send_ready(struct ph_mailer *m,
    const struct ph_lib_sending *s, struct ph_receipt **out)
{
	PH_CLEANUP(ph_delivery_freep) struct ph_delivery *d = NULL;
	enum ph_status status = PH_STATUS_OK;

	if (is_worn(m))
		status = reconnect(m, true);
	if (status == PH_STATUS_OK)
		status = deliver_somehow(m, s, &d);
	if (m->session != NULL && ph_session_is_closed(m->session))
		ph_lib_disconnect(m, false);
	m->sent++;
	if (d == NULL)
		return status;
	*out = ph_lib_receipt_new(d, s->content);
	if (*out == NULL)
		return ph_lib_problem_memory(&m->problem);
	return ph_lib_problem_set(&m->problem, &d->fault);
}

/* A turn by `rate` and `quota`, which `timeout` bounds the wait for. */
static enum ph_status take_turn(struct ph_mailer *m, struct ph_memory *memory,
    size_t rcpt_count, struct ph_memory_booking *out)
{
	struct ph_fault f = { 0 };
	enum ph_err err =
	    ph_memory_book(memory, ph_memory_messages(&m->conn, rcpt_count),
		ph_memory_patience(memory), out, &f);

	if (err == PH_OK) {
		ph_clock_pause(out->wait);
		return PH_STATUS_OK;
	}
	if (!ph_fault_is_set(&f))
		return ph_lib_problem_memory(&m->problem);

	enum ph_status status = ph_lib_problem_set(&m->problem, &f);

	m->problem.pub.retry_ms = out->wait;
	return status;
}

static enum ph_status send_made(struct ph_mailer *m, bool alone,
    const struct ph_lib_sending *s, struct ph_receipt **out)
{
	enum ph_status status = alone ? open_session(m) : PH_STATUS_OK;

	if (status == PH_STATUS_OK)
		status = send_ready(m, s, out);
	if (alone)
		ph_lib_disconnect(m, true);
	return status;
}

static bool is_taken(const struct ph_receipt *r)
{
	for (size_t i = 0; r != NULL && i < r->rcpt_count; i++) {
		if (r->rcpts[i].fate == PH_FATE_DELIVERED ||
		    r->rcpts[i].fate == PH_FATE_UNSURE)
			return true;
	}
	return false;
}

static enum ph_status send_in_turn(struct ph_mailer *m, bool alone,
    const struct ph_lib_sending *s, struct ph_receipt **out)
{
	const struct ph_memory_question q = { .connection = &m->conn };
	PH_CLEANUP(ph_memory_freep) struct ph_memory *memory = NULL;
	struct ph_memory_booking booking = { 0 };

	if (ph_memory_open(&q, &memory) != PH_OK)
		return ph_lib_problem_memory(&m->problem);

	enum ph_status status =
	    take_turn(m, memory, s->envelope.rcpt_count, &booking);

	if (status != PH_STATUS_OK)
		return status;
	status = send_made(m, alone, s, out);
	if (!is_taken(*out))
		ph_memory_unbook(memory, &booking);
	return status;
}

/* What is wrong with the mail is found before anything connects. */
enum ph_status ph_lib_send(
    struct ph_mailer *m, const struct ph_mail *mail, struct ph_receipt **out)
{
	bool alone = m->session == NULL;
	PH_CLEANUP(ph_lib_sending_release) struct ph_lib_sending s = { 0 };
	struct ph_fault f = { 0 };
	enum ph_status status = alone ? prepare(m) : PH_STATUS_OK;

	if (status != PH_STATUS_OK)
		return status;
	assert(m->resolved);
	if (ph_lib_sending_make(mail, &m->conn, &s, &f) != PH_OK)
		return ph_lib_problem_set(&m->problem, &f);
	if (m->conn.rate.count == 0 && m->conn.quota.count == 0)
		return send_made(m, alone, &s, out);
	return send_in_turn(m, alone, &s, out);
}
