#ifndef PH_CLI_JSON_H
#define PH_CLI_JSON_H

#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"
#include "diagnose/cause.h"

#include <jansson.h>

/* JSON output with jansson.  Making a value gives NULL when memory is out, and
   adding NULL fails: what could not be built is found when it is printed, so
   that nobody checks each step. */

static inline void ph_json_freep(json_t **j)
{
	json_decref(*j);
}

/* A string from bytes of any origin: what is no UTF-8 becomes U+FFFD, one for
   each byte. */
json_t *ph_json_text(struct ph_span s);
json_t *ph_json_str(const char *s);
/* null for NULL and "". */
json_t *ph_json_str_or_null(const char *s);

/* Puts value (stolen) under key; marks the object as broken when either is
   NULL. */
void ph_json_put(json_t *object, const char *key, json_t *value);
void ph_json_add(json_t *array, json_t *value);

/* {"code":250,"enhanced":"2.0.0"|null,"text":"..."}; null when code is 0. */
json_t *ph_json_reply(
    unsigned code, const uint16_t enhanced[3], const char *text);

/* {"stage":...,"cause":...,"message":...,"advice":...,"setting":...}; null when
   f is not set. */
json_t *ph_json_fault(const struct ph_fault *f);

/* Milliseconds, to the microsecond; null below 0. */
json_t *ph_json_ms(double ms);

/* One document on stdout, a line each, flushed; *doc is released and set to
   NULL.  PH_EXIT_OK, or PH_EXIT_IOERR, PH_EXIT_INTERNAL with an error on
   stderr. */
enum ph_exit ph_json_print(json_t **doc);

/* Standard output could not be written, errno says why: tells it, unless its
   reader went away, which is no fault: PH_EXIT_PIPE. */
enum ph_exit ph_json_unwritten(void);

#endif
