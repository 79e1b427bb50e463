#ifndef PH_BASE_CLOCK_H
#define PH_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds: a span of time, or a point on the monotonic clock that the
   caller passes in.  Nothing below io/ reads a clock. */
typedef int64_t ph_msec;

/* Seconds since 1970-01-01 00:00 UTC, for what is written down. */
typedef int64_t ph_unixtime;
/* Milliseconds of it, where two things may fall into one second. */
typedef int64_t ph_unixmsec;

/* A deadline that never comes. */
#define PH_NEVER INT64_MAX

#endif
