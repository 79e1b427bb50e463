#ifndef PH_DELIVER_SESSION_STATE_H
#define PH_DELIVER_SESSION_STATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "deliver/passage.h"
#include "deliver/session.h"
#include "deliver/task.h"
#include "io/dial.h"
#include "io/host.h"
#include "io/stream.h"
#include "sasl/client.h"
#include "sasl/mechanism.h"

/* What the files of a session share: session.c (what callers see), link.c
   (dial, stream, TLS), passage.c (the proxy), turn.c (the engine's turns),
   login.c (SASL) and traffic.c (jobs). */

enum {
	PH_SESSION_IN = 16 * 1024,         /* a read: more than replies need */
	PH_SESSION_NAMES_MAX = 256 * 1024, /* PH_CERT_NAMES_MAX long ones */
	PH_SESSION_HOST_MAX = 256,
	PH_SESSION_WHERE_MAX = PH_SESSION_HOST_MAX + 8,
	PH_SESSION_HELO_MAX = 300,
	/* The longest secret, and its frame. */
	PH_LOGIN_NAME_MAX = 512,
	PH_LOGIN_RESPONSE_MAX = 64 * 1024 + 4096
};

enum ph_session_phase {
	PH_PHASE_NEW = 0,
	PH_PHASE_DIALING,
	PH_PHASE_PROXY,     /* TLS to it, and its tunnel */
	PH_PHASE_HANDSHAKE, /* TLS, first or after STARTTLS */
	PH_PHASE_TALKING,
	PH_PHASE_CLOSED
};

/* How far `wanted` had to come down. */
enum ph_session_footing {
	PH_FOOTING_AS_ASKED = 0,
	PH_FOOTING_UNVERIFIED, /* TLS, whatever the certificate; not secure */
	PH_FOOTING_CLEAR
};

/* One step of a mechanism and what came of it. */
struct ph_login_step {
	struct ph_sasl_client *sasl; /* while a thread has it */
	struct ph_buf challenge;
	struct ph_buf response;
	struct ph_fault why;
	enum ph_err err;
};

struct ph_work;

/* A login: the mechanisms one after the other, over as many connections as it
   takes. */
struct ph_login {
	struct ph_sasl_choice choice;
	size_t at; /* of the fitting ones: the one under way */
	bool is_trying;
	struct ph_sasl_client *sasl; /* NULL, too, while a step is on its way */
	struct ph_login_step *step;
	struct ph_work *work; /* does it, if it is not done at once */
	ph_msec step_until;   /* or it is given up */
	bool has_ticket;      /* the user has one, of Kerberos */
	bool cancelled;       /* by us: fault says why */
	bool false_server;
	bool is_heard;    /* a challenge came for the one under way */
	bool failed_here; /* one has failed over this connection */
	bool reconnected; /* and none was tried over it yet */
	unsigned reconnects;
	unsigned refused;     /* answered by a no to who logs in */
	unsigned weaker_left; /* that may be tried after one */
	bool may_be_other;    /* the name's other shape may be tried */
	char other_name[PH_LOGIN_NAME_MAX]; /* it is; "": it is not */
	/* Those that are through, whatever is offered next. */
	char ended[PH_SASL_CHOICE_MAX][PH_SASL_NAME_MAX + 1];
	size_t ended_count;
	struct ph_fault fault; /* why the last one failed; a refusal stays */
	int64_t begun_usec;
	int64_t tried_usec; /* when the one under way began */
};

struct ph_session {
	struct ph_loop *loop;
	const struct ph_connection *conn;
	const struct ph_secret *password;
	const struct ph_secret *proxy_password;
	const struct ph_secret *key_password;
	ph_trace_fn *trace;
	void *trace_ctx;
	bool no_chunking;
	const struct ph_known *known; /* or NULL */
	const struct ph_gate *gate;   /* or NULL */
	ph_session_fn *on_event;
	void *on_event_ctx;

	char host[PH_SESSION_HOST_MAX]; /* A-labels */
	char where[PH_SESSION_WHERE_MAX];
	char helo[PH_SESSION_HELO_MAX];

	struct ph_passage way;
	struct ph_tls_context *tls;
	struct ph_tls_context *tls_unverified; /* made when it is needed */
	struct ph_dial *dial;
	struct ph_stream *stream;
	struct ph_smtp_client *client;
	struct ph_timer *timer;
	ph_msec armed_at; /* of the timer */
	ph_msec handshake_until;
	ph_msec helo_until;
	ph_msec gate_at;                        /* when it is asked again */
	ph_msec gate_until;                     /* how long it is asked */
	struct ph_host_question *helo_question; /* whether our name resolves */

	enum ph_session_phase phase;
	enum ph_session_footing footing;
	bool running;      /* within ph_session_run() */
	bool again;        /* another round of it is due */
	bool resume;       /* and one from the loop */
	bool start_over;   /* with a new connection: `wanted` asks for less, or
	                    the login goes on */
	bool same_address; /* of the last one: it is dialed first */
	bool was_ready;
	bool renews; /* it quits, to go on over another connection */
	bool interrupted;
	bool in_blocking_call;
	bool helo_waits;  /* the engine, for the name to greet with */
	bool is_admitted; /* to the login, by the gate */

