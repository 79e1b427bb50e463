#include "check.h"
#include "rig.h"

#include <string.h>

/* A login that somebody else may hold up or forbid. */

#define HELLO(auth)                                  \
 SEND("220 mail.example.com ESMTP"), EXPECT("EHLO"), \
     SEND("250-mail.example.com"), SEND("250 " auth)
#define BYE EXPECT("QUIT"), SEND("221 Bye"), CLOSE

struct keeper {
	unsigned busy; /* so often it says PH_AGAIN */
	unsigned allowed;
	unsigned asked;
	char log[32]; /* a admitted, then u, r, t by the end */
};

static enum ph_err admit(void *ctx, struct ph_fault *fault)
{
	struct keeper *k = ctx;

	k->asked++;
	if (k->busy > 0) {
		k->busy--;
		return PH_AGAIN;
	}
	if (k->allowed == 0) {
		ph_fault_set(fault, PH_CAUSE_AUTH_USED_UP, PH_STAGE_AUTH, "no");
		return PH_EDENIED;
	}
	k->allowed--;
	k->log[strlen(k->log)] = 'a';
	return PH_OK;
}

static void settle(void *ctx, enum ph_gate_end end)
{
	struct keeper *k = ctx;

	k->log[strlen(k->log)] = "urt"[end];
}

static const struct step taken[] = { HELLO("AUTH PLAIN"), EXPECT("AUTH PLAIN"),
	SEND("235 in"), { STEP_END, NULL } };
static const struct step refused[] = { HELLO("AUTH PLAIN LOGIN CRAM-MD5"),
	EXPECT("AUTH CRAM-MD5"), SEND("504 what"), EXPECT("AUTH LOGIN"),
	SEND("535 no"), EXPECT("AUTH PLAIN"), SEND("535 no"), BYE };
static const struct step once[] = { HELLO("AUTH PLAIN LOGIN"),
	EXPECT("AUTH LOGIN"), SEND("535 no"), BYE };
static const struct step nothing[] = { HELLO("AUTH PLAIN LOGIN"), BYE };
static const struct step deferred[] = { HELLO("AUTH PLAIN"),
	EXPECT("AUTH PLAIN"), SEND("454 later"), BYE };
static const struct step cut[] = { HELLO("AUTH PLAIN"), EXPECT("AUTH PLAIN"),
	CLOSE };

static const struct {
	const char *name;
	const struct step *steps;
	struct keeper keeper;
	unsigned asked;
	const char *log;
	enum ph_cause cause;
} cases[] = {
	{ "taken", taken, { .allowed = 9 }, 1, "at", PH_CAUSE_NONE },
	{ "after a wait", taken, { .allowed = 9, .busy = 3 }, 4, "at",
	    PH_CAUSE_NONE },
	{ "never", nothing, { .allowed = 9, .busy = 9999 }, 0, "",
	    PH_CAUSE_AUTH_DEFERRED },
	/* A mechanism that failed for its own sake costs none. */
	{ "refused twice", refused, { .allowed = 9 }, 2, "arar",
	    PH_CAUSE_AUTH_REFUSED },
	{ "refused, no second", once, { .allowed = 1 }, 2, "ar",
	    PH_CAUSE_AUTH_REFUSED },
	{ "forbidden", nothing, { .allowed = 0 }, 1, "",
	    PH_CAUSE_AUTH_USED_UP },
	{ "not now", deferred, { .allowed = 9 }, 1, "au",
	    PH_CAUSE_AUTH_DEFERRED },
	{ "cut off", cut, { .allowed = 9 }, 1, "au", PH_CAUSE_CONNECTION_LOST },
};

static void run_case(size_t i)
{
	struct keeper k = cases[i].keeper;
	struct ph_gate gate = { &k, admit, settle };
	struct rig r;

	check_case(cases[i].name, i);
	RIG_INIT(&r, cases[i].steps);
	r.gate = &gate;
	r.weaker_max = 1;
	r.conn.attempts = 9;
	r.conn.timeout = cases[i].asked == 0 ? 100 : 2000;
	r.conn.allow_plaintext_password = true;
	rig_login(&r, "secret", NULL);

	bool good = cases[i].cause == PH_CAUSE_NONE;

	check_int(rig_connect(&r), good ? PH_OK : PH_EIO);
	check_int(r.fault.cause, cases[i].cause);
	ph_session_free(r.session);
	r.session = NULL;
	check_str(k.log, cases[i].log);
	check(cases[i].asked == 0 ? k.asked > 1 : k.asked == cases[i].asked);
	rig_release(&r);
}

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++)
		run_case(i);
	return check_end();
}
