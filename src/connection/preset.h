#ifndef PH_CONNECTION_PRESET_H
#define PH_CONNECTION_PRESET_H

#include "base/arena.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"
#include "connection/connection.h"
#include "connection/settings.h"

/* What is known of a provider of mail: where its server is, what its user names
   look like, what must be done first and how much it takes.  The rows are those
   of data/providers.tsv, compiled in.  What is in them is what the sources of
   as_of said; nobody asked the providers. */

enum ph_preset_kind {
	PH_PRESET_MAILBOX,         /* mailboxes of people */
	PH_PRESET_MAILBOX_NO_SMTP, /* the same, and no program may send there */
	PH_PRESET_TRANSACTIONAL,   /* for mail by programs */
	PH_PRESET_RELAY,           /* for an organisation's own servers */
	PH_PRESET_TEST_SINK        /* shows mail and delivers none */
};

/* "mailbox", "mailbox-no-smtp", "transactional", "relay", "test-sink". */
const char *ph_preset_kind_name(enum ph_preset_kind kind);

/* What a user name is there. */
enum ph_preset_form {
	PH_PRESET_FORM_NONE,      /* no login is made */
	PH_PRESET_FORM_EMAIL,     /* a whole address */
	PH_PRESET_FORM_LOCALPART, /* what stands before its @ */
	PH_PRESET_FORM_FIXED,     /* the same for everyone: username */
	PH_PRESET_FORM_OWN,       /* given out by the provider, any shape */
	PH_PRESET_FORM_WINDOWS    /* DOMAIN\user, or an address */
};

/* "none", "email", "localpart", "fixed", "own", "windows". */
const char *ph_preset_form_name(enum ph_preset_form form);

/* How one can log in; bits. */
enum ph_preset_login {
	PH_PRESET_PASSWORD = 1 << 0, /* or a key or token in its place */
	PH_PRESET_OAUTH = 1 << 1,
	PH_PRESET_NTLM = 1 << 2,
	PH_PRESET_GSSAPI = 1 << 3
};

/* Strings are "" where nothing is known, never NULL, and live for ever. */
struct ph_preset {
	const char *key; /* "googlemail.com", "ses-eu-west-1" */
	const char *name;
	const char *aliases; /* separated by spaces, the usual one first */
	const char *domains; /* of addresses, separated by spaces */
	const char *host;    /* may hold "{domain}"; "": the user says it */
	enum ph_preset_kind kind;
	uint16_t port;            /* 0: PH_PRESET_MAILBOX_NO_SMTP */
	const char *alternatives; /* "host:587/starttls, host:25/starttls" */
	enum ph_encryption encryption;
	enum ph_preset_form form;
	const char *username;         /* PH_PRESET_FORM_FIXED */
	unsigned logins;              /* enum ph_preset_login, joined */
	enum ph_oauth_provider oauth; /* whose sign-in */
	const char *prerequisites;    /* separated by "; " */
	const char *limits;           /* "quota=500/day sessions=3" */
	const char *notes;            /* limits in words, as prerequisites */
	const char *as_of;            /* "ispdb 2026-03" */
	unsigned confidence;          /* in how many sources it was seen */
	const char *conflict;         /* where they disagree */
};

extern const struct ph_preset ph_presets[];
extern const size_t ph_presets_count;

/* What to call it: its first alias where that is no longer than the key. */
struct ph_span ph_preset_word(const struct ph_preset *p);

/* By key or alias, case does not matter.  region is that of a provider with
   several ("ses" and "eu-west-1"), or NULL.  PH_ENOTFOUND with *fault, which
   names the regions where one is wanted, or the nearest word.  A provider
   without SMTP is found like any other. */
PH_MUST_USE enum ph_err ph_preset_find(const char *word, const char *region,
    const struct ph_preset **out, struct ph_fault *fault);
/* The provider of addresses at that domain; NULL: none is known. */
const struct ph_preset *ph_preset_of_domain(struct ph_span domain);
/* A word of its key, aliases, name, domains or host begins with it; any preset
   matches an empty one. */
bool ph_preset_matches(const struct ph_preset *p, struct ph_span word);

/* Takes the next of a list separated by "; " (prerequisites, notes); false at
   the end. */
bool ph_preset_next(struct ph_span *list, struct ph_span *item_out);

/* Writes host, port, encryption, a fixed user name, the provider of OAuth2
   where no other login is left, and the limits.  PH_EDENIED with *fault: a
   provider without SMTP.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_preset_apply(const struct ph_preset *p,
    struct ph_settings_file *f, struct ph_fault *fault);
/* Once everything else is set: checks the user name's shape, cuts an address
   where the local part is wanted, puts its domain into the host, and takes the
   address of a mailbox as `from` where none is set.  PH_EINVAL with *fault,
   PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_preset_settle(const struct ph_preset *p,
    struct ph_settings_file *f, struct ph_fault *fault);

#endif