	/* events not yet pulled */
	bool news; /* since on_event was called */
	bool tell_ready;
	bool tell_room;
	bool tell_closed;

	struct ph_login login;
	struct ph_session_facts facts;
	struct ph_session_attempt attempts[PH_SESSION_ATTEMPTS_MAX];
	struct ph_tls_info tls_info;
	struct ph_arena names; /* of its certificate */
	char address[64];
	char mechanism[PH_SASL_NAME_MAX + 1];
	char greeting[512];
	const char *warnings[PH_SESSION_WARNINGS_MAX];
	char warning_texts[PH_SESSION_WARNINGS_MAX][PH_FAULT_TEXT_MAX];
	struct ph_fault fault; /* that ended it */
	int64_t start_usec;
	int64_t mark_usec; /* when the present step began */

	/* jobs, oldest first; in done order they are the same */
	struct ph_entry *first;
	struct ph_entry *last;
	struct ph_batch *batches; /* the engine has them */
	uint64_t batch_id;
	size_t rcpts_fit; /* learned from 452; 0: not met */

	char in[PH_SESSION_IN];
};

/* link.c */
void ph_link_trace(struct ph_session *s, enum ph_smtp_dir dir,
    enum ph_stage stage, struct ph_span line);
/* `wanted`: what failed may be done without. */
bool ph_link_may_step_down(const struct ph_session *s);
void ph_link_step_down(struct ph_session *s, const struct ph_fault *why);
void ph_link_reconnect(struct ph_session *s);
void ph_link_start_tls(struct ph_session *s);
/* True when the handshake is over, well or not. */
bool ph_link_handshake(struct ph_session *s);
PH_MUST_USE enum ph_err ph_link_dial(struct ph_session *s);
void ph_link_on_dialed(void *ctx, const struct ph_dial_result *r);
/* The stream leads to the server: TLS, or the engine. */
void ph_link_open(struct ph_session *s);

/* passage.c */
/* Which proxy, and whether it can be used.  PH_EINVAL with *fault,
   PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_passage_settle(
    struct ph_session *s, struct ph_fault *fault);
bool ph_passage_is_due(const struct ph_session *s);
/* Connects to the proxy. */
PH_MUST_USE enum ph_err ph_passage_dial(struct ph_session *s);
/* A fault of dialing is the proxy's. */
void ph_passage_blame(struct ph_session *s, struct ph_fault *f);
/* The stream leads to the proxy. */
void ph_passage_begin(struct ph_session *s);
/* True when there is more to do: it is open, or over. */
bool ph_passage_run(struct ph_session *s);
/* Forgets a tunnel half made. */
void ph_passage_restart(struct ph_session *s);
void ph_passage_release(struct ph_session *s);
void ph_passage_out_of_memory(struct ph_session *s);

/* passage_token.c: Kerberos for the tunnel. */
/* The tunnel wants a token: it gets an answer at once, or way.work is on its
   way to one and gives it, and runs the session. */
void ph_passage_token_ask(struct ph_session *s);
/* It takes too long: it is left to itself, and the tunnel hears of it. */
void ph_passage_token_late(struct ph_session *s);
/* Forgets what is on its way. */
void ph_passage_token_stop(struct ph_passage *way);
/* And the login. */
void ph_passage_token_release(struct ph_passage *way);

/* turn.c */
void ph_link_on_stream(void *ctx); /* a ph_stream_fn */
void ph_link_on_timer(void *ctx);  /* a ph_timer_fn */
/* Everything that can go on now goes on.  From the loop callers are told of
   events; otherwise that is left to the next turn. */
void ph_session_run(struct ph_session *s, bool from_loop);

/* link.c, endings: */
/* Ends it at once; the first fault given stays. */
void ph_link_close(struct ph_session *s, const struct ph_fault *fault);
void ph_link_interrupt(struct ph_session *s);
/* Frees what talks. */
void ph_link_drop(struct ph_session *s);
PH_PRINTF(3, 4)
void ph_link_note(
    struct ph_session *s, enum ph_stage stage, const char *fmt, ...);
/* Adds to the facts' warnings, unless it is among them, and to the
   transcript. */
PH_PRINTF(3, 4)
void ph_link_warn(
    struct ph_session *s, enum ph_stage stage, const char *fmt, ...);
/* A fault of our own; QUIT is said, CLOSED tells it. */
void ph_link_give_up(struct ph_session *s, const struct ph_fault *fault);
void ph_link_reached(struct ph_session *s, enum ph_stage stage);

static inline double ph_ms_since(int64_t usec)
{
	return (double)(ph_clock_usec() - usec) / 1000.0;
}

