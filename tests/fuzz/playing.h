#ifndef PH_TESTS_FUZZ_PLAYING_H
#define PH_TESTS_FUZZ_PLAYING_H

#include "script/challenge.h"
#include "script/player.h"

#include <assert.h>
#include <stdint.h>

/* A client that says these octets, in pieces of so many, to a play, whatever it
   hears: every session comes to an end. */

enum {
	PLAYING_TURNS_MAX = 100000
};

/* False: it is over. */
static inline bool playing_turn(
    struct ph_player *p, struct ph_span *client, size_t max)
{
	struct ph_span piece =
	    ph_span_first(*client, client->len < max ? client->len : max);
	struct ph_buf raw;
	enum ph_err err;

	switch (ph_player_need(p)) {
	case PH_PLAYER_INPUT:
	case PH_PLAYER_STALL:
		if (client->len == 0)
			return false;
		*client = ph_span_skip(*client, piece.len);
		while (piece.len > 0 &&
		    (ph_player_need(p) == PH_PLAYER_INPUT ||
			ph_player_need(p) == PH_PLAYER_STALL))
			assert(ph_player_receive(p, &piece) == PH_OK);
		return true;
	case PH_PLAYER_TLS:
		assert(ph_player_tls(p) != PH_PLAY_TLS_NONE);
		assert(ph_player_tls_done(p) == PH_OK);
		return true;
	case PH_PLAYER_WAIT:
		assert(ph_player_wait(p) > 0);
		assert(ph_player_go_on(p) == PH_OK);
		return true;
	case PH_PLAYER_CHALLENGE:
		ph_buf_init(&raw, 1024 * 1024);
		err = ph_challenge_make(ph_player_login(p), &raw);
		assert(
		    err == PH_OK || err == PH_ENOTFOUND || err == PH_ETOOBIG);
		assert(ph_player_challenge(p, ph_buf_span(&raw)) == PH_OK);
		ph_buf_release(&raw);
		return true;
	case PH_PLAYER_BLOCK:
	case PH_PLAYER_CLOSE:
		return false;
	}
	return false;
}

static inline void playing_play(
    const struct ph_play *play, struct ph_span client, size_t max)
{
	for (const struct ph_play_session *s = play->first; s != NULL;
	     s = s->next) {
		struct ph_player *p = NULL;
		struct ph_span rest = client;
		struct ph_span line;
		unsigned turns = 0;

		assert(ph_player_new(s, &p) == PH_OK);
		while (playing_turn(p, &rest, max)) {
			ph_player_sent(p, ph_player_pending(p).len);
			while (ph_player_next_note(p, &line))
				assert(line.len > 0);
			assert(turns++ < PLAYING_TURNS_MAX);
		}
		ph_player_free(p);
	}
}

#endif
