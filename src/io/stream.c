#include "io/stream.h"

#include "base/buf.h"
#include "io/errno_text.h"
#include "io/loop_uv.h"
#include "io/sockaddr.h"
#include "io/tls_session.h"

#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	IOV_COUNT = 64,
	UNREAD_MAX = 128 * 1024
};

struct ph_stream {
	uv_poll_t poll;
	uv_idle_t kick; /* calls fn where no socket event would */
	int handles;    /* not closed yet; the last one frees */
	int fd;
	int armed;       /* events that poll waits for */
	bool closing;    /* freed by its owner, perhaps from within fn */
	bool want_read;  /* the owner's wish */
	bool drained;    /* nothing to read until the next event */
	bool blocked;    /* nothing can be written until the next event */
	bool eof;        /* the other side ended its half */
	bool failed;     /* fault is set, the socket is of no use */
	int write_errno; /* writing failed, reading may yield last words */
	ph_stream_fn *fn;
	void *ctx;
	struct ph_tls_session *tls;
	struct ph_tls_session *outer; /* below tls, where that is the second */
	enum ph_tls_state tls_state;  /* of tls */
	struct ph_buf unread;         /* given back by the owner */
	size_t unread_at;
	struct ph_tls_session *unread_from; /* NULL: the socket */
	struct ph_fault fault;
	char peer[PH_SOCKADDR_TEXT_MAX];
	char local[PH_SOCKADDR_TEXT_MAX];
};

static void on_poll(uv_poll_t *h, int status, int events);
static void on_kick(uv_idle_t *h);

static int needed(const struct ph_stream *s)
{
	int events = 0;

	if (s->failed)
		return 0;
	/* A handshake goes on whether or not anyone wants what comes after. */
	if (!s->eof && (s->want_read || s->tls_state == PH_TLS_HANDSHAKE))
		events |= UV_READABLE;
	if (s->blocked)
		events |= UV_WRITABLE;
	return events;
}

static void arm(struct ph_stream *s, int events)
{
	if (events == s->armed)
		return;
	s->armed = events;
	/* The descriptor is ours alone and open: it cannot fail. */
	int rc = events == 0 ? uv_poll_stop(&s->poll)
			     : uv_poll_start(&s->poll, events, on_poll);
	assert(rc == 0);
}

/* Each change costs two epoll_ctl.  What is missing is added at once, what is
   too much is taken away only when it has been a nuisance (on_poll). */
static void arm_missing(struct ph_stream *s)
{
	if ((needed(s) & ~s->armed) != 0)
		arm(s, s->armed | needed(s));
}

static bool has_buffered(const struct ph_stream *s)
{
	if (!s->want_read || s->failed)
		return false;
	if (s->unread_at < s->unread.len)
		return true;
	if (s->tls_state != PH_TLS_ON)
		return false;
	return ph_tls_session_buffered(s->tls) ||
	    (s->outer != NULL && ph_tls_session_buffered(s->outer));
}

static void kick_if_buffered(struct ph_stream *s)
{
	if (has_buffered(s))
		(void)uv_idle_start(&s->kick, on_kick);
}

static void notify(struct ph_stream *s)
{
	if (s->fn != NULL)
		s->fn(s->ctx);
	/* Its memory lasts until the loop has closed the handles. */
	if (!s->closing)
		kick_if_buffered(s);
}

static enum ph_err fail(struct ph_stream *s, int err)
{
	s->failed = true;
	if (s->tls_state == PH_TLS_HANDSHAKE) {
		ph_tls_session_lost(s->tls, err);
		s->fault = *ph_tls_session_fault(s->tls);
		s->tls_state = PH_TLS_FAILED;
	} else {
		/* How far the conversation got, its owner knows better. */
		ph_fault_set(&s->fault, PH_CAUSE_CONNECTION_LOST,
		    PH_STAGE_GREETING, "%s", ph_errno_text(err));
	}
	arm(s, 0);
	return PH_EIO;
}

