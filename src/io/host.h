#ifndef PH_IO_HOST_H
#define PH_IO_HOST_H

#include "base/err.h"
#include "base/span.h"

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

/* This machine's full name, for EHLO: its own where that is public, else the
   first public one beside it in /etc/hosts. */
enum ph_host_known {
	PH_HOST_NAMELESS = 0, /* there is none; out is "" */
	PH_HOST_LISTED,       /* /etc/hosts has it: it resolves */
	PH_HOST_UNKNOWN       /* whether it resolves must be asked */
};
enum ph_host_known ph_host_full_name(char *out, size_t out_size);
/* The rule by itself, for a machine of that name and hosts file. */
enum ph_host_known ph_host_full_name_of(
    const char *name, struct ph_span hosts, char *out, size_t out_size);

/* Asks the resolver whether name has an address.  fn is called once from the
   loop, unless the question was ended before; the question is to be ended all
   the same.  An open one alone does not keep the loop going. */
struct ph_loop;
struct ph_host_question;
typedef void ph_host_answer_fn(void *ctx, bool resolves);
PH_MUST_USE enum ph_err ph_host_ask(struct ph_loop *l, const char *name,
    ph_host_answer_fn *fn, void *ctx, struct ph_host_question **out);
void ph_host_question_free(struct ph_host_question *q);

#endif
