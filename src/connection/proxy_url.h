#ifndef PH_CONNECTION_PROXY_URL_H
#define PH_CONNECTION_PROXY_URL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/secret.h"
#include "base/span.h"
#include "connection/connection.h"

/* A proxy as one URL: KIND://[USER[:PASSWORD]@]HOST[:PORT], percent-encoding
   undone.  KIND is socks4, socks4a, socks5, http or https; socks5h and socks
   are other words for socks5. */
struct ph_proxy_url {
	enum ph_proxy_type type;
	const char *host; /* A-labels, or an address without brackets */
	uint16_t port;
	const char *username; /* "": none */
	bool has_password;
	struct ph_secret password; /* the caller's to release */
};

/* bare: HOST[:PORT] alone is an http proxy, as the environment has it.  All of
   it but the password lies in the arena.  PH_EINVAL with *fault, which never
   shows the URL; PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_proxy_url_parse(struct ph_span url, bool bare,
    struct ph_arena *a, struct ph_proxy_url *out, struct ph_fault *fault);

/* "socks5"; the word of the setting. */
const char *ph_proxy_type_name(enum ph_proxy_type type);
/* The port that a kind of proxy usually has; 0 for none and system. */
uint16_t ph_proxy_type_port(enum ph_proxy_type type);

#endif