/* login_choice.c */
bool ph_login_is_due(const struct ph_connection *conn);
struct ph_sasl_credentials ph_login_credentials(const struct ph_session *s);
struct ph_sasl_channel ph_login_channel(const struct ph_session *s);
/* Fills the login's choice by what the server offers. */
void ph_login_choose(struct ph_session *s);
/* The user name's other shape; false: it has none that anyone could guess. */
bool ph_login_other_name(
    const struct ph_session *s, char out[PH_LOGIN_NAME_MAX]);
/* Nothing of it fits: gives up. */
void ph_login_none_fits(struct ph_session *s);

/* login.c */
void ph_login_needed(struct ph_session *s);
void ph_login_challenge(struct ph_session *s, struct ph_span challenge);
void ph_login_answered(struct ph_session *s, const struct ph_reply *reply);
/* The connection is lost in the midst of a login.  True: another is to be made,
   and the login goes on over it. */
bool ph_login_survives(struct ph_session *s, const struct ph_fault *why);
/* The login has its answer, and it is no: what came after does not matter. */
bool ph_login_is_refused(const struct ph_session *s);
/* As before the first one, but for the mechanisms that are known to fail. */
void ph_login_restart(struct ph_session *s);
/* A deadline has passed, perhaps that of a step on its way. */
void ph_login_tick(struct ph_session *s);
void ph_login_release(struct ph_login *l);
/* With the next mechanism, after a wait at the gate. */
void ph_login_go_on(struct ph_session *s);

/* link.c */
/* The stream is there, and TLS where it is first. */
void ph_link_start_engine(struct ph_session *s);

/* helo.c: the name to greet with (RFC 5321 4.1.1.1). */
/* Asks whether this machine's name resolves, where that is to be known. */
void ph_helo_look(struct ph_session *s);
/* True: s->helo is set.  False: ph_link_start_engine() is called once it is,
   in a second at most. */
bool ph_helo_is_ready(struct ph_session *s);
void ph_helo_tick(struct ph_session *s);
void ph_helo_release(struct ph_session *s);

/* gate.c */
/* False: it waits, or has given up. */
bool ph_gate_enter(struct ph_session *s);
void ph_gate_leave(struct ph_session *s, enum ph_gate_end end);
void ph_gate_tick(struct ph_session *s);

/* recall.c: what is known of the server, against what it offers now. */
/* `wanted` is about to go on in clear.  True: it must not, *out says why; else
   it is warned of where there was better.  why has the server for its
   subject, "HOST offers no STARTTLS". */
bool ph_recall_refuses_clear(
    struct ph_session *s, const char *why, struct ph_fault *out);
/* `wanted` goes on with a certificate that failed. */
void ph_recall_certificate(struct ph_session *s);
/* STARTTLS is missing: says when it was there. */
void ph_recall_date(const struct ph_session *s, struct ph_fault *f);
void ph_recall_key(struct ph_session *s);
void ph_recall_order(const struct ph_session *s, struct ph_sasl_choice *c);
/* The choice is made.  True: it must not be used, *out says why. */
bool ph_recall_refuses_login(struct ph_session *s, struct ph_fault *out);

/* login_note.c: what a transcript tells of messages that it does not show. */
void ph_login_note_challenge(struct ph_session *s, struct ph_span challenge);
void ph_login_note_response(struct ph_session *s, struct ph_span response);

/* login_step.c */
/* Has the mechanism answer the challenge.  PH_OK: login.step says what came of
   it; PH_AGAIN: it is on its way, and ph_login_stepped() is called when it is
   through; PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_login_step(
    struct ph_session *s, struct ph_span challenge);
/* Forgets it, also before it is through. */
void ph_login_step_stop(struct ph_login *l);
/* login.c: the step that was on its way is through. */
void ph_login_stepped(struct ph_session *s);

/* traffic.c */
struct ph_entry; /* a job and its place among the others */
void ph_traffic_body(struct ph_session *s, uint64_t id);
void ph_traffic_done(struct ph_session *s, const struct ph_smtp_event *ev);
/* Hands further batches to the engine while it has room. */
void ph_traffic_go_on(struct ph_session *s);
/* The connection ends.  True: as many messages went over it as may, and what is
   left goes over another one. */
bool ph_traffic_survives(struct ph_session *s, const struct ph_fault *why);
/* Everything that is not done ends, with this fault. */
void ph_traffic_fail(struct ph_session *s, const struct ph_fault *fault);
PH_MUST_USE enum ph_err ph_traffic_submit(
    struct ph_session *s, const struct ph_job *job, struct ph_fault *fault);
bool ph_traffic_next_done(
    struct ph_session *s, uint64_t *id, struct ph_delivery **out);
/* The job submitted last, once it is done, whatever became of those before. */
bool ph_traffic_take_last(struct ph_session *s, struct ph_delivery **out);
bool ph_traffic_has_done(const struct ph_session *s);
/* A job would be taken. */
bool ph_traffic_has_room(const struct ph_session *s);
void ph_traffic_release(struct ph_session *s);

#endif
