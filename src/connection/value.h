#ifndef PH_CONNECTION_VALUE_H
#define PH_CONNECTION_VALUE_H

#include "connection/settings.h"

/* A setting's text becomes a value.  All of them PH_EINVAL where the text is
   not one. */

/* yes no true false on off 1 0, any case. */
PH_MUST_USE enum ph_err ph_value_bool(struct ph_span s, bool *out);

/* 14/s: so many in a second, minute, hour or day. */
PH_MUST_USE enum ph_err ph_value_rate(struct ph_span s, struct ph_rate *out);

/* One of words, which are separated by spaces; any case; the index. */
PH_MUST_USE enum ph_err ph_value_word(
    struct ph_span s, const char *words, size_t *index_out);

/* Takes the next item of a list separated by spaces, tabs or commas; false at
   the end. */
bool ph_value_next(struct ph_span *list, struct ph_span *item_out);

/* Versions of TLS as enum ph_tls_version joined: "1.2 1.3". */
PH_MUST_USE enum ph_err ph_value_tls_versions(struct ph_span s, unsigned *out);

#endif
