#ifndef PH_CLI_FINDING_H
#define PH_CLI_FINDING_H

#include "cli/look.h"
#include "config/token.h"
#include "connection/connection.h"
#include "deliver/session.h"
#include "memory/drift.h"

#include <jansson.h>

/* What a test found out: stages, a verdict for each setting, cause. */
struct ph_finding {
	const struct ph_connection *connection; /* borrowed */
	const struct ph_session_facts *facts;   /* borrowed; NULL: none */
	struct ph_delivery *delivery;           /* owned; NULL: none */
	const struct ph_look *look;             /* borrowed; NULL: none */
	const struct ph_drift *drift;           /* borrowed; NULL: not known */
	const struct ph_token_state *token;     /* borrowed; NULL: none */
	ph_unixtime now;                        /* that token is looked at */
	bool has_password;
	bool sends;
	struct ph_fault fault; /* not set: all went well */
};

/* Everything of `test --json` but the transcript. */
json_t *ph_finding_to_json(const struct ph_finding *f);
void ph_finding_print(const struct ph_finding *f);
void ph_finding_release(struct ph_finding *f);

#endif
