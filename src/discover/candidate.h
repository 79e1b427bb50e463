#ifndef PH_DISCOVER_CANDIDATE_H
#define PH_DISCOVER_CANDIDATE_H

#include "connection/connection.h"
#include "connection/preset.h"
#include "discover/subject.h"

/* Settings that may be the right ones, and how far they can be trusted. */

/* Where one was found, in the order of trust. */
enum ph_found {
	PH_FOUND_PRESET,       /* the table of providers, by the domain */
	PH_FOUND_MX,           /* the same, by where the domain's mail goes */
	PH_FOUND_AUTOCONFIG,   /* the domain's own file, over https */
	PH_FOUND_COLLECTION,   /* a collection of such files */
	PH_FOUND_HOSTER,       /* the file of who takes the domain's mail */
	PH_FOUND_AUTODISCOVER, /* an Exchange server's sign of life */
	PH_FOUND_SRV,          /* the domain's records (RFC 6186, RFC 8314) */
	PH_FOUND_HTTP,         /* a file that anybody may have changed */
	PH_FOUND_GUESS,        /* a usual name that answered */
	PH_FOUND_SUGGESTION    /* of the domain that may have been meant */
};

/* "preset", "mx", "autoconfig", "collection", "autoconfig", "autodiscover",
   "srv", "autoconfig", "guess", "preset". */
const char *ph_found_name(enum ph_found f);

/* Why a password may go there only after somebody said yes; bits. */
enum ph_doubt {
	PH_DOUBT_OUTSIDE = 1 << 0, /* the host is not within the domain */
	PH_DOUBT_HTTP = 1 << 1,
	PH_DOUBT_GUESS = 1 << 2,
	PH_DOUBT_TYPO = 1 << 3
};

/* "outside-domain", "http", "guess", "typo"; NULL: no such bit. */
const char *ph_doubt_name(unsigned bit);

enum ph_proof {
	PH_PROOF_NONE = 0, /* nobody asked */
	PH_PROOF_GOOD,     /* a handshake, the certificate and a second EHLO */
	PH_PROOF_BAD
};

enum ph_signature {
	PH_SIGNATURE_NONE = 0, /* it is not about records */
	PH_SIGNATURE_INSECURE,
	PH_SIGNATURE_SECURE
};

enum {
	PH_CANDIDATES_MAX = 64,
	PH_CANDIDATE_NOTES_MAX = 8
};

/* Strings are "" where nothing is known. */
struct ph_candidate {
	const char *host; /* A-labels */
	uint16_t port;
	enum ph_encryption encryption;
	const char *username;   /* "": the provider gives one out, or none is
	                           needed (anonymous) */
	const char *mechanisms; /* separated by spaces */
	bool anonymous;
	enum ph_found found;
	const char *detail; /* the URL, the record's name, the preset */
	unsigned order;     /* among those found in the same place */
	enum ph_signature signature;
	const struct ph_preset *preset; /* or NULL */
	const char *notes[PH_CANDIDATE_NOTES_MAX];
	size_t note_count;
	/* By ph_candidates_add(), later ph_candidates_prove(): */
	unsigned doubts; /* enum ph_doubt; 0: no question is needed */
	enum ph_proof proof;
};

/* All zero but subject and arena is an empty set. */
struct ph_candidates {
	const struct ph_subject *subject;
	struct ph_arena *arena;
	struct ph_candidate items[PH_CANDIDATES_MAX];
	size_t count;
};

/* Adds a copy (beyond the maximum: nothing), and says what is doubtful about
   it.  The same server found twice is one: the more trusted place counts, the
   other becomes a note.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_candidates_add(
    struct ph_candidates *set, const struct ph_candidate *c);

/* The candidate at that place, or NULL. */
struct ph_candidate *ph_candidates_find(struct ph_candidates *set,
    const char *host, uint16_t port, enum ph_encryption encryption);

/* Best first: what was tried in vain last, then by trust, then by order;
   without encryption after with. */
void ph_candidates_sort(struct ph_candidates *set);

/* A line more about c, on one line of UTF-8; beyond the maximum: nothing.
   PH_ENOMEM. */
PH_PRINTF(3, 4)
PH_MUST_USE enum ph_err ph_candidate_note(
    struct ph_candidates *set, struct ph_candidate *c, const char *fmt, ...);

#endif
