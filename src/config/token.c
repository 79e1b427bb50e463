#include "config/token.h"

#include "config/place.h"
#include "config/vault.h"
#include "connection/settings.h"
#include "io/file.h"
#include "io/interrupt.h"
#include "io/lock.h"
#include "io/loop.h"
#include "oauth/keep.h"
#include "token/exchange.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	ARENA_MAX = 64 * 1024,
	/* Longer than who has it may take to ask (the settings' timeout), and
	   not for ever. */
	LOCK_SLACK_MS = 15 * 1000,
	/* A refused token that is younger was not refused for its age. */
	RENEW_AGE = 60,
	/* One that ends sooner may not live to see the login. */
	LAST_USE = 10
};

/* One connection's tokens at work. */
struct job {
	const char *dir;
	const struct ph_connection *conn;
	struct ph_fault *fault;
	struct ph_fault unasked; /* where the caller wants none */
	struct ph_arena arena;
	struct ph_token_site site;
	struct ph_oauth_bond bond;
	char *path;
	char *lock_path;
	struct ph_lock lock;
	struct ph_oauth_keep keep;
	struct ph_secret client_secret;
	struct ph_secret proxy_secret; /* where nobody gave it */
	struct ph_span proxy_password;
	struct ph_span refused; /* the token that is not given again */
};

static void job_release(struct job *j)
{
	ph_lock_drop(&j->lock);
	ph_oauth_keep_release(&j->keep);
	ph_secret_release(&j->client_secret);
	ph_secret_release(&j->proxy_secret);
	ph_arena_release(&j->arena);
	free(j->path);
	free(j->lock_path);
}

static enum ph_err job_begin(struct job *j, const char *dir,
    const struct ph_connection *conn, struct ph_fault *fault)
{
	*j = (struct job){ .dir = dir, .conn = conn };
	j->fault = fault == NULL ? &j->unasked : fault;
	ph_arena_init(&j->arena, ARENA_MAX);
	if (!ph_connection_name_valid(ph_span_of(conn->name))) {
		ph_fault_set(j->fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "a token is kept for a connection with a name, and %s has "
		    "none",
		    conn->host);
		ph_fault_advise(j->fault,
		    "posthaste connection add NAME makes one; or give a token "
		    "with --password-from command:CMD --auth XOAUTH2");
		return PH_EINVAL;
	}

	enum ph_err err =
	    ph_token_site_find(conn, &j->arena, &j->site, j->fault);

	if (err != PH_OK)
		return err;
	j->bond = (struct ph_oauth_bond){
		.host = ph_span_of(conn->host),
		.username = ph_span_of(conn->username),
		.client_id = ph_span_of(j->site.client_id),
		.token_url = ph_span_of(j->site.token_url),
	};
	j->path = ph_place_join(dir, conn->name, "@token");
	/* The dot hides it from a list of secrets. */
	j->lock_path = ph_place_join(dir, ".", conn->name);
	return j->path == NULL || j->lock_path == NULL ? PH_ENOMEM : PH_OK;
}

/* What went wrong is made up for. */
static void forgive(const struct job *j)
{
	*j->fault = (struct ph_fault){ 0 };
}

/* what is kept */

static enum ph_err tell_missing(const struct job *j)
{
	ph_fault_set(j->fault, PH_CAUSE_TOKEN_MISSING, PH_STAGE_CONFIG,
	    "nobody has signed in for connection \"%s\" yet", j->conn->name);
	ph_fault_advise(j->fault, "posthaste login %s", j->conn->name);
	return PH_ENOTFOUND;
}

static enum ph_err tell_unusable(const struct job *j, enum ph_err err)
{
	ph_fault_set(j->fault, PH_CAUSE_TOKEN_MISSING, PH_STAGE_CONFIG,
	    err == PH_EDENIED
		? "the sign-in kept for connection \"%s\" was for another "
		  "host, user name, client-id or token-endpoint"
		: "the sign-in kept for connection \"%s\" cannot be read: its "
		  "file is damaged",
	    j->conn->name);
	ph_fault_advise(j->fault, "posthaste login %s", j->conn->name);
	return err;
}

/* PH_ENOTFOUND without a fault: there is none. */
static enum ph_err load(struct job *j)
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf bytes;
	enum ph_err err = ph_file_check_private(j->path, j->fault);

	ph_oauth_keep_release(&j->keep);
	ph_buf_init(&bytes, PH_OAUTH_KEEP_MAX);
	if (err == PH_OK)
		err = ph_file_read(j->path, &bytes, j->fault);
	if (err == PH_ENOTFOUND)
		forgive(j);
	if (err != PH_OK)
		return err;
	err = ph_oauth_keep_read(ph_buf_span(&bytes), &j->bond, &j->keep);
	return err == PH_EDENIED || err == PH_EPROTO ? tell_unusable(j, err)
						     : err;
}

