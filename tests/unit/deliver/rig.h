#ifndef PH_TESTS_DELIVER_RIG_H
#define PH_TESTS_DELIVER_RIG_H

#include "deliver/session.h"
#include "script.h"

/* A session against a script, with what most tests need around it. */
struct rig {
	struct ph_loop *loop;
	struct script server;
	struct ph_tls_context *tls; /* the server's, by a CA of its own */
	char ca_file[64];
	struct ph_connection conn; /* to be changed before rig_open() */
	struct ph_span mechanism;  /* room for a list of one */
	struct ph_secret password;
	struct ph_secret proxy_password; /* borrowed */
	unsigned weaker_max; /* of the session's options, as the next */
	const struct ph_gate *gate;
	const struct ph_known *known;
	bool other_name;
	struct ph_session *session;
	struct ph_fault fault;
	struct ph_buf trace; /* "DIR STAGE LINE\n" for each line */
	struct ph_content *content;
};

/* Starts the server; conn names it, in clear, with short timeouts. */
void rig_init(struct rig *r, const struct step *const *scripts, size_t count);
#define RIG_INIT(r, ...)                                    \
 rig_init((r), (const struct step *const[]){ __VA_ARGS__ }, \
     PH_COUNT(((const struct step *const[]){ __VA_ARGS__ })))
void rig_release(struct rig *r);

/* Makes the session and connects. */
enum ph_err rig_connect(struct rig *r);
/* Delivers the content (rig_message) to those addresses, "a@b c@d". */
struct ph_delivery *rig_deliver(struct rig *r, const char *rcpts);
/* A raw message as content. */
void rig_message(struct rig *r, const char *text);
/* user ann, password, one mechanism or (NULL) any. */
void rig_login(struct rig *r, const char *password, const char *mechanism);
/* What the server received. */
const char *rig_log(const struct rig *r);

/* An envelope from ann@example.com; rcpts has room for RIG_RCPTS_MAX. */
enum {
	RIG_RCPTS_MAX = 64
};
struct ph_envelope rig_envelope(
    const char *text, struct ph_envelope_rcpt *rcpts);

#endif
