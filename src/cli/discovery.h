#ifndef PH_CLI_DISCOVERY_H
#define PH_CLI_DISCOVERY_H

#include "cli/cli.h"
#include "survey/survey.h"

/* What `discover` found, as it is shown and saved. */
struct ph_discovery {
	struct ph_cli *cli;
	const struct ph_subject *subject;
	struct ph_survey_result found; /* all zero: nothing was looked for */
	struct ph_fault fault;
	/* --save, or NULL */
	const char *save_as;
	bool is_agreed;      /* --yes */
	const char *ca_file; /* "": none */
	bool is_saved;
	const char *saved_path;
};

/* The first that did not fail and is of the domain that was typed; NULL: there
   is none. */
const struct ph_candidate *ph_discovery_best(const struct ph_discovery *d);

/* Why a password goes there only after a yes, as a list of sentences joined by
   commas; "" where none is needed. */
void ph_discovery_doubts(const struct ph_candidate *c,
    const struct ph_subject *s, char *out, size_t size);

json_t *ph_discovery_to_json(const struct ph_discovery *d);
/* 80 columns. */
void ph_discovery_print(const struct ph_discovery *d);

/* Saves the best one as a connection of that name; asks where a yes is needed.
   PH_EINVAL, PH_EDENIED, PH_EIO with *fault, PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_discovery_save(
    struct ph_discovery *d, struct ph_arena *a, struct ph_fault *fault);
/* What has to be done next, a note each. */
void ph_discovery_advise(const struct ph_discovery *d);

/* Where no password is enough, the mechanisms are part of the settings; else
   the strongest that is offered is the best. */
bool ph_discovery_is_special(const char *mechanisms);

/* A question on the terminal; false: no, or nobody is there. */
bool ph_discovery_ask(const struct ph_cli *cli, const char *question);

#endif
