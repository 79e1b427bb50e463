#ifndef PH_SCRIPT_BUILDER_H
#define PH_SCRIPT_BUILDER_H

#include "script/play.h"

/* Makes a play of what both sides said, in the order in which it was said:
   replies are those of the oldest command that has none (RFC 2920). */

enum {
	PH_PLAY_SESSIONS_MAX = 1000,
	PH_PLAY_EXCHANGES_MAX = 200000,
	/* A line of a client; a login's response is the longest. */
	PH_PLAY_LINE_MAX = 256 * 1024
};

struct ph_builder {
	struct ph_arena *arena;
	struct ph_play play;
	struct ph_play_session *session; /* the last, or NULL */
	struct ph_exchange *last;        /* of it */
	struct ph_exchange *oldest;      /* without a whole reply, or NULL */
	struct ph_exchange *open;        /* whose reply is under way, or NULL */
	struct ph_exchange *replied;     /* that was answered last, or NULL */
	size_t exchange_count;

	/* The line of the server's that is being told. */
	char head[4];
	size_t line_len;
	ph_msec delay; /* before its next octets */

	/* The client's octets. */
	bool has_content; /* content is told, too */
	bool in_content;  /* behind a 354 */
	uint64_t chunk;   /* octets of a BDAT that are still to come */
	struct ph_span line;
};

void ph_builder_init(
    struct ph_builder *b, struct ph_arena *a, bool has_content);

/* A connection begins.  The other functions begin one where there is none. */
PH_MUST_USE enum ph_err ph_builder_connected(struct ph_builder *b);
/* Octets of either side, cut anywhere. */
PH_MUST_USE enum ph_err ph_builder_server(
    struct ph_builder *b, struct ph_span octets);
PH_MUST_USE enum ph_err ph_builder_client(
    struct ph_builder *b, struct ph_span octets);
/* The server waits before it says more. */
PH_MUST_USE enum ph_err ph_builder_wait(struct ph_builder *b, ph_msec time);
/* The session ends in that way: at the oldest command without a reply, or
   behind all. */
PH_MUST_USE enum ph_err ph_builder_end(
    struct ph_builder *b, enum ph_play_end end, bool amid_content);
/* The handshake of TLS. */
PH_MUST_USE enum ph_err ph_builder_tls(
    struct ph_builder *b, enum ph_play_tls tls);
/* Of the reply given last, a challenge: what it said, ptr NULL: no base64. */
PH_MUST_USE enum ph_err ph_builder_challenge(
    struct ph_builder *b, struct ph_span text);

/* PH_EINVAL: nothing was told. */
PH_MUST_USE enum ph_err ph_builder_finish(
    struct ph_builder *b, struct ph_play *out);

#endif
