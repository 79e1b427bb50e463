#include "script/builder.h"
#include "script/text.h"

#include "base/num.h"

enum {
	/* A saying, its copy of the octets, and an exchange for each line. */
	WAIT_MAX = 24 * 60 * 60 * 1000
};

/* What stands behind "tls". */
static enum ph_play_tls tls_of(struct ph_span word)
{
	static const char *const words[] = {
		[PH_PLAY_TLS_ON] = "on",
		[PH_PLAY_TLS_HANGS_UP] = "hangs-up",
		[PH_PLAY_TLS_STALLS] = "stalls",
		[PH_PLAY_TLS_PLAINTEXT] = "plaintext",
		[PH_PLAY_TLS_ALERT] = "alert",
	};

	for (size_t i = PH_PLAY_TLS_ON; i < PH_COUNT(words); i++) {
		if (ph_span_eq(word, ph_span_of(words[i])))
			return (enum ph_play_tls)i;
	}
	return PH_PLAY_TLS_NONE;
}

/* PH_EINVAL: it makes no sense.  What only a test's client does is left out. */
static enum ph_err act(struct ph_builder *b, struct ph_span line)
{
	struct ph_span rest = line;
	struct ph_span verb = { "", 0 };
	uint64_t ms = 0;

	(void)ph_span_split(&rest, ' ', &verb);
	if (ph_span_eq(verb, PH_SPAN("session")))
		return ph_builder_connected(b);
	if (ph_span_eq(verb, PH_SPAN("lost")))
		return ph_builder_end(b, PH_PLAY_HANGS_UP, false);
	if (ph_span_eq(verb, PH_SPAN("stall")))
		return ph_builder_end(b, PH_PLAY_STALLS, false);
	if (ph_span_eq(verb, PH_SPAN("block")))
		return ph_builder_end(b, PH_PLAY_BLOCKS, false);
	if (ph_span_eq(verb, PH_SPAN("tick"))) {
		if (ph_num_parse(rest, WAIT_MAX, &ms) != PH_OK)
			return PH_EINVAL;
		return ph_builder_wait(b, (ph_msec)ms);
	}
	if (ph_span_eq(verb, PH_SPAN("tls"))) {
		if (tls_of(rest) == PH_PLAY_TLS_NONE)
			return PH_EINVAL;
		return ph_builder_tls(b, tls_of(rest));
	}
	return PH_OK;
}

static bool has_word(struct ph_span words, struct ph_span word)
{
	struct ph_span one;

	while (ph_span_split(&words, ' ', &one)) {
		if (ph_span_eq(one, word))
			return true;
	}
	return false;
}

static enum ph_err take(struct ph_builder *b, const struct ph_script_step *step)
{
	switch (step->kind) {
	case PH_SCRIPT_SERVER:
		return ph_builder_server(b, step->bytes);
	case PH_SCRIPT_CLIENT:
		return ph_builder_client(b, step->bytes);
	case PH_SCRIPT_DRIVER:
		return act(b, step->bytes);
	case PH_SCRIPT_OPTION:
		if (has_word(step->bytes, PH_SPAN("secure")))
			return ph_builder_tls(b, PH_PLAY_TLS_ON);
		return PH_OK;
	case PH_SCRIPT_EVENT:
	case PH_SCRIPT_MAIL:
	case PH_SCRIPT_BODY:
		break;
	}
	return PH_OK;
}

enum ph_err ph_play_from_script(struct ph_span text, struct ph_arena *a,
    struct ph_play *out, struct ph_fault *fault)
{
	struct ph_builder b;
	struct ph_script script;
	enum ph_err err = ph_script_parse(text, a, &script, fault);

	ph_builder_init(&b, a, true);
	for (size_t i = 0; i < script.count && err == PH_OK; i++) {
		const struct ph_script_step *step = &script.steps[i];

		err = take(&b, step);
		if (err == PH_EINVAL) {
			ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
			    "line %u makes no sense", step->line);
		}
	}
	if (err != PH_OK)
		return err;
	err = ph_builder_finish(&b, out);
	if (err == PH_EINVAL) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "there is nothing in it that a server says");
	}
	return err;
}
