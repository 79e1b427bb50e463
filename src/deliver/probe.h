#ifndef PH_DELIVER_PROBE_H
#define PH_DELIVER_PROBE_H

#include "deliver/session.h"

/* Probes: short conversations, several at once, each up to the second EHLO and
   no further.  They are made of a connection with another port, mode, host or
   family, and carry none of its credentials: no user name, no password, no
   client certificate.  A login at a proxy on the way is made as always. */
struct ph_probes;

enum {
	PH_PROBES_MAX = 16 /* a test asks ten ways at most */
};

/* What differs from the connection; strings are borrowed. */
struct ph_probe_target {
	const char *host; /* A-labels */
	uint16_t port;
	enum ph_encryption encryption;
	const char *source_address; /* "0.0.0.0", "::": of one family; NULL: as
	                               the connection says */
	const char *helo;           /* NULL: likewise */
	unsigned tls_versions;      /* 0: likewise */
};

struct ph_probe {
	struct ph_probe_target target;
	bool is_over;   /* false: it had no answer in time */
	bool is_good;   /* EHLO was answered, over the TLS that was asked for */
	bool has_login; /* and the server offers logins there */
	struct ph_fault fault; /* not set where it is good */
	/* Valid as long as the probes. */
	const struct ph_session_facts *facts;
};

struct ph_probes_options {
	const struct ph_connection *connection; /* borrowed */
	const struct ph_secret *proxy_password; /* borrowed; NULL: none */
	ph_msec step_max;   /* each step, where the connection allows more */
	ph_trace_fn *trace; /* notes of what is said, and where; may be NULL */
	void *trace_ctx;
};

/* PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_probes_new(struct ph_loop *l,
    const struct ph_probes_options *opt, struct ph_probes **out);
/* Cuts what is open. */
void ph_probes_free(struct ph_probes *p);
PH_DEFINE_CLEANUP(ph_probes_free, struct ph_probes)

/* PH_EINVAL: as many as PH_PROBES_MAX are there, or one just like it, or it
   cannot be tried at all.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_probes_add(
    struct ph_probes *p, const struct ph_probe_target *target);

/* Starts those added since, and runs the loop until each is over, or for that
   long.  tick (may be NULL) is called now and then. */
typedef void ph_probes_tick_fn(void *ctx, size_t over, size_t all);
void ph_probes_run(
    struct ph_probes *p, ph_msec most, ph_probes_tick_fn *tick, void *ctx);
/* Makes ph_probes_run() return soon; fit for a signal on the loop. */
void ph_probes_interrupt(struct ph_probes *p);
bool ph_probes_interrupted(const struct ph_probes *p);

size_t ph_probes_count(const struct ph_probes *p);
const struct ph_probe *ph_probes_at(const struct ph_probes *p, size_t i);

#endif
