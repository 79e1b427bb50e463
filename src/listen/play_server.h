#ifndef PH_LISTEN_PLAY_SERVER_H
#define PH_LISTEN_PLAY_SERVER_H

#include "base/err.h"
#include "base/fault.h"
#include "io/loop.h"
#include "io/tls.h"
#include "sasl/server.h"
#include "script/play.h"

/* A listener that plays a conversation (script/play.h) to whoever connects: the
   first session of it to the first client, the next to the next, and behind the
   last the first again. */
struct ph_play_server;

/* A session is over. */
struct ph_play_ended {
	uint64_t n;        /* of the client, from 1 */
	uint64_t session;  /* of the play, from 1 */
	size_t note_count; /* where the client did something else */
	bool is_handshake; /* it ended in one of TLS, which failed */
	const char *why;   /* that one did; "": not known */
};

struct ph_play_server_config {
	const char *address;        /* "127.0.0.1:0", as ph_listener_new() */
	const struct ph_play *play; /* borrowed, as all of these */
	/* Needed where ph_play_has_tls(). */
	struct ph_tls_context *tls;
	/* Who may prove a password: with them SCRAM and DIGEST-MD5 come to the
	   end that was recorded.  NULL: nobody. */
	const struct ph_sasl_users *users;
	/* Both from the loop.  A note is a line for a person. */
	void (*note)(void *ctx, uint64_t n, struct ph_span text);
	void (*ended)(void *ctx, const struct ph_play_ended *ended);
	void *ctx;
};

/* Some session needs a certificate. */
bool ph_play_has_tls(const struct ph_play *play);

/* Listens from now on.  PH_EINVAL, PH_EIO with *fault; PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_play_server_new(struct ph_loop *loop,
    const struct ph_play_server_config *config, struct ph_play_server **out,
    struct ph_fault *fault);
/* Drops what is left. */
void ph_play_server_free(struct ph_play_server *s);

/* "127.0.0.1:40123", valid as long as s. */
const char *ph_play_server_address(const struct ph_play_server *s);
/* No new clients. */
void ph_play_server_close(struct ph_play_server *s);

#endif
