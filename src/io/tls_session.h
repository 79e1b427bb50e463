#ifndef PH_IO_TLS_SESSION_H
#define PH_IO_TLS_SESSION_H

#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"
#include "io/tls.h"

/* One TLS conversation without its socket: ciphertext in and out on one side,
   plaintext on the other.  For the stream only. */
struct ph_tls_session;

/* Keeps its own hold of opt->context; host is copied. */
PH_MUST_USE enum ph_err ph_tls_session_new(
    const struct ph_tls_options *opt, struct ph_tls_session **out);
void ph_tls_session_free(struct ph_tls_session *t);

/* Where received ciphertext goes: *cap octets (0: use up what is there first);
   report with _received(). */
char *ph_tls_session_room(struct ph_tls_session *t, size_t *cap);
void ph_tls_session_received(struct ph_tls_session *t, size_t len);
/* The other side hung up during the handshake: err 0, or the errno. */
void ph_tls_session_lost(struct ph_tls_session *t, int err);

/* Ciphertext to send, valid until the next call on t; report with _sent(). */
struct ph_span ph_tls_session_pending(const struct ph_tls_session *t);
void ph_tls_session_sent(struct ph_tls_session *t, size_t len);

/* PH_OK done, PH_AGAIN feed more, PH_EIO failed (pending holds the alert). */
PH_MUST_USE enum ph_err ph_tls_session_handshake(struct ph_tls_session *t);

/* PH_OK *got octets; PH_AGAIN feed more; PH_EOF close_notify came; PH_EIO. */
PH_MUST_USE enum ph_err ph_tls_session_read(
    struct ph_tls_session *t, char *out, size_t cap, size_t *got);
/* Encrypts what fits while less than 64 KiB is pending, leaving out the first
   skip octets of the spans.  PH_OK *put octets; PH_AGAIN none: send first;
   PH_EIO. */
PH_MUST_USE enum ph_err ph_tls_session_write(struct ph_tls_session *t,
    const struct ph_span *spans, size_t count, size_t skip, size_t *put);
/* True when reading may yield something without more ciphertext. */
bool ph_tls_session_buffered(const struct ph_tls_session *t);
/* Adds close_notify to what is pending. */
void ph_tls_session_shutdown(struct ph_tls_session *t);

/* Both valid as long as t. */
const struct ph_tls_info *ph_tls_session_info(const struct ph_tls_session *t);
const struct ph_fault *ph_tls_session_fault(const struct ph_tls_session *t);

#endif
