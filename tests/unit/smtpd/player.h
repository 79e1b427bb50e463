#ifndef PH_TESTS_SMTPD_PLAYER_H
#define PH_TESTS_SMTPD_PLAYER_H

#include "base/buf.h"
#include "smtpd/session.h"

/* Plays a client's octets to a session, with a caller that answers by rule:
   senders and recipients that begin with "no" are refused, those that begin
   with "bye" get 421, contents of "full@x.org" get 452, and the login is
   "\0u\0p" by PLAIN or, over two challenges, by LOGIN.  At stages: subjects
   that begin with "stop", "shut", "hush", "raw" do not go on, "word" is
   reworded, and "edit" changes the answer to EHLO. */
struct player {
	struct ph_smtpd *session;
	ph_msec now;
	struct ph_buf log;  /* the events, a line each */
	struct ph_buf body; /* of the message at hand */
	struct ph_buf out;  /* what the server said */
	struct ph_buf user;
	bool tls_waits;
	bool full;
	bool login;
	bool closed;
	/* With stages: what counts as the subject of DATA, which has none; what
	   is said in place of the end's answer, and of the login's. */
	const char *data_rule;
	const struct ph_smtpd_reply *end_refusal, *login_refusal;
	const char *challenge; /* sent as it is */
};

/* options NULL: plain ones. */
void player_init(struct player *p, const struct ph_smtpd_options *options);
void player_release(struct player *p);

/* Feeds all of in, the pieces step octets long, the first one first.  \1 stands
   for a wait, in which a TLS handshake is done. */
void player_feed(
    struct player *p, struct ph_span in, size_t first, size_t step);

/* The codes said so far behind the greeting, separated by blanks: "250 354
   250/2.0.0", in out. */
void player_codes(const struct player *p, struct ph_buf *out);

#endif
