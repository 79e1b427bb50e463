#ifndef PH_DIAGNOSE_CAUSE_H
#define PH_DIAGNOSE_CAUSE_H

#include "base/fault.h"

/* Exit codes are those of sysexits.h. */
enum ph_exit {
	PH_EXIT_OK = 0,
	PH_EXIT_UNKNOWN = 1, /* explain only: the class is known at most */
	PH_EXIT_USAGE = 64,
	PH_EXIT_DATAERR = 65,
	PH_EXIT_NOINPUT = 66,
	PH_EXIT_NOHOST = 68,
	PH_EXIT_REFUSED = 69,
	PH_EXIT_INTERNAL = 70,
	PH_EXIT_CANTCREAT = 73,
	PH_EXIT_IOERR = 74,
	PH_EXIT_TEMPFAIL = 75,
	PH_EXIT_PROTOCOL = 76,
	PH_EXIT_NOPERM = 77, /* authentication refused */
	PH_EXIT_CONFIG = 78,
	PH_EXIT_PIPE = 141 /* who read standard output went away (SIGPIPE) */
};

/* "cert-expired", "auth-refused": the word in JSON. */
const char *ph_cause_name(enum ph_cause cause);

/* The setting it is most likely about, of the vocabulary `host port tls
   tls-version certificate mechanism username password username-or-password
   token account anonymous helo proxy network server sender sender-domain
   sending-ip recipient message size limit timeout client earlier-error
   none`. */
const char *ph_cause_setting(enum ph_cause cause);

/* What to do, one sentence; never NULL. */
const char *ph_cause_advice(enum ph_cause cause);

/* The exit code of a program that ends because of *f, and no recipient was
   decided.  Before the first RCPT: temporary DNS fault, connect refused or
   timed out, any 4xx 75; unknown host 68; login refused 77; no mechanism in
   common, encryption or certificate not as required 78; 5xx at greeting, EHLO,
   MAIL 69. */
enum ph_exit ph_fault_exit(const struct ph_fault *f);

/* f's own advice, or that of its cause, or what the table of replies says of
   its code.  Valid as long as f. */
const char *ph_fault_advice(const struct ph_fault *f);
/* Likewise; a code may point closer than the cause does. */
const char *ph_fault_setting(const struct ph_fault *f);

#endif
