#include "memory/drift.h"
#include "memory/history.h"
#include "memory/known.h"
#include "memory/ledger.h"
#include "memory/tally.h"

#include <assert.h>
#include <stdlib.h>

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

/* Whatever it holds, a turn comes within two periods, and counts. */
static void use_ledger(struct ph_ledger *l)
{
	const struct ph_ledger_entry e = l->entries[0];
	const struct ph_ledger_series s = { e.mark, e.kind, 2, 60000 };
	ph_unixmsec turn = ph_ledger_turn(l, &s, e.at, 1);
	uint64_t used = ph_ledger_used(l, &s, e.at);

	assert(turn >= e.at && turn <= e.at + 2 * s.per_ms);
	assert(used >= e.count);
	if (turn > e.at + s.per_ms)
		return;
	ph_ledger_add(l, &s, e.at, turn, 1);
	assert(l->count <= PH_LEDGER_MAX);
	assert(ph_ledger_used(l, &s, turn) > 0);
	ph_ledger_take_back(l, &s, turn, 1);
}

static void read_ledger(struct ph_span text)
{
	struct ph_ledger *l = calloc(2, sizeof(*l));
	struct ph_ledger *again = l + 1;
	struct ph_buf out;

	assert(l != NULL);
	if (ph_ledger_read(text, l) == PH_OK) {
		if (l->count > 0)
			use_ledger(l);
		ph_buf_init(&out, PH_LEDGER_TEXT_MAX);
		assert(ph_ledger_write(l, &out) == PH_OK);
		assert(ph_ledger_read(ph_buf_span(&out), again) == PH_OK);
		assert(l->count == again->count);
		ph_buf_release(&out);
	} else {
		assert(l->count == 0);
	}
	free(l);
}

/* What has changed is told in whole sentences, whatever there is. */
static void use_history(const struct ph_history *h)
{
	const struct ph_history_test *last = &h->tests[h->count - 1];
	struct ph_drift d;

	ph_drift_find(h, last->host, last->port, NOW, &d);
	assert(d.count <= PH_DRIFT_MAX && d.measured <= h->count);
	for (size_t i = 0; i < d.count; i++)
		assert(memchr(d.texts[i], '\0', PH_DRIFT_TEXT_MAX) != NULL);
	assert(d.p50 <= d.p90);
}

static void read_history(struct ph_span text)
{
	struct ph_history *h = calloc(2, sizeof(*h));
	struct ph_history *again = h + 1;
	struct ph_buf out;

	assert(h != NULL);
	if (ph_history_read(text, h) == PH_OK) {
		if (h->count > 0)
			use_history(h);
		ph_buf_init(&out, PH_HISTORY_TEXT_MAX);
		assert(ph_history_write(h, &out) == PH_OK);
		assert(ph_history_read(ph_buf_span(&out), again) == PH_OK);
		assert(h->count == again->count);
		ph_buf_release(&out);
	} else {
		assert(h->count == 0);
	}
	free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_span text = { (const char *)data, size };

	read_known(text);
	read_tally(text);
	read_ledger(text);
	read_history(text);
	return 0;
}
