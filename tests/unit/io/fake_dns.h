#ifndef PH_TESTS_IO_FAKE_DNS_H
#define PH_TESTS_IO_FAKE_DNS_H

#include "io/dns.h"

/* What stands in for the module dns (--wrap=ph_dns): a table of answers, given
   when the loop looks for them. */
struct fake_record {
	const char *name;
	enum ph_dns_type type;
	struct ph_dns_answer answer;
	bool is_silent; /* no answer comes */
};

struct fake_dns {
	const struct fake_record *records;
	size_t record_count;   /* of others: NXDOMAIN */
	enum ph_err open_err;  /* of opening one that validates */
	enum ph_err plain_err; /* of opening one that does not */
	enum ph_err ask_err;
	bool is_missing; /* there is no module */
	/* What was done. */
	unsigned opened, opened_plain, closed, asked, cancelled;
};

extern struct fake_dns fake_dns;

#endif
