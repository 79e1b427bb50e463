#ifndef PH_CLI_HISTORY_H
#define PH_CLI_HISTORY_H

#include "cli/cli.h"
#include "config/memory.h"
#include "connection/connection.h"
#include "deliver/session.h"
#include "memory/drift.h"

/* The tests that were kept of a connection, for people and as JSON lines. */

/* Keeps a test for later, however it went; *out (may be NULL) is what has
   changed since.  False: nothing is remembered. */
bool ph_history_keep(struct ph_memory *m, const struct ph_session_facts *f,
    const struct ph_fault *fault, struct ph_drift *out);

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
