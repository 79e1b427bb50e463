#ifndef PH_LIB_MAILER_H
#define PH_LIB_MAILER_H

#include "base/arena.h"
#include "base/secret.h"
#include "config/catalog.h"
#include "config/memory.h"
#include "connection/role.h"
#include "connection/settings.h"
#include "deliver/session.h"
#include "lib/problem.h"

#include <pthread.h>

/* The inside of posthaste.h's opaque mailer: mailer.c has its settings, and
   mailing.c what is done with them. */
struct ph_mailer {
	pthread_mutex_t lock;
	struct ph_lib_problem problem;
	ph_transcript_fn *transcript;
	void *transcript_ctx;

	/* settings */
	struct ph_arena arena; /* of the overrides; until the mailer ends */
	const char *connection_name; /* or NULL */
	const char *config;          /* or NULL */
	struct ph_setting_override *overrides;
	size_t override_count;
	struct ph_secret given[PH_ROLE_COUNT]; /* by the caller */

	/* a connection: from its resolving to its end */
	struct ph_arena conn_arena;
	struct ph_connection conn;
	bool resolved;
	struct ph_secret found[PH_ROLE_COUNT]; /* where conn says they are */
	struct ph_loop *loop;
	struct ph_session *session; /* NULL: not connected */
	struct ph_memory *memory;   /* of its server; with the session */
	struct ph_gate gate;
	/* When the password became what it is, in milliseconds since 1970; 0:
	   not known. */
	int64_t given_changed, found_changed;
	size_t sent; /* messages over it */
	int64_t since_usec;

	/* what callers see of the server, outlives the session */
	struct ph_peer peer;
	bool has_peer;
	char peer_host[256];
	char peer_address[64];
	char peer_tls[16];
	char peer_mechanism[24];
	char peer_greeting[512];
	char peer_warning[PH_FAULT_TEXT_MAX];
};

/* mailing.c; the lock is held.  Each sets the problem. */
PH_MUST_USE enum ph_status ph_lib_connect(struct ph_mailer *m);
PH_MUST_USE enum ph_status ph_lib_send(
    struct ph_mailer *m, const struct ph_mail *mail, struct ph_receipt **out);
/* polite: with QUIT. */
void ph_lib_disconnect(struct ph_mailer *m, bool polite);

#endif
