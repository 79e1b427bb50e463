#ifndef PH_CONFIG_MEMORY_H
#define PH_CONFIG_MEMORY_H

#include "base/err.h"
#include "base/fault.h"
#include "connection/connection.h"
#include "memory/gate.h"
#include "memory/history.h"
#include "memory/known.h"
#include "memory/ledger.h"
#include "memory/tally.h"

/* What is remembered between programs, on disk: $XDG_STATE_HOME/posthaste, else
   ~/.local/state/posthaste, mode 0600:

     servers/HOST:PORT   what is known of a server (memory/known.h)
     refused/HOST        the logins it refused in the last hour
                         (memory/tally.h), by host whatever the port, except
                         on a loopback address, where each port is a server of
                         its own
     sent/HOST           how many messages went there of late, by account,
                         where rate or quota counts them (memory/ledger.h);
                         by host as the last one
     tests/NAME          the last 50 tests of a connection, tests/HOST:PORT of
                         a server named on the spot (memory/history.h)
     lock                who writes, who is logging in as whom, and who has a
                         session open

   All of it may be deleted at any time.  Nothing here stops mail: without a
   home, on a disk that is full or cannot be written, it goes on and remembers
   nothing; a damaged file is put aside as NAME.damaged.  Servers not seen for
   90 days are forgotten, and the oldest of more than PH_MEMORY_SERVERS_MAX. */
struct ph_memory;

enum {
	PH_MEMORY_SERVERS_MAX = 1000,
	PH_MEMORY_NOTE_MAX = 512,
	/* Between two questions whether a session has ended. */
	PH_MEMORY_PAUSE_MS = 20
};

/* Reads what is known of the connection's server: one small file, or none.
   host is the server's as it is dialed (A-labels).  changed_at is when the
   password became what it is, 0 where that is not known: logins refused before
   do not count.  PH_ENOMEM. */
struct ph_memory_question {
	const struct ph_connection *connection; /* borrowed as long as *out */
	ph_unixmsec changed_at;
};
PH_MUST_USE enum ph_err ph_memory_open(
    const struct ph_memory_question *q, struct ph_memory **out);
void ph_memory_free(struct ph_memory *m);
PH_DEFINE_CLEANUP(ph_memory_free, struct ph_memory)

/* Valid as long as m, changed by ph_memory_learn(); never NULL. */
const struct ph_known *ph_memory_known(const struct ph_memory *m);

/* What a transcript should tell of it ("cannot write ..."); "" for nothing. */
const char *ph_memory_note(const struct ph_memory *m);
/* What a person should be told: a file was put aside.  "" for nothing. */
const char *ph_memory_damage(const struct ph_memory *m);

/* Takes news in, together with what others wrote meanwhile.  Writes only when
   there is something new. */
void ph_memory_learn(struct ph_memory *m, const struct ph_known_news *news);

/* The account's refused logins of the last hour, as far as they count. */
void ph_memory_sum(struct ph_memory *m, struct ph_tally_sum *out);
/* Whether a login is still allowed by `attempts`, over all processes.
   PH_EDENIED with *fault (PH_CAUSE_AUTH_USED_UP): nothing may be tried. */
PH_MUST_USE enum ph_err ph_memory_check(
    struct ph_memory *m, struct ph_fault *fault);
/* The same as a gate, which keeps a place for each login: refusals and logins
   under way together never come to more than `attempts`.  *out is valid as long
   as m. */
void ph_memory_gate(struct ph_memory *m, struct ph_gate *out);

/* How many of its messages `rate` and `quota` count for so many recipients: as
   many as transactions by recipients-per-message. */
uint64_t ph_memory_messages(const struct ph_connection *c, size_t rcpt_count);

/* A turn to send; all zero is none. */
struct ph_memory_booking {
	uint64_t messages;
	ph_unixmsec at;
	ph_msec wait; /* from when it was asked for until then */
};
/* Asks `rate` and `quota` for so many messages of the account, over all
   processes, and counts them for the turn in *out: at once where nothing is
   limited, or nothing can be written.  PH_EDENIED with *fault
   (PH_CAUSE_RATE_LIMITED): the quota is used up, or the wait for a turn would
   be longer than wait_max, or than the period of the rate; out->wait is when to
   ask again, and nothing was counted.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_memory_book(struct ph_memory *m, uint64_t messages,
    ph_msec wait_max, struct ph_memory_booking *out, struct ph_fault *fault);
/* What was booked did not go, and counts no more. */
void ph_memory_unbook(struct ph_memory *m, const struct ph_memory_booking *b);

/* What counts now. */
struct ph_memory_use {
	uint64_t rate, quota;
	ph_msec rate_free_in, quota_free_in; /* when one more may go */
};

void ph_memory_use(struct ph_memory *m, struct ph_memory_use *out);

/* A place among the `sessions` that may be open to the server at once, over all
   processes; held until it is given back, or m or the process ends.  PH_AGAIN:
   all are taken.  PH_OK also where it is held already, or nothing can be
   written. */
PH_MUST_USE enum ph_err ph_memory_session_take(struct ph_memory *m);
void ph_memory_session_give(struct ph_memory *m);
/* For how long a place, or a turn, is waited for. */
ph_msec ph_memory_patience(const struct ph_memory *m);
/* Why none was to be had, after a wait: PH_CAUSE_TOO_MANY_SESSIONS. */
void ph_memory_session_refuse(
    const struct ph_memory *m, ph_msec waited, struct ph_fault *fault);

/* The account has another password now, wherever it is kept: what was refused
   before counts no more. */
void ph_memory_pardon(const struct ph_connection *c);

/* The last tests of the connection, oldest first; none where nothing is
   remembered.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_memory_history(
    struct ph_memory *m, struct ph_history *out);
/* Keeps another one, with what others kept meanwhile; *out (replaced) is all of
   them.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_memory_history_add(struct ph_memory *m,
    const struct ph_history_test *test, struct ph_history *out);
/* Forgets the tests of the connection of that name.  *was as below. */
PH_MUST_USE enum ph_err ph_memory_history_forget(
    const char *name, bool *was, struct ph_fault *fault);

/* Forgets a server, its tests, and the logins it refused.  *was: something was
   known.  PH_EIO with *fault: a file cannot be removed. */
PH_MUST_USE enum ph_err ph_memory_forget(
    const char *host, uint16_t port, bool *was, struct ph_fault *fault);

#endif
