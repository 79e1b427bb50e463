#ifndef PH_CLI_LOOK_H
#define PH_CLI_LOOK_H

#include "cli/fix.h"
#include "cli/server.h"
#include "cli/transcript.h"
#include "connection/doubt.h"
#include "deliver/probe.h"
#include "diagnose/remedy.h"

/* The second look: what a test that failed tries by itself, without a login, to
   find out which setting is wrong and what to use instead. */

enum {
	PH_LOOK_MS = 5000,      /* all of it */
	PH_LOOK_STEP_MS = 2500, /* each step of each try */
	PH_LOOK_NAMES_MAX = 8,
	PH_LOOK_NAME_SIZE = 256
};

struct ph_look {
	struct ph_loop *loop;
	struct ph_probes *probes;
	struct ph_sighting sightings[PH_PROBES_MAX];
	size_t count;
	char names[PH_LOOK_NAMES_MAX][PH_LOOK_NAME_SIZE]; /* of other hosts */
	size_t name_count;
	struct ph_remedy remedy;
	struct ph_doubts doubts;
	struct ph_fix fix;
	bool interrupted;
};

/* What is looked at again. */
struct ph_look_question {
	const struct ph_cli *cli;
	const struct ph_cli_server *server;
	struct ph_transcript *transcript;
	/* NULL: it did not come to a session. */
	const struct ph_session_facts *facts;
	bool probes; /* false: nobody is asked, only what is known */
};

/* Looks further where *fault, or a success that is odd, gives reason to, and
   puts what it knows better into *fault: the suspect setting and the advice. */
void ph_look_further(struct ph_look *l, const struct ph_look_question *q,
    struct ph_fault *fault);
void ph_look_release(struct ph_look *l);

/* look_plan.c */

/* Adds the tries that *fault (not set: an odd success) calls for, the best
   first. */
void ph_look_plan(struct ph_look *l, const struct ph_look_question *q,
    const struct ph_fault *fault);

/* name is host, or lies in the domain that host is in; never above a name that
   anybody may register in. */
bool ph_look_is_own(const char *name, const char *host);

#endif
