#ifndef PH_CLI_CONSENT_H
#define PH_CLI_CONSENT_H

#include "cli/cli.h"
#include "connection/connection.h"
#include "io/interrupt.h"
#include "oauth/answer.h"
#include "token/exchange.h"

/* A person's consent by the device-code flow (RFC 8628): the code is shown, and
   the server is asked until it was entered. */
struct ph_consent {
	const struct ph_cli *cli;
	const struct ph_connection *connection;
	const struct ph_token_exchange *exchange;
	const struct ph_interrupt *hold; /* ends the waiting */
};

/* Shows page and code on stdout, as a line of JSON with --json, and on a
   terminal how long the code is still good.  PH_EINVAL with *fault: no endpoint
   for device codes is known; PH_EDENIED: the person or the server said no;
   PH_ETIMEOUT: nobody entered the code; PH_EIO: interrupted, or not reached;
   PH_EPROTO, PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_consent_get(const struct ph_consent *c,
    struct ph_oauth_tokens *out, struct ph_fault *fault);

#endif
