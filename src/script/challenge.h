#ifndef PH_SCRIPT_CHALLENGE_H
#define PH_SCRIPT_CHALLENGE_H

#include "script/player.h"

/* Replaces *out by a challenge that fits where a recorded one stood that was
   not written down: what its client would answer just so, or, where it was
   refused, would refuse.  A server's proof that it knows the password (SCRAM,
   DIGEST-MD5) cannot be made without it: PH_ENOTFOUND, and *out is one that the
   client will refuse.  PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_challenge_make(
    const struct ph_player_login *login, struct ph_buf *out);

/* So many responses make a login by that mechanism; 0: that is not known. */
unsigned ph_challenge_responses(struct ph_span mechanism);

#endif
