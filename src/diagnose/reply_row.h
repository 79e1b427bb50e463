#ifndef PH_DIAGNOSE_REPLY_ROW_H
#define PH_DIAGNOSE_REPLY_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A row of data/replies.tsv; the build writes the table in C
   (tools/replies.py).  Strings are NULL where the row tells nothing. */
struct ph_reply_row {
	uint16_t code;        /* 0: any */
	uint16_t enhanced[3]; /* with has_enhanced; class 0: any */
	bool has_enhanced;
	bool firm; /* the code tells more than an enhanced code of another
	              stage beside it: 530 with 5.7.1 */
	const char *stage;
	const char *setting;
	const char *who;
	const char *retry;
	const char *meaning;
	const char *cause;
	const char *advice;
	const char *rfc;
};

extern const struct ph_reply_row ph_reply_rows[];
extern const size_t ph_reply_rows_count;

#endif
