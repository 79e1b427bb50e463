#ifndef PH_CONFIG_MEMORY_H
#define PH_CONFIG_MEMORY_H

#include "base/err.h"
#include "base/fault.h"
#include "connection/connection.h"
#include "memory/gate.h"
#include "memory/known.h"
#include "memory/tally.h"

/* What is remembered between programs, on disk: $XDG_STATE_HOME/posthaste, else
   ~/.local/state/posthaste, mode 0600:

     servers/HOST:PORT   what is known of a server (memory/known.h)
     refused/HOST        the logins it refused in the last hour
                         (memory/tally.h), by host whatever the port, except
                         on a loopback address, where each port is a server of
                         its own
     lock                who writes, and who is logging in as whom

   All of it may be deleted at any time.  Nothing here stops mail: without a
   home, on a disk that is full or cannot be written, it goes on and remembers
   nothing; a damaged file is put aside as NAME.damaged.  Servers not seen for
   90 days are forgotten, and the oldest of more than PH_MEMORY_SERVERS_MAX. */
struct ph_memory;

enum {
	PH_MEMORY_SERVERS_MAX = 1000,
	PH_MEMORY_NOTE_MAX = 512
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

/* The account has another password now, wherever it is kept: what was refused
   before counts no more. */
void ph_memory_pardon(const struct ph_connection *c);

/* Forgets a server, and the logins it refused.  *was: something was known.
   PH_EIO with *fault: a file cannot be removed. */
PH_MUST_USE enum ph_err ph_memory_forget(
    const char *host, uint16_t port, bool *was, struct ph_fault *fault);

#endif
