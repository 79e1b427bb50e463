#ifndef PH_TESTS_PLAY_H
#define PH_TESTS_PLAY_H

#include "script.h"

/* How a script is played against the client engine. */
struct play {
	size_t in_max;   /* octets a receive; 0: all at once */
	size_t out_max;  /* octets a write; 0: all at once */
	size_t cut_in;   /* the one place the server's stream is cut; 0: none */
	size_t lose_in;  /* lose the connection after so many octets from the */
	size_t lose_out; /* server, or to it; SIZE_MAX: never */
	/* Say something else instead of reply number wrong_at (from 0), and
	   stop; SIZE_MAX: never. */
	size_t wrong_at;
	const char *wrong;
	bool trace;
};

extern const struct play play_plain;

/* What came of it. */
struct played {
	size_t in_octets;  /* from the server */
	size_t out_octets; /* to it */
	size_t replies;
	bool is_cut_short; /* lost or wrong came true: events were not
	                     compared */
	bool is_closed;
	enum ph_cause cause; /* of the CLOSED event */
	size_t mails;        /* taken by the engine */
	size_t done;         /* MAIL_DONE events */
	/* By mail, from 0. */
	bool unsure[SCRIPT_MAILS_MAX];
	bool handed_over[SCRIPT_MAILS_MAX]; /* says the script */
	bool decided[SCRIPT_MAILS_MAX];     /* by a reply */
};

/* Plays it with check()s: the client's octets, and the events, as they stand in
   the script.  However it ends, each mail has one MAIL_DONE. */
void play_script(
    const struct script *s, const struct play *p, struct played *out);

/* Every way of playing it: whole, octet by octet, cut at every place of the
   server's stream, lost at every octet of both, 421 and nonsense for every
   reply. */
void play_everything(const struct script *s);

#endif
