#ifndef PH_DELIVER_PASSAGE_H
#define PH_DELIVER_PASSAGE_H

#include "base/arena.h"
#include "base/secret.h"
#include "connection/connection.h"
#include "io/tls.h"
#include "proxy/tunnel.h"
#include "sasl/kerberos.h"

/* A session's way through a proxy: what stands between dialing and the server's
   stream. */

struct ph_work;
struct ph_passage_token;

enum {
	PH_PASSAGE_WHERE_MAX = 300,
	PH_PASSAGE_ADDRESS_MAX = 64
};

/* All zero is no proxy. */
struct ph_passage {
	enum ph_proxy_type type; /* settled: never PH_PROXY_SYSTEM */
	const char *host;
	uint16_t port;
	const char *username; /* "": no login */
	struct ph_span password;
	const char *domain;
	const char *found; /* where the environment said so, or "" */
	char where[PH_PASSAGE_WHERE_MAX]; /* "proxy HOST:PORT" */
	char url[PH_PASSAGE_WHERE_MAX];   /* "socks5://HOST:PORT" */
	struct ph_arena arena;
	struct ph_secret secret; /* the environment's password */
	struct ph_tls_context *tls;
	struct ph_tunnel *tunnel;            /* while it is made */
	char target[PH_PASSAGE_ADDRESS_MAX]; /* the server's IPv4 address, for
	                                        SOCKS 4 */
	bool is_looking_up;
	int64_t begun_usec;

	/* A login by Kerberos: whose work it is, and how far it got (NULL, too,
	   while a thread has it). */
	const struct ph_kerberos *by;
	struct ph_kerberos_context *kerberos;
	struct ph_passage_token *token; /* a step */
	struct ph_work *work;           /* which does it */
};

extern const struct ph_tunnel_tools ph_passage_tools;

#endif
