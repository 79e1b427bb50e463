#include "deliver/session_state.h"

#include "io/ticket.h"
#include "io/work.h"
#include "sasl/gsasl.h"

#include <stdio.h>
#include <stdlib.h>

/* What the tunnel asks of Kerberos (HTTP's Negotiate): whether there is a
   ticket for that, and its words, on a thread, because a KDC may keep
   silent. */

enum {
	CHALLENGE_MAX = 64 * 1024,
	ANSWER_MAX = 128 * 1024,
	REMARK_MAX = 512
};

/* One step and what came of it. */
struct ph_passage_token {
	struct ph_kerberos_context *kerberos; /* while a thread has it */
	const struct ph_kerberos *by;
	struct ph_buf challenge;
	struct ph_buf answer;
	struct ph_buf remark;
	enum ph_err err;
};

static void run(void *job)
{
	struct ph_passage_token *k = job;

	k->err = k->by->step(
	    k->kerberos, ph_buf_span(&k->challenge), &k->answer, &k->remark);
}

static void end(void *job)
{
	struct ph_passage_token *k = job;

	k->by->end(k->kerberos);
	ph_buf_wipe(&k->challenge);
	ph_buf_wipe(&k->answer);
	ph_buf_release(&k->remark);
	free(k);
}

static void wait_on(struct ph_session *s)
{
	if (s->conn->timeout > 0)
		s->handshake_until = ph_loop_now(s->loop) + s->conn->timeout;
}

/* what came of it */

static enum ph_err tell(struct ph_session *s)
{
	const struct ph_passage_token *k = s->way.token;
	struct ph_tunnel *t = s->way.tunnel;

	switch ((int)k->err) {
	case PH_OK:
	case PH_EOF:
		ph_tunnel_token(t, ph_buf_span(&k->answer), k->err == PH_EOF);
		return PH_OK;
	case PH_ENOMEM:
		return PH_ENOMEM;
	case PH_ETOOBIG:
		ph_tunnel_no_token(t, "the ticket is too long");
		return PH_OK;
	default:
		ph_tunnel_no_token(t, ph_buf_str(&k->remark));
		return PH_OK;
	}
}

static void on_done(void *ctx)
{
	struct ph_session *s = ctx;
	struct ph_passage *way = &s->way;

	way->kerberos = way->token->kerberos;
	way->token->kerberos = NULL;
	ph_stream_want_read(s->stream, true);
	wait_on(s);
	if (tell(s) != PH_OK)
		ph_passage_out_of_memory(s);
	ph_passage_token_stop(way);
	ph_session_run(s, true);
}

void ph_passage_token_stop(struct ph_passage *way)
{
	if (way->work != NULL) {
		/* The work ends what it works on, now or when it is through. */
		ph_work_free(way->work);
		way->work = NULL;
	} else if (way->token != NULL) {
		end(way->token);
	}
	way->token = NULL;
}

void ph_passage_token_release(struct ph_passage *way)
{
	ph_passage_token_stop(way);
	if (way->kerberos != NULL)
		way->by->end(way->kerberos);
	way->kerberos = NULL;
}

void ph_passage_token_late(struct ph_session *s)
{
	char why[128];

	(void)snprintf(why, sizeof(why), "Kerberos did not answer in %lld ms",
	    (long long)s->conn->timeout);
	ph_passage_token_stop(&s->way);
	ph_stream_want_read(s->stream, true);
	wait_on(s);
	ph_tunnel_no_token(s->way.tunnel, why);
}

/* whether there is one */

/* By a ticket one is its owner: with a user name it has to be that of the user,
   and known to be; with none at all it may be anybody's. */
static bool is_for(struct ph_session *s, char *why, size_t why_size)
{
	const char *username = s->way.username;
	char owner[PH_TICKET_OWNER_MAX];
	bool is_known = ph_ticket_owner(owner);

	if (username[0] != '\0' &&
	    (!is_known || !ph_ticket_is_of(owner, ph_span_of(username)))) {
		(void)snprintf(why, why_size,
		    "there is no Kerberos ticket of %s", username);
		return false;
	}
	ph_link_note(s, PH_STAGE_PROXY,
	    "login to the proxy: by the Kerberos ticket%s%s",
	    is_known ? " of " : "", is_known ? owner : "");
	return true;
}

static enum ph_err begin(struct ph_session *s, char *why, size_t why_size)
{
	struct ph_passage *way = &s->way;
	const struct ph_gsasl *module;
	char service[PH_PASSAGE_WHERE_MAX];

	if (!is_for(s, why, why_size))
		return PH_ENOTFOUND;
	module = ph_gsasl();
	if (module == NULL) {
		(void)snprintf(why, why_size,
		    "it needs the module %s, which cannot be loaded",
		    PH_GSASL_FILE);
		return PH_ENOTFOUND;
	}
	way->by = &module->kerberos;
	(void)snprintf(service, sizeof(service), "HTTP@%s", way->host);
	return way->by->begin(ph_span_of(service), &way->kerberos);
}

static enum ph_err start_work(struct ph_session *s)
{
	struct ph_passage *way = &s->way;
	struct ph_passage_token *k = calloc(1, sizeof(*k));
	const struct ph_work_job job = { run, end, k };

	if (k == NULL)
		return PH_ENOMEM;
	way->token = k;
	k->by = way->by;
	ph_buf_init(&k->challenge, CHALLENGE_MAX);
	ph_buf_init(&k->answer, ANSWER_MAX);
	ph_buf_init(&k->remark, REMARK_MAX);

	enum ph_err err =
	    ph_buf_append(&k->challenge, ph_tunnel_challenge(way->tunnel));
	if (err != PH_OK)
		return err;
	k->kerberos = way->kerberos;
	err = ph_work_start(s->loop, &job, on_done, s, &way->work);
	if (err != PH_OK) {
		k->kerberos = NULL;
		return err;
	}
	way->kerberos = NULL;
	/* What the proxy says or does meanwhile is looked at after. */
	ph_stream_want_read(s->stream, false);
	wait_on(s);
	return PH_OK;
}

void ph_passage_token_ask(struct ph_session *s)
{
	struct ph_passage *way = &s->way;
	char why[PH_TICKET_OWNER_MAX] = "";
	enum ph_err err = PH_OK;

	if (way->kerberos == NULL)
		err = begin(s, why, sizeof(why));
	if (err == PH_OK)
		err = start_work(s);
	if (err == PH_OK)
		return;
	ph_passage_token_stop(way);
	if (err == PH_ENOTFOUND || err == PH_ETOOBIG) {
		ph_tunnel_no_token(way->tunnel, why);
	} else {
		ph_passage_out_of_memory(s);
	}
}
