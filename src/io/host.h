#ifndef PH_IO_HOST_H
#define PH_IO_HOST_H

#include <stdbool.h>
#include <stddef.h>

enum {
	/* RFC 1035 2.3.4: 253 characters, and a NUL. */
	PH_HOST_NAME_MAX = 254
};

/* This machine's name, as gethostname() has it, when other machines may be told
   it: letters, digits and hyphens in at least two labels, and neither localhost
   nor anything below localdomain.  Nothing is looked up, so that a dead
   resolver holds nobody up.  False: it has no such name; out is "" then.
   out_size is PH_HOST_NAME_MAX at least. */
bool ph_host_name(char *out, size_t out_size);

/* The rule by itself: fit for EHLO and for the right side of a Message-ID. */
bool ph_host_name_is_public(const char *name);

#endif
