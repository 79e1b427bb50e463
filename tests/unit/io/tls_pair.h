#ifndef PH_TESTS_IO_TLS_PAIR_H
#define PH_TESTS_IO_TLS_PAIR_H

#include "io/tls_context.h"
#include "io/tls_session.h"

/* A client and a server with nothing between but this test. */
struct tls_pair {
	struct ph_tls_session *client;
	struct ph_tls_session *server;
	enum ph_err client_err; /* of the handshake */
	enum ph_err server_err;
};

void tls_pair_init(struct tls_pair *b, struct ph_tls_context *client,
    struct ph_tls_context *server, const char *host);
/* The server's certificate is to name verify_name. */
void tls_pair_init_named(struct tls_pair *b, struct ph_tls_context *client,
    struct ph_tls_context *server, const char *host, const char *verify_name);
void tls_pair_release(struct tls_pair *b);

/* Carries at most step octets; how many. */
size_t tls_pair_carry(
    struct ph_tls_session *from, struct ph_tls_session *to, size_t step);
/* What did not come from the other one. */
void tls_pair_feed(struct ph_tls_session *t, const char *text, size_t len);
/* The handshake, in steps, until neither side has anything to say. */
void tls_pair_shake(struct tls_pair *b, size_t step);
/* It came to that version, and both sides have the same binding. */
void tls_pair_check_good(const struct tls_pair *b, const char *version);

/* Made without a fault.  ca_file may be NULL. */
struct ph_tls_context *tls_pair_client_context(
    const char *ca_file, enum ph_tls_verify verify, unsigned versions);

/* A server that signed its own certificate, which names tls_pair_names; the
   path of it in PEM is the caller's to free. */
struct ph_tls_context *tls_pair_self_made(char **ca_file);
/* The same with what is wrong, for the bits of flaws. */
void tls_pair_flawed(unsigned flaws,
    struct ph_tls_context *out[PH_TLS_FLAW_COUNT], char **ca_file);
extern const char *const tls_pair_names[];

#endif
