#include "playing.h"
#include "script/recording.h"

#include <stdlib.h>

/* A transcript that somebody sent us, and its own client's words, and others,
   said to it. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	ARENA_MAX = 16 * 1024 * 1024
};

/* What the recorded client said. */
static void say_again(const struct ph_play *play, struct ph_buf *out)
{
	for (const struct ph_play_session *s = play->first; s != NULL;
	     s = s->next) {
		for (const struct ph_exchange *e = s->first; e != NULL;
		     e = e->next) {
			if (ph_buf_append(out, e->command) != PH_OK ||
			    ph_buf_append_str(out, "\r\n") != PH_OK)
				return;
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_span text = { (const char *)data, size };
	struct ph_recording rec = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;
	struct ph_buf client;

	ph_arena_init(&a, ARENA_MAX);
	ph_buf_init(&client, 256 * 1024);

	enum ph_err err = ph_recording_parse(text, &a, &rec, &fault);

	assert(err == PH_OK || err == PH_EINVAL || err == PH_ENOMEM ||
	    err == PH_ETOOBIG);
	assert((err == PH_EINVAL) == ph_fault_is_set(&fault));
	if (err == PH_OK) {
		assert(rec.play.first != NULL && rec.play.session_count > 0);
		say_again(&rec.play, &client);
		playing_play(&rec.play, ph_buf_span(&client), SIZE_MAX);
		playing_play(&rec.play, ph_buf_span(&client), 7);
		playing_play(&rec.play, text, 1000);
	}
	ph_buf_release(&client);
	ph_arena_release(&a);
	return 0;
}