static enum ph_err save(struct job *j)
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf bytes;

	ph_buf_init(&bytes, PH_OAUTH_KEEP_MAX);

	enum ph_err err = ph_oauth_keep_write(&j->keep, &j->bond, &bytes);

	if (err != PH_OK)
		return err;
	return ph_file_replace(j->path, ph_buf_span(&bytes), 0600, j->fault);
}

static enum ph_err lock(struct job *j)
{
	enum ph_err err = ph_dir_make(j->dir, j->fault);

	if (err == PH_OK) {
		err = ph_lock_take(j->lock_path,
		    j->site.timeout + LOCK_SLACK_MS, &j->lock, j->fault);
	}
	if (err == PH_ETIMEOUT) {
		ph_fault_set(j->fault, PH_CAUSE_TOKEN_UNREACHABLE,
		    PH_STAGE_AUTH,
		    "another process fetches the token of connection \"%s\", "
		    "and does not come to an end",
		    j->conn->name);
		err = PH_EIO;
	}
	return err;
}

/* a fresh one */

static bool is_given(const struct job *j)
{
	return ph_oauth_keep_is_fresh(&j->keep, ph_clock_unix()) &&
	    !ph_secret_eq(ph_secret_span(&j->keep.access), j->refused);
}

/* The one that was refused is too young for that to be about its age. */
static bool is_young(const struct job *j)
{
	return j->refused.len > 0 &&
	    ph_secret_eq(ph_secret_span(&j->keep.access), j->refused) &&
	    ph_clock_unix() < j->keep.taken + RENEW_AGE;
}

/* Once the form may be there, the answer has to be taken. */
static bool is_stopped(void *ctx, bool is_sent)
{
	const struct ph_interrupt *hold = ctx;

	return !is_sent && ph_interrupt_came(hold);
}

static void tell_ended(const struct job *j)
{
	char words[PH_FAULT_TEXT_MAX];

	(void)snprintf(words, sizeof(words), "%s", j->fault->text);
	ph_fault_set(j->fault, PH_CAUSE_TOKEN_ENDED, PH_STAGE_AUTH,
	    "the consent for %s ended: %s", j->conn->username, words);
	ph_fault_advise(j->fault, "run posthaste login %s", j->conn->name);
}

static enum ph_err ask(
    struct job *j, struct ph_interrupt *hold, struct ph_oauth_tokens *out)
{
	const struct ph_token_exchange x = {
		.site = &j->site,
		.client_secret = ph_secret_span(&j->client_secret),
		.proxy_password = j->proxy_password,
		.is_stopped = is_stopped,
		.ctx = hold,
	};
	struct ph_oauth_refusal why = { 0 };

	if (j->site.is_app)
		return ph_token_ask_app(&x, out, &why, j->fault);

	enum ph_err err = ph_token_ask_refresh(
	    &x, ph_secret_span(&j->keep.refresh), out, &why, j->fault);

	if (err == PH_EDENIED && why.error == PH_OAUTH_INVALID_GRANT)
		tell_ended(j);
	return err;
}

/* A client without a person loses nothing when its token is not kept. */
static enum ph_err keep_tokens(struct job *j, struct ph_oauth_tokens *t)
{
	ph_oauth_keep_take(&j->keep, t, ph_clock_unix());
	if (j->lock.path == NULL)
		return PH_OK;
	return save(j);
}

static enum ph_err fetch(struct job *j)
{
	struct ph_oauth_tokens t = { 0 };
	struct ph_interrupt hold;

	ph_interrupt_hold(&hold);

	enum ph_err err = ask(j, &hold, &t);

	if (err == PH_OK)
		err = keep_tokens(j, &t);
	/* What was held back may end the program: nothing is left behind. */
	ph_lock_drop(&j->lock);
	ph_interrupt_let_go(&hold);
	ph_oauth_tokens_release(&t);
	return err;
}

static bool is_for_now(const struct ph_fault *f)
{
	return f->cause == PH_CAUSE_TOKEN_UNREACHABLE ||
	    f->cause == PH_CAUSE_TOKEN_TLS ||
	    f->cause == PH_CAUSE_TOKEN_PROTOCOL;
}

/* The server of tokens is of no use just now, and the old one still is. */
static bool old_one_will_do(const struct job *j)
{
	return is_for_now(j->fault) && j->refused.len == 0 &&
	    j->keep.access.len > 0 &&
	    ph_clock_unix() + LAST_USE < j->keep.access_ends;
}

