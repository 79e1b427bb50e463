#ifndef PH_BASE_CODE_PAGE_H
#define PH_BASE_CODE_PAGE_H

#include "base/span.h"

/* The charsets that mail is written in: those whose ASCII is ASCII, so that no
   header line, boundary or dot can come out of a conversion.  UTF-7, UTF-16,
   HZ, ISO-2022-KR, EBCDIC and their like are not among them. */

/* What MIME calls it, in lower case; case, "-", "_" and the like do not matter,
   and other usual names ("latin1", "cp1252", "sjis") are understood.  NULL:
   none that mail is written in. */
const char *ph_code_page_name(struct ph_span written);

/* The i-th of them, or NULL behind the last. */
const char *ph_code_page_at(size_t i);

/* It shifts between character sets by escape sequences (RFC 1468). */
bool ph_code_page_is_stateful(const char *name);

#endif
