#include "memory/known.h"
#include "memory/tally.h"

#include <assert.h>

/* What another process, an older version or a bad disk left behind. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	NOW = 1764279455
};

/* What was taken can be written, and is the same when it is read again. */
static void read_known(struct ph_span text)
{
	struct ph_known k;
	struct ph_known again;
	struct ph_buf out;
	char day[PH_KNOWN_DAY_SIZE];

	if (ph_known_read(text, NOW, &k) != PH_OK) {
		assert(k.host[0] == '\0' && k.mechanism_count == 0);
		return;
	}
	if (k.host[0] == '\0')
		return;
	assert(memchr(k.host, '\0', sizeof(k.host)) != NULL);
	assert(memchr(k.key, '\0', sizeof(k.key)) != NULL);
	assert(memchr(k.good_version, '\0', sizeof(k.good_version)) != NULL);
	ph_known_day(k.seen, day);
	ph_buf_init(&out, PH_KNOWN_TEXT_MAX);
	assert(ph_known_write(&k, &out) == PH_OK);
	assert(ph_known_read(ph_buf_span(&out), NOW, &again) == PH_OK);
	assert(strcmp(k.host, again.host) == 0);
	assert(k.mechanism_count == again.mechanism_count);
	assert(k.good == again.good && k.key_since == again.key_since);
	ph_buf_release(&out);
}

static void read_tally(struct ph_span text)
{
	struct ph_tally t;
	struct ph_tally again;
	struct ph_tally_sum sum;
	struct ph_buf out;

	if (ph_tally_read(text, &t) != PH_OK) {
		assert(t.count == 0);
		return;
	}
	if (t.count > 0) {
		ph_tally_sum(
		    &t, t.refusals[0].mark, t.refusals[0].at, 0, 1, &sum);
		assert(sum.count >= 1 &&
		    sum.free_at > t.refusals[0].at - PH_TALLY_HOUR_MS);
	}
	ph_buf_init(&out, PH_TALLY_TEXT_MAX);
	assert(ph_tally_write(&t, &out) == PH_OK);
	assert(ph_tally_read(ph_buf_span(&out), &again) == PH_OK);
	assert(t.count == again.count);
	ph_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_span text = { (const char *)data, size };

	read_known(text);
	read_tally(text);
	return 0;
}
