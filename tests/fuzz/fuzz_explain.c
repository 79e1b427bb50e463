#include "diagnose/explain.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever the text, there is something to say, and nothing is made up. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_explanation e;

	ph_explain((struct ph_span){ (const char *)data, size }, &e);
	assert(e.meaning != NULL);
	assert(e.cause != NULL);
	assert(e.advice != NULL);
	assert(e.code == 0 || (e.code >= 200 && e.code <= 599));
	assert(e.enhanced[1] <= 999);
	assert(e.enhanced[2] <= 999);
	if (e.known) {
		assert(e.setting != NULL);
		assert(e.who != NULL);
		assert(e.retry != NULL);
	} else {
		assert(e.setting == NULL);
		assert(e.who == NULL);
	}
	if (e.code == 0 && e.enhanced[0] == 0)
		assert(e.nature == PH_NATURE_UNKNOWN);
	return 0;
}
