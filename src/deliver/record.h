#ifndef PH_DELIVER_RECORD_H
#define PH_DELIVER_RECORD_H

#include "deliver/session.h"
#include "memory/history.h"

/* A test as it is kept: from what a session saw and how it ended.  fault is not
   set where it went well. */
void ph_record_make(const struct ph_session_facts *f,
    const struct ph_fault *fault, ph_unixtime now, struct ph_history_test *out);

#endif
