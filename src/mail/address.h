#ifndef PH_MAIL_ADDRESS_H
#define PH_MAIL_ADDRESS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"

enum {
	/* RFC 5321 4.5.3.1: local part 64, domain 255, path 256 octets.
	   Servers take longer local parts; beyond this nobody means an
	   address. */
	PH_ADDRESS_LOCAL_MAX = 256,
	PH_ADDRESS_DOMAIN_MAX = 255,
	PH_ADDRESS_LIST_MAX = 100000,         /* addresses */
	PH_ADDRESS_TEXT_MAX = 8 * 1024 * 1024 /* octets of a list */
};

/* One mailbox (RFC 5322 3.4, RFC 6532).  All spans lie in the arena. */
struct ph_address {
	struct ph_span
	    name; /* display name, UTF-8, quotes undone; may be empty */
	struct ph_span local;  /* as on the wire: quoted when it must be */
	struct ph_span domain; /* A-labels, lower case; or an address literal */
	struct ph_span mailbox; /* local@domain: what MAIL and RCPT take */
	struct ph_span display; /* local@domain as people read it: U-labels */
	bool needs_utf8;        /* the local part is not ASCII: SMTPUTF8 */
};

struct ph_address_list {
	const struct ph_address *items;
	size_t count;
};

/* One address in any shape people write: a@b, <a@b>, Name <a@b>, "Last, First"
   <a@b>, <a@b> (comment), encoded words in the name.  PH_EINVAL: *fault (cause
   PH_CAUSE_BAD_ADDRESS) names what is wrong and where; PH_ENOMEM.  A domain is
   required; control bytes, CR and LF are refused; a domain may not be empty,
   hold a space or an empty label. */
PH_MUST_USE enum ph_err ph_address_parse(struct ph_span text,
    struct ph_arena *a, struct ph_address *out, struct ph_fault *fault);

/* A list separated by commas, semicolons or line ends, with groups ("Team: a@b,
   c@d;") and empty places between.  The first wrong one is named with its place
   in the list.  An empty list is fine. */
PH_MUST_USE enum ph_err ph_address_list_parse(struct ph_span text,
    struct ph_arena *a, struct ph_address_list *out, struct ph_fault *fault);

/* The addresses of those lists, one list after the other, everyone once: who
   comes again is left out, with the name given there.  Domains are in lower
   case already, and the case of a local part may matter.  The spans stay those
   of the lists.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_address_list_unite(
    const struct ph_address_list *lists, size_t count, struct ph_arena *a,
    struct ph_address_list *out);

/* An envelope sender: like an address, and `<>` or nothing gives the null
   sender (mailbox empty). */
PH_MUST_USE enum ph_err ph_address_parse_sender(struct ph_span text,
    struct ph_arena *a, struct ph_address *out, struct ph_fault *fault);

/* A domain as people write it to its A-labels, lower case (libidn2, IDNA 2008,
   UTS 46 non-transitional); address literals stay.  PH_EINVAL. */
PH_MUST_USE enum ph_err ph_domain_to_ascii(
    struct ph_span domain, struct ph_arena *a, struct ph_span *out);

#endif
