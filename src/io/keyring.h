#ifndef PH_IO_KEYRING_H
#define PH_IO_KEYRING_H

#include "base/clock.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/secret.h"

/* The keyring of a person's session (the Secret Service of freedesktop.org:
   GNOME Keyring, KWallet, KeePassXC).  libsecret asks it, and brings GLib with
   it: the room keyring is a module of its own that is loaded on first need.

   Each call blocks, for timeout where the service alone is asked, for
   PH_KEYRING_PERSON_MS where a person has to open the keyring.  Every fault is
   PH_CAUSE_NO_PASSWORD, stage config, and never holds a secret. */
struct ph_keyring_key {
	const char *entry; /* a connection's name */
	const char *role;  /* ph_role_name() */
	const char *place; /* whom it is for and nobody else */
};

enum {
	PH_KEYRING_PERSON_MS = 120 * 1000
};

struct ph_keyring {
	/* PH_ENOTFOUND without a fault: there is none; PH_EDENIED without one:
	   there is, for another place.  PH_EIO, PH_ETIMEOUT with *fault: no
	   session bus, no keyring, no answer, or it stays locked.
	   PH_ETOOBIG. */
	enum ph_err (*find)(const struct ph_keyring_key *key, ph_msec timeout,
	    struct ph_secret *out, struct ph_fault *fault);
	/* Replaces what was there for entry and role, whatever its place.
	   label is what a person reads in the keyring.  PH_EIO, PH_ETIMEOUT
	   with *fault. */
	enum ph_err (*store)(const struct ph_keyring_key *key,
	    const char *label, const struct ph_secret *secret, ph_msec timeout,
	    struct ph_fault *fault);
	/* Whatever its place.  PH_ENOTFOUND without a fault; PH_EIO,
	   PH_ETIMEOUT with *fault. */
	enum ph_err (*forget)(const struct ph_keyring_key *key, ph_msec timeout,
	    struct ph_fault *fault);
};

/* NULL with *fault when the module cannot be loaded. */
const struct ph_keyring *ph_keyring(struct ph_fault *fault);

/* The module's one symbol, and its name, which the loader looks for where the
   program or the library says (its RUNPATH). */
#define PH_KEYRING_SYMBOL "ph_keyring_module"
#define PH_KEYRING_FILE   "posthaste-keyring.so"

#endif