static enum ph_err tls_failed(struct ph_stream *s, struct ph_tls_session *t)
{
	s->failed = true;
	s->fault = *ph_tls_session_fault(t);
	/* That is no fault of the inner one's. */
	if (t == s->outer) {
		ph_fault_set(&s->fault, PH_CAUSE_CONNECTION_LOST,
		    PH_STAGE_GREETING, "the outer TLS failed: %s",
		    s->fault.text);
	}
	if (s->tls_state == PH_TLS_HANDSHAKE)
		s->tls_state = PH_TLS_FAILED;
	arm(s, 0);
	return PH_EIO;
}

/* What was given back to the socket (NULL) or to a level of TLS comes first. */
static bool take_unread(struct ph_stream *s, const struct ph_tls_session *from,
    char *out, size_t cap, size_t *got)
{
	size_t left = s->unread.len - s->unread_at;

	if (left == 0 || s->unread_from != from)
		return false;
	*got = left < cap ? left : cap;
	memcpy(out, s->unread.ptr + s->unread_at, *got);
	s->unread_at += *got;
	return true;
}

static enum ph_err socket_read(
    struct ph_stream *s, char *out, size_t cap, size_t *got)
{
	if (take_unread(s, NULL, out, cap, got))
		return PH_OK;
	if (s->eof)
		return PH_EOF;
	if (s->drained) {
		arm_missing(s);
		return PH_AGAIN;
	}

	ssize_t n = recv(s->fd, out, cap, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR)
		n = recv(s->fd, out, cap, MSG_DONTWAIT);
	if (n > 0) {
		/* A short read emptied the socket: the next one would only be
		   told so.  Polling is level-triggered, nothing is lost. */
		s->drained = (size_t)n < cap;
		*got = (size_t)n;
		return PH_OK;
	}
	if (n < 0 && errno != EAGAIN)
		return fail(s, errno);
	if (s->write_errno != 0)
		return fail(s, s->write_errno);
	if (n == 0) {
		s->eof = true;
		return PH_EOF;
	}
	s->drained = true;
	arm_missing(s);
	return PH_AGAIN;
}

static enum ph_err socket_send(
    struct ph_stream *s, struct iovec *iov, size_t count, size_t *put)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = count };

	ssize_t n = sendmsg(s->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR)
		n = sendmsg(s->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n >= 0) {
		*put = (size_t)n;
		return PH_OK;
	}
	if (errno == EAGAIN)
		return PH_AGAIN;
	/* The server's last words may still lie in the socket ("421 too many
	   errors"): let them be read before anyone hears of the failure. */
	if (s->write_errno != 0 || s->eof || !s->want_read)
		return fail(s, errno);
	s->write_errno = errno;
	s->drained = false;
	return PH_AGAIN;
}

static void block(struct ph_stream *s)
{
	s->blocked = true;
	arm_missing(s);
}

/* The span count that fits into one sendmsg, and its octets. */
static size_t fill_iov(
    struct iovec *iov, const struct ph_span *spans, size_t count, size_t *total)
{
	size_t used = 0;

	*total = 0;
	for (size_t i = 0; i < count && i < IOV_COUNT; i++) {
		/* struct iovec has no const; nobody writes there. */
		memcpy(&iov[used].iov_base, &spans[i].ptr, sizeof(void *));
		iov[used++].iov_len = spans[i].len;
		*total += spans[i].len;
	}
	return used;
}

static enum ph_err socket_writev(
    struct ph_stream *s, const struct ph_span *spans, size_t count, size_t *put)
{
	struct iovec iov[IOV_COUNT];
	size_t sum = 0;

	while (count > 0) {
		size_t want;
		size_t used = fill_iov(iov, spans, count, &want);
		size_t n = 0;
		enum ph_err err = socket_send(s, iov, used, &n);
		if (err == PH_EIO && sum == 0)
			return err;
		/* What went before the failure went, and may be answered: the
		   next call tells of it. */
		if (err == PH_EIO)
			break;
		sum += n;
		if (n < want) {
			block(s);
			break;
		}
		spans += used;
		count -= used;
	}
	*put = sum;
	return sum == 0 && s->blocked ? PH_AGAIN : PH_OK;
}

/* TLS, one level or two: what is below a session is the socket, or the other
   session. */

