#ifndef PH_IO_TICKET_H
#define PH_IO_TICKET_H

#include "base/span.h"

/* Whose Kerberos tickets there are, told without Kerberos, which takes long to
   load: from the head of the credential cache, where that is a file.  It is
   only read to see whether a login by them is worth trying. */

enum {
	PH_TICKET_OWNER_MAX = 512
};

/* "ann@EXAMPLE.COM": the owner of the cache that $KRB5CCNAME names, else
   default_ccache_name of krb5.conf ($KRB5_CONFIG), else the usual file in /tmp.
   False: there is none, there is no ticket in it, or it is no file (KCM, the
   kernel's keyring). */
bool ph_ticket_owner(char out[PH_TICKET_OWNER_MAX]);

/* The same from what stands in the file (MIT's formats 3 and 4). */
bool ph_ticket_read_owner(struct ph_span file, char out[PH_TICKET_OWNER_MAX]);

/* The user name means the owner: the same, or the same up to the "@" of each,
   in any case. */
bool ph_ticket_is_of(const char *owner, struct ph_span username);

#endif
