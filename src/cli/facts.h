#ifndef PH_CLI_FACTS_H
#define PH_CLI_FACTS_H

#include "deliver/session.h"

#include <jansson.h>
#include <stdio.h>

/* What a session learned of a server, as JSON and for people. */

/* {"host","address","port","encryption","tls","mechanism"}; what is not known
   is null. */
json_t *ph_facts_server(const struct ph_session_facts *f);
json_t *ph_facts_timing(const struct ph_session_timing *t);
/* null where none was seen. */
json_t *ph_facts_certificate(const struct ph_certificate *c);
/* The lines of the last EHLO. */
json_t *ph_facts_capabilities(const struct ph_ehlo *e);
json_t *ph_facts_attempts(const struct ph_session_facts *f);
/* What is odd about the connection, then what its session warned of; each may
   be NULL. */
json_t *ph_facts_warnings(
    const struct ph_connection *c, const struct ph_session_facts *f);

/* "smtp.example.com:587", "[2001:db8::1]:25". */
enum {
	PH_FACTS_PLACE_MAX = 300
};

void ph_facts_place(
    const struct ph_session_facts *f, char out[PH_FACTS_PLACE_MAX]);

#endif