static enum ph_err session_writev(struct ph_stream *s, struct ph_tls_session *t,
    const struct ph_span *spans, size_t count, size_t *put);

static enum ph_err write_below(struct ph_stream *s,
    const struct ph_tls_session *t, const struct ph_span *span, size_t *put)
{
	if (s->outer == NULL || t == s->outer)
		return socket_writev(s, span, 1, put);
	return session_writev(s, s->outer, span, 1, put);
}

/* Sends ciphertext.  PH_AGAIN: some is left. */
static enum ph_err flush_session(struct ph_stream *s, struct ph_tls_session *t)
{
	struct ph_span left = ph_tls_session_pending(t);

	if (left.len > 0 && s->blocked)
		return PH_AGAIN;
	while (left.len > 0) {
		size_t n = 0;
		enum ph_err err = write_below(s, t, &left, &n);
		if (err != PH_OK)
			return err;
		ph_tls_session_sent(t, n);
		if (s->blocked)
			return PH_AGAIN;
		left = ph_tls_session_pending(t);
	}
	return PH_OK;
}

static enum ph_err flush(struct ph_stream *s)
{
	enum ph_err err = PH_OK;

	if (s->outer != NULL)
		err = flush_session(s, s->outer);
	return err == PH_OK ? flush_session(s, s->tls) : err;
}

static enum ph_err session_read(struct ph_stream *s, struct ph_tls_session *t,
    char *out, size_t cap, size_t *got);

/* Ciphertext from below into the session. */
static enum ph_err fill(struct ph_stream *s, struct ph_tls_session *t)
{
	size_t cap;
	size_t got = 0;
	char *room = ph_tls_session_room(t, &cap);
	enum ph_err err;

	if (cap == 0)
		return PH_AGAIN;
	if (s->outer == NULL || t == s->outer) {
		err = socket_read(s, room, cap, &got);
	} else {
		err = session_read(s, s->outer, room, cap, &got);
	}
	if (err == PH_OK)
		ph_tls_session_received(t, got);
	return err;
}

/* Plaintext of t. */
static enum ph_err session_read(struct ph_stream *s, struct ph_tls_session *t,
    char *out, size_t cap, size_t *got)
{
	if (take_unread(s, t, out, cap, got))
		return PH_OK;
	for (;;) {
		enum ph_err err = ph_tls_session_read(t, out, cap, got);

		if (err == PH_EIO)
			(void)flush_session(s, t);
		if (s->failed)
			return PH_EIO;
		if (err == PH_EIO)
			return tls_failed(s, t);
		if (err != PH_AGAIN)
			return err;
		err = fill(s, t);
		if (err != PH_OK)
			return err;
	}
}

/* Encrypts and sends by turns, so that what waits here stays bounded. */
static enum ph_err session_writev(struct ph_stream *s, struct ph_tls_session *t,
    const struct ph_span *spans, size_t count, size_t *put)
{
	enum ph_err err = PH_OK;
	size_t total = 0;
	size_t sum = 0;

	for (size_t i = 0; i < count; i++)
		total += spans[i].len;
	while (sum < total && err == PH_OK) {
		bool was_full = ph_tls_session_pending(t).len > 0;
		size_t n = 0;

		err = ph_tls_session_write(t, spans, count, sum, &n);
		if (err == PH_EIO) {
			err = tls_failed(s, t);
			break;
		}
		/* Nothing was taken though there was room: it wants to read. */
		bool is_stuck = n == 0 && !was_full;

		err = flush_session(s, t);
		if (err != PH_EIO)
			sum += n;
		if (is_stuck)
			break;
	}
	*put = sum;
	/* What went before a failure went: the next call tells of it. */
	if (sum == 0 && err == PH_EIO)
		return PH_EIO;
	return sum == 0 && total > 0 ? PH_AGAIN : PH_OK;
}

/* Goes on with the handshake as far as it goes. */
static void handshake(struct ph_stream *s)
{
	while (s->tls_state == PH_TLS_HANDSHAKE) {
		enum ph_err err = ph_tls_session_handshake(s->tls);

		/* Also the alert that tells the other side what was wrong. */
		if (flush(s) == PH_EIO)
			return;
		if (err == PH_EIO) {
			(void)tls_failed(s, s->tls);
			return;
		}
		if (err == PH_OK) {
			s->tls_state = PH_TLS_ON;
			return;
		}
		err = fill(s, s->tls);
		if (err == PH_EOF)
			(void)fail(s, 0);
		if (err != PH_OK)
			return;
	}
}

