#ifndef PH_LISTEN_STATE_H
#define PH_LISTEN_STATE_H

#include "io/listener.h"
#include "io/stream.h"
#include "listen/server.h"

/* What the files of this room share, and nobody else sees. */

enum {
	/* One for all sessions: what is not taken at once is copied.  Large, so
	   that large messages need few turns. */
	PH_LISTEN_READ_SIZE = 256 * 1024,
	PH_LISTEN_USERNAME_MAX = 1024,
	PH_LISTEN_MECHANISMS_MAX = 512,
	PH_LISTEN_CHALLENGE_MAX = 8 * 1024
};

struct ph_listen_session;
struct ph_listen_fault;

struct ph_server {
	struct ph_loop *loop;
	struct ph_server_config config;
	struct ph_listener *listener;
	struct ph_timer *grace;
	struct ph_listen_session *first; /* of a doubly linked list */
	size_t session_count;
	bool ending;   /* when the last session has left, it is over */
	bool over;     /* and the handler was told */
	bool stopping; /* and sessions are told to leave */
	char *read_buf;
	char address[96];
};

struct ph_listen_session {
	/* The handler knows this one, and we find the session by it. */
	struct ph_server_mail mail;
	struct ph_server_client client;
	struct ph_server *server;
	struct ph_listen_session *next, *prev;

	struct ph_stream *stream;
	struct ph_timer *timer;
	ph_msec armed;           /* when the timer will fire */
	struct ph_smtpd *engine; /* NULL during the handshake of TLS first */
	struct ph_buf rest;      /* read, and not taken by the engine yet */
	bool tls_wanted;         /* TLS starts when everything is written */
	bool handshake;
	bool told;      /* of the server's stop */
	bool closing;   /* closes when everything is written */
	bool sensitive; /* what was read may hold a password */
	ph_msec limit;  /* for a handshake, or for the last words */
	struct ph_listen_fault *fault; /* NULL: it does nothing wrong */

	struct ph_sasl_server *login;
	bool login_good; /* one more challenge was sent, for its data only */
	struct ph_buf challenge;
	char mechanism[PH_SASL_NAME_MAX + 1];
	struct ph_buf username;
};

/* session.c: takes over fd.  PH_ENOMEM, PH_EIO. */
PH_MUST_USE enum ph_err ph_listen_session_new(struct ph_server *server, int fd);
/* Ends it at once, the handler hears of it. */
void ph_listen_session_drop(struct ph_listen_session *s);
/* Lets the loop run it soon. */
void ph_listen_session_wake(struct ph_listen_session *s);

/* The timer fires at that time, or before. */
void ph_listen_session_arm(struct ph_listen_session *s, ph_msec at);
/* What a session without faults does by itself. */
PH_MUST_USE enum ph_err ph_listen_session_start_tls(
    struct ph_listen_session *s);
PH_MUST_USE enum ph_err ph_listen_session_make_engine(
    struct ph_listen_session *s, const struct ph_smtpd_reply *greeting);
void ph_listen_session_answer(
    struct ph_listen_session *s, const struct ph_smtpd_reply *reply);
/* Acts on what the engine reports. */
void ph_listen_session_drain(struct ph_listen_session *s);
/* PH_OK: everything is with the kernel; PH_AGAIN, PH_EIO. */
PH_MUST_USE enum ph_err ph_listen_session_flush(struct ph_listen_session *s);

/* login.c */

/* Ends a login as it came out, or, when good, well in any case. */
void ph_listen_login_finish(struct ph_listen_session *s, bool good);

/* The names to offer on s now. */
PH_MUST_USE enum ph_err ph_listen_login_mechanisms(
    const struct ph_listen_session *s, bool secure, struct ph_buf *out);
/* AUTH, AUTH_RESPONSE and AUTH_CANCELLED. */
void ph_listen_login_event(
    struct ph_listen_session *s, const struct ph_smtpd_event *ev);
/* Forgets who logged in. */
void ph_listen_login_reset(struct ph_listen_session *s);

/* server.c */
void ph_listen_server_remove(
    struct ph_server *server, struct ph_listen_session *s);

#endif