/* Nothing to ask with: only a token, and it ended. */
static enum ph_err tell_no_refresh(const struct job *j)
{
	ph_fault_set(j->fault, PH_CAUSE_TOKEN_ENDED, PH_STAGE_AUTH,
	    "the token of connection \"%s\" ended, and no refresh token came "
	    "with it",
	    j->conn->name);
	ph_fault_advise(j->fault,
	    "run posthaste login %s; the scope may have to ask for offline "
	    "access",
	    j->conn->name);
	return PH_EDENIED;
}

static enum ph_err client_secret(struct job *j)
{
	if (j->conn->oauth.client_secret_from.kind == PH_SECRET_NONE)
		return PH_OK;
	return ph_vault_secret(
	    j->dir, j->conn, PH_ROLE_OAUTH_CLIENT, &j->client_secret, j->fault);
}

static enum ph_err proxy_secret(struct job *j)
{
	if (j->proxy_password.ptr != NULL ||
	    !ph_role_is_needed(j->conn, PH_ROLE_PROXY))
		return PH_OK;

	enum ph_err err = ph_vault_secret(
	    j->dir, j->conn, PH_ROLE_PROXY, &j->proxy_secret, j->fault);

	j->proxy_password = ph_secret_span(&j->proxy_secret);
	return err;
}

/* Where nothing was kept, a client can do without keeping. */
static enum ph_err lock_and_load(struct job *j)
{
	enum ph_err err = lock(j);

	if (err != PH_OK && j->site.is_app &&
	    j->fault->cause == PH_CAUSE_CANNOT_CREATE) {
		forgive(j);
		return PH_OK;
	}
	if (err == PH_OK)
		err = load(j);
	return err == PH_ENOTFOUND && j->site.is_app ? PH_OK : err;
}

static enum ph_err renew(struct job *j)
{
	enum ph_err err = client_secret(j);

	if (err == PH_OK)
		err = proxy_secret(j);
	if (err == PH_OK)
		err = lock_and_load(j);
	if (err == PH_ENOTFOUND && !ph_fault_is_set(j->fault))
		return tell_missing(j);
	if (err != PH_OK)
		return err;
	/* Another process was here before. */
	if (is_given(j))
		return PH_OK;
	if (is_young(j))
		return PH_AGAIN;
	if (!j->site.is_app && j->keep.refresh.len == 0)
		return tell_no_refresh(j);
	err = fetch(j);
	if (err != PH_OK && old_one_will_do(j)) {
		forgive(j);
		return PH_OK;
	}
	return err;
}

static enum ph_err find(struct job *j, struct ph_secret *out)
{
	enum ph_err err = load(j);

	if (err == PH_ENOTFOUND && !j->site.is_app)
		return tell_missing(j);
	if (err != PH_OK && err != PH_ENOTFOUND)
		return err;
	if (!is_given(j)) {
		err = renew(j);
		if (err != PH_OK)
			return err;
	}
	return ph_secret_set(out, ph_secret_span(&j->keep.access));
}

enum ph_err ph_token_fresh(const struct ph_token_question *q,
    struct ph_secret *out, struct ph_fault *fault)
{
	PH_CLEANUP(job_release) struct job j;
	enum ph_err err = job_begin(&j, q->dir, q->connection, fault);

	j.refused = q->refused;
	if (q->proxy_password != NULL)
		j.proxy_password = ph_secret_span(q->proxy_password);
	return err == PH_OK ? find(&j, out) : err;
}

enum ph_err ph_token_store(const char *dir, const struct ph_connection *conn,
    struct ph_oauth_tokens *t, struct ph_fault *fault)
{
	PH_CLEANUP(job_release) struct job j;
	enum ph_err err = job_begin(&j, dir, conn, fault);

	if (err == PH_OK)
		err = lock(&j);
	if (err != PH_OK)
		return err;
	if (!j.site.is_app)
		j.keep.consented = ph_clock_unix();
	ph_oauth_keep_take(&j.keep, t, ph_clock_unix());
	return save(&j);
}

enum ph_err ph_token_look(const char *dir, const struct ph_connection *conn,
    struct ph_token_state *out, struct ph_fault *fault)
{
	PH_CLEANUP(job_release) struct job j;
	enum ph_err err = job_begin(&j, dir, conn, fault);

	if (err == PH_OK)
		err = load(&j);
	if (err != PH_OK)
		return err;
	*out = (struct ph_token_state){
		.is_app = j.site.is_app,
		.has_refresh = j.keep.refresh.len > 0,
		.consented = j.keep.consented,
		.access_ends = j.keep.access_ends,
		.consent_ends = j.keep.consent_ends,
		.rule = j.site.issuer == NULL || j.site.is_app
		    ? ""
		    : j.site.issuer->rule,
	};
	return PH_OK;
}
