#ifndef PH_BASE_NOTE_H
#define PH_BASE_NOTE_H

/* How those notes of a transcript begin (its lines with "*") that are more than
   words for a reader: `posthaste replay` goes by them.  The man page
   posthaste-replay(1) has them, so they stay as they are. */

/* A connection was made: a session begins. */
#define PH_NOTE_CONNECTED "connected to "
/* The handshake of TLS begins; then it is over: the version follows ("TLSv1.3,
   ..."), or this and the word for its cause, a colon, and why. */
#define PH_NOTE_TLS_BEGINS "TLS begins"
#define PH_NOTE_TLS_UP     "TLSv"
#define PH_NOTE_TLS_FAILED "TLS failed: "
/* The stream ended, orderly or not; where the conversation stood. */
#define PH_NOTE_LOST "connection lost: "
/* Nothing came for too long; behind it, that the server took nothing. */
#define PH_NOTE_TIMEOUT "timed out: "
#define PH_NOTE_BLOCKED "took no data"
/* What had come of a line when it happened. */
#define PH_NOTE_UNFINISHED "unfinished: "
/* And where it happened, within one of those. */
#define PH_NOTE_AMID_CONTENT "amid the content"
/* What a challenge said, where that is no secret; or that it was none. */
#define PH_NOTE_CHALLENGE "challenge: "
#define PH_NOTE_NO_BASE64 "the challenge is not base64"
/* Behind a number: of lines that nobody fetched in time. */
#define PH_NOTE_LEFT_OUT " lines left out here"
/* This side broke a login off, behind a challenge. */
#define PH_NOTE_LOGIN_GIVEN_UP "login: given up: "

#endif
