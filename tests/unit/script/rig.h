#ifndef PH_TESTS_SCRIPT_RIG_H
#define PH_TESTS_SCRIPT_RIG_H

#include "base/buf.h"
#include "script/play.h"
#include "script/player.h"

/* Plays as text, and a client that says its octets whatever it hears. */

enum {
	RIG_TEXT_MAX = 64 * 1024
};

struct rig {
	struct ph_buf out;   /* what the client hears, needs in brackets */
	struct ph_buf notes; /* a line each */
	enum ph_err err;
};

/* Adds a play: "session tls" and a line for each exchange, "EHLO me -> 250
   `250 s\r\n`, tls on". */
void rig_dump(const struct ph_play *play, struct ph_buf *out);

/* Adds octets with \r, \n and others shown. */
void rig_show(struct ph_span octets, struct ph_buf *out);

/* Plays a session to a client that says all of this, in pieces of at most max
   octets (0: whole), and one more cut at at (0: none). */
void rig_play(struct rig *r, const struct ph_play_session *s,
    const char *client, size_t max, size_t at);
void rig_release(struct rig *r);

#endif
