#ifndef PH_IO_TLS_SESSION_STATE_H
#define PH_IO_TLS_SESSION_STATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "io/tls_context.h"
#include "io/tls_session.h"

/* What the files of a TLS session share. */

enum {
	PH_TLS_IN_MAX = 32 * 1024, /* a record is at most 16 KiB and a little */
	PH_TLS_HEAD_MAX = 256,
	PH_TLS_HOST_MAX = 256
};

struct ph_tls_session {
	struct ph_tls_context *context;
	SSL *ssl;
	bool done;  /* the handshake */
	bool heard; /* and the other side has said something since */
	char in[PH_TLS_IN_MAX];
	size_t in_at;
	size_t in_len;
	struct ph_buf out;
	size_t out_at;
	/* The first octets that came, to tell what it is if it is not TLS. */
	char head[PH_TLS_HEAD_MAX];
	size_t head_len;
	char name[PH_TLS_HOST_MAX]; /* that the certificate must hold */
	bool refused; /* by us: fault says what the certificate lacks */
	struct ph_arena arena; /* the certificate's names */
	struct ph_tls_info info;
	struct ph_fault fault;
};

/* tls_judge.c: a client's session, which judges the server's certificate.
   PH_EINVAL: a name that no certificate could hold. */
PH_MUST_USE enum ph_err ph_tls_judge_start(
    struct ph_tls_session *t, const struct ph_tls_options *opt);

/* tls_failure.c: why the handshake failed, or what came behind it, as OpenSSL
   has it, into the session's fault; PH_EIO. */
enum ph_err ph_tls_failure_of_handshake(struct ph_tls_session *t);
enum ph_err ph_tls_failure_of_record(struct ph_tls_session *t);

#endif
