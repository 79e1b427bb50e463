#include "playing.h"
#include "script/text.h"

#include <stdlib.h>

/* A script, and behind a line of its own what a client says to it. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	ARENA_MAX = 16 * 1024 * 1024
};

static const struct ph_span fence = PH_SPAN_INIT("\n====\n");

/* Where the client's octets begin. */
static struct ph_span cut(struct ph_span *text)
{
	const char *at = memmem(text->ptr, text->len, fence.ptr, fence.len);
	struct ph_span rest = { "", 0 };

	if (at == NULL)
		return rest;

	size_t len = (size_t)(at - text->ptr);

	rest = ph_span_skip(*text, len + fence.len);
	*text = ph_span_first(*text, len);
	return rest;
}

static void check_steps(struct ph_span text)
{
	struct ph_script script = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	ph_arena_init(&a, ARENA_MAX);
	if (ph_script_parse(text, &a, &script, &fault) == PH_OK) {
		unsigned line = 0;

		for (size_t i = 0; i < script.count; i++) {
			assert(script.steps[i].line > line);
			line = script.steps[i].line;
			assert(script.steps[i].bytes.len <= text.len + 2);
		}
	}
	ph_arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_span text = { size > 0 ? (const char *)data : "", size };
	struct ph_span client = cut(&text);
	struct ph_play play = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	check_steps(text);
	ph_arena_init(&a, ARENA_MAX);

	enum ph_err err = ph_play_from_script(text, &a, &play, &fault);

	assert(err == PH_OK || err == PH_EINVAL || err == PH_ENOMEM ||
	    err == PH_ETOOBIG);
	assert((err == PH_EINVAL) == ph_fault_is_set(&fault));
	if (err == PH_OK) {
		playing_play(&play, client, SIZE_MAX);
		playing_play(&play, client, 1);
	}
	ph_arena_release(&a);
	return 0;
}
