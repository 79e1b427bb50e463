#ifndef PH_IO_STREAM_H
#define PH_IO_STREAM_H

#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"
#include "io/loop.h"
#include "io/tls.h"

/* A stack of filters (socket -> proxy -> TLS) with one shape: read, writev, and
   one notification that something may have changed.  Nothing blocks. */
struct ph_stream;

/* Called from the loop when reading, writing or a handshake may go on.  Never
   from within a function of this header. */
typedef void ph_stream_fn(void *ctx);

/* Takes over a connected, non-blocking socket (TCP_NODELAY is set).  Closed on
   failure too. */
PH_MUST_USE enum ph_err ph_stream_new(
    struct ph_loop *l, int fd, struct ph_stream **out);
/* Closes at once (with TLS's close_notify, if it fits into the socket). */
void ph_stream_free(struct ph_stream *s);

/* Has ph_stream_free(), which is due next, end with a reset: without what was
   not sent yet, and without TLS's close_notify. */
void ph_stream_cut(struct ph_stream *s);

void ph_stream_on_ready(struct ph_stream *s, ph_stream_fn *fn, void *ctx);

/* PH_OK        *got octets (above 0)
   PH_AGAIN     none now: fn is called when there are
   PH_EOF       orderly end (with TLS also a cut without close_notify: what the
                protocol above lost it will know)
   PH_EIO       failed, ph_stream_fault() says how */
PH_MUST_USE enum ph_err ph_stream_read(
    struct ph_stream *s, char *out, size_t cap, size_t *got);

/* Writes as much as the stack takes, with one writev.
   PH_OK        *put octets, perhaps fewer than given; more may be tried
   PH_AGAIN     none: fn is called when it may go on
   PH_EIO       failed */
PH_MUST_USE enum ph_err ph_stream_writev(struct ph_stream *s,
    const struct ph_span *spans, size_t count, size_t *put);

/* Octets taken by writev that are not in the kernel's hands yet (ciphertext).
   While there are any, fn is called as they leave. */
size_t ph_stream_unsent(const struct ph_stream *s);

/* True when reading is wanted at all; off stops reading from the socket (for
   back-pressure).  On by default. */
void ph_stream_want_read(struct ph_stream *s, bool on);

/* Gives octets back that were read too far (a proxy's answer, and behind it the
   server's first words): they are what is read next, or what TLS begins with
   where it is pushed now.  At most 128 KiB.  PH_EINVAL: some are there that
   were not read again, or a handshake is under way.  PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_stream_unread(
    struct ph_stream *s, struct ph_span octets);

/* Pushes TLS.  Client or server as the options say.  The handshake runs on its
   own; ph_stream_tls_state() tells.  Once more over a TLS that is on: the
   second, to a server through a proxy that is spoken to in TLS; from then on
   ph_stream_tls_state() and _info() are about that one.  PH_EINVAL: two are on,
   or a handshake is under way. */
PH_MUST_USE enum ph_err ph_stream_start_tls(
    struct ph_stream *s, const struct ph_tls_options *opt);

enum ph_tls_state {
	PH_TLS_OFF,
	PH_TLS_HANDSHAKE,
	PH_TLS_ON,
	PH_TLS_FAILED /* ph_stream_fault() says why */
};
enum ph_tls_state ph_stream_tls_state(const struct ph_stream *s);
/* What was agreed; NULL before PH_TLS_ON, except that .certificate is set when
   it was the certificate that failed.  Valid as long as s. */
const struct ph_tls_info *ph_stream_tls_info(const struct ph_stream *s);

/* Why it failed: cause, stage, text without the host's name (the caller puts it
   before).  The stage is tls where TLS or the certificate is to blame; where
   the connection was lost it is greeting, and how far the conversation got its
   owner knows better.  After a failed write what had come in can still be read,
   so that the server's last words are not lost: the failure follows.  Valid as
   long as s. */
const struct ph_fault *ph_stream_fault(const struct ph_stream *s);

/* "192.0.2.1", "2001:db8::1" of the other end and of this one; "" if unknown.
   Valid as long as s. */
const char *ph_stream_peer(const struct ph_stream *s);
const char *ph_stream_local(const struct ph_stream *s);

#endif
