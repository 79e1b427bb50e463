#ifndef PH_DIAGNOSE_INTERCEPTION_H
#define PH_DIAGNOSE_INTERCEPTION_H

#include "base/span.h"

/* Whoever stands between this computer and the server and changes what is said:
   known by the certificates they make up and by the words they blot out. */

enum ph_interceptor_place {
	PH_INTERCEPTOR_HERE,   /* a scanner on this computer */
	PH_INTERCEPTOR_NETWORK /* a firewall or proxy of the network */
};

struct ph_interceptor {
	const char *mark; /* in the issuer's name, whatever the case */
	const char *name; /* for people */
	enum ph_interceptor_place place;
};

/* By the issuer of a certificate that nobody trusts; NULL: none is known. */
const struct ph_interceptor *ph_interceptor_of(const char *issuer);

/* A greeting of asterisks, as "220 ****************": the reply's code, then
   its text. */
bool ph_interception_masks_greeting(const char *greeting);
/* A line of EHLO blotted out, as "XXXXXXXA" for STARTTLS. */
bool ph_interception_masks_offer(const char *line);

#endif