static void on_kick(uv_idle_t *h)
{
	struct ph_stream *s = h->data;

	(void)uv_idle_stop(h);
	ph_loop_delivered(h->loop);
	notify(s);
}

/* Takes events into the state.  True when the owner should hear of it. */
static bool take_events(struct ph_stream *s, int events)
{
	enum ph_tls_state before = s->tls_state;
	bool heard = (events & UV_READABLE) != 0 && s->want_read;

	if ((events & UV_READABLE) != 0)
		s->drained = false;
	if ((events & UV_WRITABLE) != 0 && s->blocked) {
		s->blocked = false;
		heard = true;
	}
	if (s->tls != NULL && !s->failed)
		(void)flush(s);
	if (before == PH_TLS_HANDSHAKE) {
		handshake(s);
		return s->tls_state != before;
	}
	return heard || s->failed;
}

static void on_poll(uv_poll_t *h, int status, int events)
{
	struct ph_stream *s = h->data;

	if (status < 0) {
		/* libuv stopped watching; reading or writing tells why. */
		s->armed = 0;
		events = UV_READABLE | UV_WRITABLE;
	}
	if (take_events(s, events))
		notify(s);
	if (!s->closing)
		arm(s, needed(s));
}

static void name_ends(struct ph_stream *s)
{
	struct ph_sockaddr a = { .len = sizeof(a.ss) };

	if (getpeername(s->fd, (struct sockaddr *)&a.ss, &a.len) == 0)
		ph_sockaddr_host(&a, s->peer);
	a = (struct ph_sockaddr){ .len = sizeof(a.ss) };
	if (getsockname(s->fd, (struct sockaddr *)&a.ss, &a.len) == 0)
		ph_sockaddr_host(&a, s->local);
}

enum ph_err ph_stream_new(struct ph_loop *l, int fd, struct ph_stream **out)
{
	struct ph_stream *s = calloc(1, sizeof(*s));
	if (s == NULL) {
		(void)close(fd);
		return PH_ENOMEM;
	}
	int rc = uv_poll_init(ph_loop_uv(l), &s->poll, fd);
	if (rc != 0) {
		free(s);
		(void)close(fd);
		errno = -rc;
		return PH_EIO;
	}
	(void)uv_idle_init(ph_loop_uv(l), &s->kick);
	s->poll.data = s;
	s->kick.data = s;
	s->handles = 2;
	s->fd = fd;
	s->want_read = true;
	ph_buf_init(&s->unread, UNREAD_MAX);

	/* Small commands must not wait for the answers to earlier ones; not
	   every socket is TCP. */
	int on = 1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	name_ends(s);
	arm(s, needed(s));
	*out = s;
	return PH_OK;
}

static void on_closed(uv_handle_t *h)
{
	struct ph_stream *s = h->data;

	s->handles--;
	if (s->handles > 0)
		return;
	ph_tls_session_free(s->tls);
	ph_tls_session_free(s->outer);
	ph_buf_release(&s->unread);
	free(s);
}

void ph_stream_free(struct ph_stream *s)
{
	if (s == NULL)
		return;
	assert(!s->closing);
	if (s->tls_state == PH_TLS_ON && !s->failed) {
		ph_tls_session_shutdown(s->tls);
		if (flush(s) == PH_OK && s->outer != NULL) {
			ph_tls_session_shutdown(s->outer);
			(void)flush(s);
		}
	}
	s->closing = true;
	uv_close((uv_handle_t *)&s->poll, on_closed);
	uv_close((uv_handle_t *)&s->kick, on_closed);
	(void)close(s->fd);
}

