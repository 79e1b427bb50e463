#include "config/memory_part.h"
#include "io/lock.h"

/* Sessions open at once: an octet of the lock for each place. */

/* Beyond those of logins. */
static const uint64_t slots_first = UINT64_C(1) << 60;

enum {
	/* Where the connection sets no timeout. */
	PATIENCE_MS = 30 * 1000,
	SLOTS_MAX = 1024 * 1024 /* the most that `sessions` takes, and more */
};

static uint64_t first_slot(const struct ph_memory *m)
{
	uint64_t hash = ph_memory_hash(m->place.server, "");

	return slots_first +
	    (hash & ((UINT64_C(1) << 40) - 1)) * (uint64_t)SLOTS_MAX;
}

enum ph_err ph_memory_session_take(struct ph_memory *m)
{
	uint64_t first = first_slot(m);

	if (!m->conn->limits_sessions || m->session_slot != 0 ||
	    !ph_memory_open_lock(m))
		return PH_OK;
	for (unsigned i = 0; i < SLOTS_MAX && i < m->conn->sessions; i++) {
		enum ph_err err = ph_lock_try(m->lock, first + i);

		if (err == PH_AGAIN)
			continue;
		/* A lock that failed for another reason holds nobody up. */
		if (err == PH_OK)
			m->session_slot = first + i;
		return PH_OK;
	}
	return PH_AGAIN;
}

void ph_memory_session_give(struct ph_memory *m)
{
	if (m->session_slot != 0)
		ph_lock_give(m->lock, m->session_slot);
	m->session_slot = 0;
}

ph_msec ph_memory_patience(const struct ph_memory *m)
{
	return m->conn->timeout > 0 ? m->conn->timeout : PATIENCE_MS;
}

void ph_memory_session_refuse(
    const struct ph_memory *m, ph_msec waited, struct ph_fault *fault)
{
	const struct ph_connection *c = m->conn;

	ph_fault_set(fault, PH_CAUSE_TOO_MANY_SESSIONS, PH_STAGE_CONNECT,
	    "sessions = %u: as many are open to %s:%u by other programs of "
	    "yours, and none was done within %g s",
	    c->sessions, c->host, (unsigned)c->port, (double)waited / 1000);
	ph_fault_advise(fault,
	    "try again when they are done; or, if the server admits more, "
	    "raise it: --sessions %u",
	    c->sessions + 1);
}
