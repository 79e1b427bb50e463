#ifndef PH_TESTS_FOREIGN_WRITING_H
#define PH_TESTS_FOREIGN_WRITING_H

#include "foreign/foreign.h"

/* A connection that is said in words: "KEY=VALUE", "secret:ROLE=VALUE",
   "map=PATH"; besides host = m.example, port = 587 and username = ann@x where
   they are not said. */
enum {
	WRITING_SETTINGS_MAX = 12,
	WRITTEN_SIZE = 16 * 1024
};

struct writing_case {
	const char *settings[WRITING_SETTINGS_MAX];
	const char *want;
};

struct written {
	char text[WRITTEN_SIZE]; /* "---- map" before the map's lines */
	char gaps[WRITTEN_SIZE]; /* "gap: SECTION.KEY = HERE | THERE" */
};

/* What is written of it; gaps are "refused: ..." where nothing is. */
enum ph_err write_one(enum ph_foreign_format format,
    const char *const *settings, struct written *out);

/* Each case; then it is read back and written once more, which must give the
   same; and every allocation fails in turn. */
void check_writing(enum ph_foreign_format format,
    const struct writing_case *cases, size_t count);

#endif
