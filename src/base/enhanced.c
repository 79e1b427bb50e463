#include "base/enhanced.h"

#include <stdio.h>

void ph_enhanced_write(
    const uint16_t enhanced[3], char out[PH_ENHANCED_TEXT_MAX])
{
	out[0] = '\0';
	if (enhanced[0] != 0) {
		(void)snprintf(out, PH_ENHANCED_TEXT_MAX, "%u.%u.%u",
		    (unsigned)enhanced[0], (unsigned)enhanced[1],
		    (unsigned)enhanced[2]);
	}
}