void ph_stream_cut(struct ph_stream *s)
{
	struct linger at_once = { .l_onoff = 1 };

	(void)setsockopt(
	    s->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	s->failed = true;
}

void ph_stream_on_ready(struct ph_stream *s, ph_stream_fn *fn, void *ctx)
{
	s->fn = fn;
	s->ctx = ctx;
}

enum ph_err ph_stream_read(
    struct ph_stream *s, char *out, size_t cap, size_t *got)
{
	assert(cap > 0);
	if (s->failed)
		return PH_EIO;
	if (s->tls_state == PH_TLS_HANDSHAKE)
		return PH_AGAIN;
	if (s->tls_state == PH_TLS_OFF) {
		enum ph_err err = socket_read(s, out, cap, got);

		kick_if_buffered(s);
		return err;
	}

	enum ph_err err = session_read(s, s->tls, out, cap, got);
	if (err != PH_EIO) {
		/* Reading may have made an answer (a key update). */
		enum ph_err sent = flush(s);
		if (sent == PH_EIO && err != PH_OK)
			return PH_EIO;
	}
	if (has_buffered(s)) {
		(void)uv_idle_start(&s->kick, on_kick);
	} else {
		(void)uv_idle_stop(&s->kick);
	}
	return err;
}

enum ph_err ph_stream_writev(
    struct ph_stream *s, const struct ph_span *spans, size_t count, size_t *put)
{
	if (s->failed)
		return PH_EIO;
	if (s->tls_state == PH_TLS_HANDSHAKE)
		return PH_AGAIN;
	if (s->blocked && s->tls_state == PH_TLS_OFF)
		return PH_AGAIN;
	if (s->tls_state == PH_TLS_OFF)
		return socket_writev(s, spans, count, put);
	return session_writev(s, s->tls, spans, count, put);
}

size_t ph_stream_unsent(const struct ph_stream *s)
{
	size_t sum = 0;

	if (s->tls != NULL)
		sum += ph_tls_session_pending(s->tls).len;
	if (s->outer != NULL)
		sum += ph_tls_session_pending(s->outer).len;
	return sum;
}

void ph_stream_want_read(struct ph_stream *s, bool on)
{
	s->want_read = on;
	if (!on) {
		(void)uv_idle_stop(&s->kick);
		return;
	}
	arm_missing(s);
	kick_if_buffered(s);
}

enum ph_err ph_stream_start_tls(
    struct ph_stream *s, const struct ph_tls_options *opt)
{
	struct ph_tls_session *t = NULL;

	if (s->failed || s->outer != NULL ||
	    (s->tls_state != PH_TLS_OFF && s->tls_state != PH_TLS_ON))
		return PH_EINVAL;

	enum ph_err err = ph_tls_session_new(opt, &t);
	if (err != PH_OK)
		return err;
	s->outer = s->tls;
	s->tls = t;
	s->tls_state = PH_TLS_HANDSHAKE;
	handshake(s);
	if (s->tls_state != PH_TLS_HANDSHAKE) {
		(void)uv_idle_start(&s->kick, on_kick);
	} else {
		arm_missing(s);
	}
	return PH_OK;
}

enum ph_err ph_stream_unread(struct ph_stream *s, struct ph_span octets)
{
	if (s->failed || s->tls_state == PH_TLS_HANDSHAKE ||
	    s->unread_at < s->unread.len)
		return PH_EINVAL;
	ph_buf_clear(&s->unread);
	s->unread_at = 0;
	s->unread_from = s->tls;

	enum ph_err err = ph_buf_append(&s->unread, octets);
	if (err == PH_OK)
		kick_if_buffered(s);
	return err;
}

enum ph_tls_state ph_stream_tls_state(const struct ph_stream *s)
{
	return s->tls_state;
}

const struct ph_tls_info *ph_stream_tls_info(const struct ph_stream *s)
{
	if (s->tls == NULL)
		return NULL;

	const struct ph_tls_info *info = ph_tls_session_info(s->tls);
	if (s->tls_state != PH_TLS_ON && !info->has_certificate)
		return NULL;
	return info;
}

const struct ph_fault *ph_stream_fault(const struct ph_stream *s)
{
	return &s->fault;
}

const char *ph_stream_peer(const struct ph_stream *s)
{
	return s->peer;
}

const char *ph_stream_local(const struct ph_stream *s)
{
	return s->local;
}
