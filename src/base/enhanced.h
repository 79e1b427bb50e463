#ifndef PH_BASE_ENHANCED_H
#define PH_BASE_ENHANCED_H

#include <stdint.h>

/* Enhanced status codes (RFC 3463): class, subject, detail, each at most 999;
   class 0 stands for none. */
enum {
	PH_ENHANCED_MAX = 999,
	PH_ENHANCED_TEXT_MAX = 24
};

/* "5.7.8", or "" for none. */
void ph_enhanced_write(
    const uint16_t enhanced[3], char out[PH_ENHANCED_TEXT_MAX]);

#endif
