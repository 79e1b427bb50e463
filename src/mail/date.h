#ifndef PH_MAIL_DATE_H
#define PH_MAIL_DATE_H

#include "base/clock.h"
#include "base/span.h"

enum {
	PH_DATE_SIZE = 48 /* with the NUL */
};

/* Writes "Sun, 22 Nov 2026 08:48:57 +0100" (RFC 5322 3.3).  The offset is at
   most a day either way; what is more is taken as 0. */
void ph_date_write(ph_unixtime t, int utc_offset_min, char out[PH_DATE_SIZE]);

/* Whether text is a date-time by RFC 5322 3.3, without comments; the obsolete
   names of zones ("GMT", "EST") are taken too. */
bool ph_date_is_valid(struct ph_span text);

#endif
