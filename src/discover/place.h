#ifndef PH_DISCOVER_PLACE_H
#define PH_DISCOVER_PLACE_H

#include "discover/candidate.h"

/* Where to ask about a subject. */

/* A page of the web. */
struct ph_place {
	enum ph_found found; /* what its answer is, and how it is read */
	const char *url;     /* in an arena */
	bool tells_address;  /* whoever answers learns the whole address */
};

enum {
	PH_PLACES_MAX = 12
};

struct ph_places {
	struct ph_place items[PH_PLACES_MAX];
	size_t count;
};

/* The domain's own: autoconfig over https, Autodiscover, and, to be asked when
   the first two know nothing, autoconfig over http.  collection is the URL
   before the domain, or NULL.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_places_of_domain(const struct ph_subject *s,
    const char *collection, struct ph_arena *a, struct ph_places *out);

/* Those of who takes the domain's mail at the host mx: by its name without the
   first label, and by `registrable`, the part of it that one party has (NULL:
   it has none, and nobody is asked).  Never a name above or within the
   subject's domain.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_places_of_hoster(const struct ph_subject *s,
    const char *mx, const char *registrable, struct ph_arena *a,
    struct ph_places *out);

/* "_submissions._tcp.DOMAIN" and, without TLS first, "_submission._tcp.DOMAIN";
   NULL: memory is out. */
const char *ph_place_srv(
    const struct ph_subject *s, bool is_tls_first, struct ph_arena *a);

enum {
	PH_GUESS_HOSTS = 3,
	PH_GUESS_PORTS = 5
};

/* "smtp.DOMAIN", "mail.DOMAIN", DOMAIN; NULL: memory is out. */
const char *ph_guess_host(
    const struct ph_subject *s, size_t i, struct ph_arena *a);
/* 465, 587, 25, 2525, 26. */
uint16_t ph_guess_port(size_t i);
/* The i-th mode to try there; false: there is none. */
bool ph_guess_encryption(uint16_t port, size_t i, enum ph_encryption *out);

#endif
