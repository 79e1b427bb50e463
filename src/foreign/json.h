#ifndef PH_FOREIGN_JSON_H
#define PH_FOREIGN_JSON_H

#include "base/err.h"
#include "base/span.h"

#include <jansson.h>

/* An object of JSON that may hold passwords: every copy that jansson makes of
   what it reads or writes is wiped before it is freed.  PH_EINVAL: it is none,
   and *why says where it breaks off (without showing it); PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_foreign_json_read(
    struct ph_span text, json_t **out, const char **why, unsigned *line_out);
/* Has jansson's memory wiped from here on. */
void ph_foreign_json_wipes(void);
void ph_foreign_json_free(void *p);

/* The text of a string, or of a number or boolean as written; ptr NULL: it is
   none of them.  `room` holds a number. */
struct ph_foreign_json_room {
	char text[32];
};
struct ph_span ph_foreign_json_text(
    const json_t *value, struct ph_foreign_json_room *room);

#endif
