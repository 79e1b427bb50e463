#ifndef PH_DELIVER_LESSON_H
#define PH_DELIVER_LESSON_H

#include "deliver/session.h"
#include "memory/known.h"

/* What a session has to tell whoever remembers servers. */
struct ph_lesson {
	struct ph_known_news news; /* points into the rest, and the facts */
	struct ph_span offered[PH_EHLO_MECHANISMS_MAX];
	struct ph_known_attempt attempts[PH_SESSION_ATTEMPTS_MAX];
};

/* False: it came to nothing that is worth remembering.  *out is valid as long
   as the facts.  A mechanism that was refused before another one took the same
   password counts as broken. */
bool ph_lesson_make(
    const struct ph_session_facts *f, ph_unixtime now, struct ph_lesson *out);

#endif
