#ifndef PH_CLI_SEARCHING_H
#define PH_CLI_SEARCHING_H

#include "cli/cli.h"
#include "survey/survey.h"

/* A survey at the command line: shows that something goes on, and is ended by
   the signals that end programs.  All zero may be released. */
struct ph_searching {
	const struct ph_cli *cli;
	struct ph_loop *loop;
	struct ph_survey *survey;
	struct ph_signal *on_int, *on_term;
	struct ph_timer *progress;
	size_t asked;
	bool shows_progress;
	bool is_interrupted;
};

/* Runs it to its end; *out lives as long as s.  PH_EINVAL with *fault: an
   option cannot be used; PH_ENOMEM, PH_EIO. */
PH_MUST_USE enum ph_err ph_searching_run(struct ph_searching *s,
    const struct ph_cli *cli, const struct ph_survey_options *opt,
    struct ph_survey_result *out, struct ph_fault *fault);
void ph_searching_release(struct ph_searching *s);

/* Why there is nothing, and what may help; is_offline and probes are what was
   asked for. */
void ph_searching_conclude(const struct ph_survey_options *opt,
    const struct ph_survey_result *found, struct ph_fault *fault);

#endif
