#ifndef PH_TESTS_DELIVER_SCRIPT_H
#define PH_TESTS_DELIVER_SCRIPT_H

#include "base/buf.h"
#include "io/loop.h"
#include "io/tls.h"

/* A server that follows a script, on the loop of whoever it talks to. */

enum step_op {
	STEP_END = 0, /* nothing more: reads and stays silent */
	STEP_SEND,    /* text, as it is */
	STEP_EXPECT,  /* a line that begins with text */
	STEP_CONTENT, /* lines up to the one that is a dot alone */
	STEP_TLS,     /* handshake as server */
	STEP_CLOSE
};

struct step {
	enum step_op op;
	const char *text;
};

#define SEND(t)       \
 {                    \
  STEP_SEND, t "\r\n" \
 }
#define EXPECT(t) \
 {                \
  STEP_EXPECT, t  \
 }
#define CONTENT      \
 {                   \
  STEP_CONTENT, NULL \
 }
#define TLS      \
 {               \
  STEP_TLS, NULL \
 }
#define CLOSE      \
 {                 \
  STEP_CLOSE, NULL \
 }

enum {
	SCRIPT_CONNECTIONS_MAX = 4,
	SCRIPT_LOG_MAX = 1024 * 1024
};

struct script_conn;

struct script {
	struct ph_loop *loop;
	struct ph_listener *listener;
	struct ph_tls_context *tls; /* borrowed */
	/* One script for each connection in turn; the last one again after. */
	const struct step *const *scripts;
	size_t script_count;
	size_t steps_max; /* then CLOSE; 0: no limit */
	struct script_conn *conns[SCRIPT_CONNECTIONS_MAX];
	size_t conn_count;
	uint16_t port;
	bool mismatch;         /* a line was not what the script expects */
	struct ph_buf log;     /* every line received, LF between */
	struct ph_buf content; /* of every message, one after the other */
};

/* Listens on 127.0.0.1; ends the test when it cannot. */
void script_start(struct script *s, struct ph_loop *loop,
    const struct step *const *scripts, size_t count);
void script_stop(struct script *s);

#endif
