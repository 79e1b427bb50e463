#ifndef PH_CLI_FINDING_PART_H
#define PH_CLI_FINDING_PART_H

#include "cli/finding.h"
#include "diagnose/verdict.h"

/* What the files of a finding share: finding.c (what was seen), finding_json.c
   and finding_print.c (how it is shown). */

enum {
	PH_FINDING_EVIDENCE_MAX = 1024
};

void ph_finding_see(const struct ph_finding *f, struct ph_evidence *out);

/* The line that a verdict rests on; "" where there is nothing to show. */
void ph_finding_evidence(const struct ph_finding *f, const char *setting,
    enum ph_verdict verdict, char out[PH_FINDING_EVIDENCE_MAX]);

/* How far it came: "none", "reached", "tls-refused", "certificate-refused". */
const char *ph_finding_contact(const struct ph_finding *f);

/* The i-th of what is odd about settings that nothing has proven; NULL at the
   end. */
const struct ph_doubt *ph_finding_hint(const struct ph_finding *f, size_t i);

/* A stage, its time, and how it went. */
struct ph_finding_stage {
	const char *name;
	enum ph_stage stage;
	enum ph_step_state state;
	double ms; /* below 0: was not measured */
};

enum {
	PH_FINDING_STAGES = 10,
	/* A stage that takes longer is slow. */
	PH_FINDING_SLOW_MS = 1000
};

void ph_finding_stages(
    const struct ph_finding *f, struct ph_finding_stage out[PH_FINDING_STAGES]);

static inline bool ph_finding_is_slow(const struct ph_finding_stage *s)
{
	return s->ms > PH_FINDING_SLOW_MS;
}

#endif
