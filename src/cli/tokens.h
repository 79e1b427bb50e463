#ifndef PH_CLI_TOKENS_H
#define PH_CLI_TOKENS_H

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "config/token.h"

/* What is known of a connection's tokens, for people and programs. */

enum {
	PH_TOKENS_TIME_MAX = 80
};

/* "2026-11-27T21:00:00Z"; "" for 0. */
void ph_tokens_time(ph_unixtime t, char out[PH_TOKENS_TIME_MAX]);
/* "2026-11-27T21:00:00Z, in 55 min", ", 2 h ago"; "not known" for 0. */
void ph_tokens_end(
    ph_unixtime t, ph_unixtime now, char out[PH_TOKENS_TIME_MAX]);

/* {"access_ends","consented","consent_ends","refreshes","rule"}, null for what
   is not known; null for NULL. */
json_t *ph_tokens_json(const struct ph_token_state *s);
/* A line for the token, and one for the sign-in where a person made it. */
void ph_tokens_print(const struct ph_token_state *s, ph_unixtime now);
/* Says so where the sign-in ends within a week, and where nothing will follow
   the token. */
void ph_tokens_warn(const struct ph_cli *cli, const char *name,
    const struct ph_token_state *s, ph_unixtime now);

#endif
