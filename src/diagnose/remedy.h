#ifndef PH_DIAGNOSE_REMEDY_H
#define PH_DIAGNOSE_REMEDY_H

#include "base/fault.h"

/* What to use instead: from a test that failed, and from what else was tried
   after it. */

/* In what a try differed from the test. */
enum ph_sighting_way {
	PH_WAY_MODE,    /* encryption, on the same port */
	PH_WAY_PORT,    /* the port, and perhaps the mode */
	PH_WAY_NAME,    /* the host */
	PH_WAY_FAMILY,  /* IPv4 or IPv6 alone */
	PH_WAY_HELO,    /* the name to greet with */
	PH_WAY_VERSIONS /* any version of TLS */
};

/* One try.  Strings are borrowed, "" where nothing is known. */
struct ph_sighting {
	enum ph_sighting_way way;
	const char *host;
	uint16_t port;
	const char *mode; /* "after-connect" */
	unsigned family;  /* 4, 6; 0: any */
	bool is_over;     /* false: no answer in time */
	bool is_good;     /* EHLO was answered as that mode has it */
	bool has_login;   /* and logins are offered */
	bool is_encrypted;
	bool is_verified;
	const struct ph_fault *fault; /* where it is not good */
	const char *greeting;
	const char *version; /* of TLS */
	const char *address;
};

struct ph_remedy_question {
	const struct ph_fault *fault; /* of the test */
	const char *host;
	uint16_t port;
	bool wants_login;
	bool needs_tls; /* nothing in clear is proposed */
	bool verifies;  /* nor without a verified certificate */
	bool is_local;  /* the host is this computer */
	bool has_route; /* this computer has a way out */
	const struct ph_sighting *sightings; /* the best first */
	size_t count;
};

struct ph_remedy {
	const struct ph_sighting *use; /* NULL: nothing was found */
	/* What is suspect, known better now; NULL: as before. */
	const char *setting;
	char advice[PH_FAULT_TEXT_MAX]; /* "": as before */
	/* A server answered there, whatever the test itself saw. */
	const struct ph_sighting *host_proof; /* at that host; NULL: none */
	const struct ph_sighting *port_proof; /* at that host and port */
};

void ph_remedy_find(const struct ph_remedy_question *q, struct ph_remedy *out);

/* What a try came to, a few words: "works, TLSv1.3, verified",
   "refused", "no answer". */
void ph_sighting_write(const struct ph_sighting *s, char *out, size_t size);

/* It may be used in place of what was tested: it is no less encrypted or
   verified, takes logins where one is wanted, and another host has proven who
   it is. */
bool ph_sighting_is_usable(
    const struct ph_sighting *s, const struct ph_remedy_question *q);

#endif
