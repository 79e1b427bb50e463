#ifndef PH_SCRIPT_PLAYER_H
#define PH_SCRIPT_PLAYER_H

#include "base/buf.h"
#include "script/play.h"

/* Plays one session of a play to a client: bytes in, bytes out.  A command is
   answered as the next one with the same verb was; what stands between is
   skipped, and a command that does not come again is answered as it was last.
   One that never came is answered 451, but for QUIT, NOOP and RSET, which every
   server knows.  A login is answered as the recorded one, whoever logs in.
   Content is thrown away.

   How a driver uses it:

       write ph_player_pending(), _sent()
       when all is written, as ph_player_need() says:
           INPUT       ph_player_receive()
           TLS         what ph_player_tls() says, then _tls_done()
           WAIT        for ph_player_wait(), then _go_on()
           CHALLENGE   ph_player_login(), then _challenge()
           STALL, BLOCK, CLOSE
       ph_player_next_note() for what a person has to know

   Nothing calls back, nothing reads a clock. */
struct ph_player;

enum ph_player_need {
	PH_PLAYER_INPUT,
	PH_PLAYER_TLS,
	PH_PLAYER_WAIT,
	PH_PLAYER_CHALLENGE,
	PH_PLAYER_STALL, /* octets are taken, for nothing */
	PH_PLAYER_BLOCK, /* none are taken */
	PH_PLAYER_CLOSE  /* the client has been told all */
};

enum {
	PH_PLAYER_LINE_MAX = 256 * 1024,
	PH_PLAYER_OUT_MAX = 64 * 1024 * 1024,
	PH_PLAYER_NOTES_MAX = 16 * 1024
};

/* s is borrowed.  The greeting waits to be written then.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_player_new(
    const struct ph_play_session *s, struct ph_player **out);
void ph_player_free(struct ph_player *p);

enum ph_player_need ph_player_need(const struct ph_player *p);
enum ph_play_tls ph_player_tls(const struct ph_player *p);
ph_msec ph_player_wait(const struct ph_player *p);

/* Takes octets off *in, up to where it needs something else.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_player_receive(
    struct ph_player *p, struct ph_span *in);
struct ph_span ph_player_pending(const struct ph_player *p);
void ph_player_sent(struct ph_player *p, size_t len);

/* PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_player_tls_done(struct ph_player *p);
PH_MUST_USE enum ph_err ph_player_go_on(struct ph_player *p);

/* A login of which a challenge is due, valid until _challenge(). */
struct ph_player_login {
	struct ph_span mechanism; /* as the client named it */
	struct ph_span response;  /* the last, as it came: base64, "=" */
	bool has_response;        /* false: there was none yet */
	unsigned step;            /* responses so far, the initial one too */
	/* What the recorded one said, ptr NULL: not known. */
	struct ph_span text;
	/* The recorded client broke off behind it: it was none. */
	bool was_refused;
};
const struct ph_player_login *ph_player_login(const struct ph_player *p);
/* What it is, before base64.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_player_challenge(
    struct ph_player *p, struct ph_span raw);

/* Where the client did something else than the recorded one, a line each.
   False: no more.  Valid until the next call on p. */
bool ph_player_next_note(struct ph_player *p, struct ph_span *out);
/* How many there were so far. */
size_t ph_player_note_count(const struct ph_player *p);

#endif
