#include "diagnose/clock_doubt.h"
#include "diagnose/interception.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

/* What a server, or whoever stands in its place, says of itself: a time in its
   greeting, the issuer of its certificate, a blotted offer. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	NOW = 1795840000
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[PH_CLOCK_TEXT_MAX];
	char *text = malloc(size + 1);
	struct ph_clock_view v = { .now = NOW, .made = NOW - 1000 };
	enum ph_clock_doubt doubt;

	assert(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	assert(ph_clock_read_date(text) >= -24 * 60 * 60 * 10);
	assert(ph_clock_read_iso(text) >= 0);
	v.greeting = text;
	v.not_after = ph_clock_read_iso(text);
	doubt = ph_clock_judge(&v, why);
	assert(memchr(why, '\0', sizeof(why)) != NULL);
	assert((doubt == PH_CLOCK_UNKNOWN) == (why[0] == '\0'));
	(void)ph_interceptor_of(text);
	(void)ph_interception_masks_greeting(text);
	(void)ph_interception_masks_offer(text);
	free(text);
	return 0;
}
