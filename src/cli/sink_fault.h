#ifndef PH_CLI_SINK_FAULT_H
#define PH_CLI_SINK_FAULT_H

#include "cli/cli.h"
#include "inject/plan.h"

/* The options by which the sink is told to misbehave, and whom to resemble. */

/* The keys by which they are found among those given. */
struct ph_sink_fault_keys {
	int fault, like, seed, rate;
};

/* *out stays NULL when there is none of them; *seed is what chance depends on,
   drawn by lot where none was given.  Says what is wrong. */
enum ph_exit ph_sink_fault_read(const struct ph_cli *cli,
    const struct ph_options *given, const struct ph_sink_fault_keys *keys,
    struct ph_inject_plan **out, uint64_t *seed);

#endif
