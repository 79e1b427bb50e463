#ifndef PH_SMTPD_PATH_H
#define PH_SMTPD_PATH_H

#include "base/err.h"
#include "base/span.h"

/* The paths of MAIL and RCPT (RFC 5321 4.1.2, with RFC 6531's UTF-8). */

enum {
	/* RFC 5321 4.5.3.1 asks for 64, 255 and 63; longer local parts are in
	   use (VERP). */
	PH_PATH_LOCAL_MAX = 256,
	PH_PATH_DOMAIN_MAX = 255,
	PH_PATH_LABEL_MAX = 63
};

/* Takes "<local@domain>", "<@route:local@domain>" or "<>" from the front of *in
   and advances *in behind the ">".  *address is what stands between the
   brackets, the source route left out (RFC 5321 appendix C); "<>" gives the
   empty span.  A local part alone passes only when it is "postmaster" in any
   case.  PH_EPROTO: not a path; *in is unchanged. */
PH_MUST_USE enum ph_err ph_smtpd_path_take(
    struct ph_span *in, struct ph_span *address);

/* A domain as RFC 5321 has it, of letters, digits, hyphens and UTF-8. */
bool ph_smtpd_path_is_domain(struct ph_span s);
/* "[192.0.2.1]", "[IPv6:2001:db8::1]" or "[tag:text]". */
bool ph_smtpd_path_is_literal(struct ph_span s);

#endif
