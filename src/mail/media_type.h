#ifndef PH_MAIL_MEDIA_TYPE_H
#define PH_MAIL_MEDIA_TYPE_H

#include "base/span.h"

/* The media type of a file by the ending of its name; application/octet-stream
   where that says nothing.  Never message/... or multipart/...: a file attached
   as base64 must not be one (RFC 2046 5.2.1). */
const char *ph_media_type_of(struct ph_span file_name);

/* Whether text is type/subtype, with parameters behind it or not, in printable
   ASCII. */
bool ph_media_type_is_valid(struct ph_span text);

#endif
