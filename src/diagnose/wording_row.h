#ifndef PH_DIAGNOSE_WORDING_ROW_H
#define PH_DIAGNOSE_WORDING_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What servers' words mean: the rows of data/meanings.tsv, data/wordings.tsv
   and data/marks.tsv; the build writes the tables in C (tools/wordings.py).
   Strings are NULL where the row tells nothing. */

struct ph_meaning {
	const char *name;
	const char *stage;
	const char *setting;
	const char *who;
	const char *retry; /* NULL: that of the code's class */
	const char *meaning;
	const char *cause;
	const char *advice;
};

enum {
	PH_WORDING_NO_CODE = 1 /* in place of a code: there is none */
};

/* The rows are tried in order, and the first that fits speaks. */
struct ph_wording_row {
	uint16_t code;        /* 0 any, 2 to 5 any that begins so, or itself */
	uint16_t enhanced[3]; /* with has_enhanced; class 0: any */
	bool has_enhanced;
	const char *provider;
	const char *stage;
	const char *words; /* a pattern of diagnose/wordlist.h */
	size_t meaning;    /* in ph_meanings */
};

/* What gives a provider away. */
struct ph_mark {
	const char *provider;
	const char *host;  /* a name, or what it ends in from a dot on */
	const char *words; /* a pattern */
};

extern const struct ph_meaning ph_meanings[];
extern const size_t ph_meanings_count;
extern const struct ph_wording_row ph_wording_rows[];
extern const size_t ph_wording_rows_count;
extern const struct ph_mark ph_marks[];
extern const size_t ph_marks_count;

#endif
