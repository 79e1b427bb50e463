#ifndef PH_IO_DNS_H
#define PH_IO_DNS_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

/* What libunbound and libpsl do for Posthaste: the room dns, a module of its
   own that is loaded on first need.  Addresses of hosts are not its business:
   getaddrinfo looks them up, and /etc/hosts counts there. */

/* As on the wire (IANA). */
enum ph_dns_type {
	PH_DNS_MX = 15,
	PH_DNS_SRV = 33,
	PH_DNS_DNSKEY = 48
};

enum ph_dns_status {
	PH_DNS_FOUND,
	PH_DNS_NO_DATA, /* the name is there, no such record is */
	PH_DNS_NO_NAME, /* there is no such name (NXDOMAIN) */
	PH_DNS_FAILED,  /* the name server failed, or gave no answer */
	PH_DNS_BOGUS    /* a signature is wrong: what was answered is not
	                   shown */
};

struct ph_dns_answer {
	enum ph_dns_status status;
	bool is_secure; /* signed, and proven by the root's key */
	/* The data of each record as on the wire, names in it whole. */
	const struct ph_span *records;
	size_t record_count;
};

enum {
	/* More are no answer that anybody needs; they are left out. */
	PH_DNS_RECORDS_MAX = 64
};

/* The answer is valid during the call. */
typedef void ph_dns_fn(void *ctx, const struct ph_dns_answer *answer);

struct ph_dns_context;

struct ph_dns {
	/* Asks the name servers of /etc/resolv.conf; validates: by the root's
	   key, else every answer is insecure.  PH_ENOTFOUND: no name server is
	   named there.  PH_ENOMEM, PH_EIO. */
	enum ph_err (*open)(bool validates, struct ph_dns_context **out);
	/* What was asked is forgotten.  Not from within fn. */
	void (*close)(struct ph_dns_context *c);
	/* Readable when process() has something to do, which calls fn for each
	   answer. */
	int (*descriptor)(struct ph_dns_context *c);
	void (*process)(struct ph_dns_context *c);
	/* fn(ctx) comes once, unless it is cancelled by the number; of a name
	   that cannot be it is told PH_DNS_FAILED.  PH_EINVAL where that is
	   seen at once; PH_ENOMEM. */
	enum ph_err (*ask)(struct ph_dns_context *c, const char *name,
	    enum ph_dns_type type, ph_dns_fn *fn, void *ctx, int *id_out);
	void (*cancel)(struct ph_dns_context *c, int id);
	/* The part of a name in A-labels under which one party has all: its
	   public suffix and one label (publicsuffix.org).  A piece of host;
	   NULL: it is a public suffix itself. */
	const char *(*registrable)(const char *host);
};

/* NULL when the module cannot be loaded.  Any thread. */
const struct ph_dns *ph_dns(void);

/* The module's one symbol, and its name, which the loader looks for where the
   program or the library says (its RUNPATH). */
#define PH_DNS_SYMBOL "ph_dns_module"
#define PH_DNS_FILE   "posthaste-dns.so"

#endif
