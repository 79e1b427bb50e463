#ifndef PH_CLI_HISTORY_H
#define PH_CLI_HISTORY_H

#include "cli/cli.h"
#include "connection/connection.h"
#include "memory/drift.h"

/* The tests that were kept of a connection, for people and as JSON lines. */

/* test --history. */
enum ph_exit ph_history_show(
    const struct ph_cli *cli, const struct ph_connection *c);

/* connection show: what they come to; nothing where none is kept.  As JSON:
   {"kept","last","ok","p50_ms","p90_ms","changes"}, or null. */
void ph_history_print_summary(const struct ph_connection *c);
json_t *ph_history_summary_json(const struct ph_connection *c);

/* What has changed, a line or an element each. */
void ph_history_print_drift(const struct ph_drift *d);
json_t *ph_history_drift_json(const struct ph_drift *d);

#endif
