#include "cli/sink_fault.h"

#include "base/num.h"
#include "connection/nearest.h"
#include "io/loop.h"

enum {
	NAMES_MAX = 1024
};

/* "; did you mean X?", or those there are. */
static void suggest(struct ph_span word, const char *words, struct ph_buf *out)
{
	struct ph_span near = ph_nearest_of(word, words);
	enum ph_err err = near.ptr != NULL
	    ? ph_buf_appendf(out, "; did you mean \"%.*s\"?", PH_SPAN_ARG(near))
	    : ph_buf_appendf(out, "; there are %s", words);

	(void)err; /* less of it */
}

static enum ph_exit complain(const struct ph_cli *cli, const char *spec,
    const struct ph_inject_complaint *why)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf more = { 0 };
	struct ph_fault fault;

	ph_buf_init(&more, NAMES_MAX);
	if (why->words != NULL)
		suggest(why->word, why->words, &more);
	ph_fault_set(&fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
	    "--fault \"%.100s\": %s%s", spec, why->text, ph_buf_str(&more));
	ph_fault_advise(&fault,
	    "for example: posthaste sink --fault \"%s\"; all of it: posthaste "
	    "sink --help",
	    why->example);
	return ph_cli_fail(cli, &fault);
}

static enum ph_exit out_of_memory(const struct ph_cli *cli)
{
	struct ph_fault fault;

	ph_fault_set(
	    &fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG, "out of memory");
	return ph_cli_fail(cli, &fault);
}

static enum ph_exit unknown_likeness(const struct ph_cli *cli, const char *name)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf names = { 0 };
	PH_CLEANUP(ph_buf_release) struct ph_buf more = { 0 };
	enum ph_err err = PH_OK;

	ph_buf_init(&names, NAMES_MAX);
	ph_buf_init(&more, NAMES_MAX);
	for (size_t i = 0; i < ph_inject_likenesses_count && err == PH_OK;
	     i++) {
		err = ph_buf_appendf(&names, "%s%s", i > 0 ? " " : "",
		    ph_inject_likenesses[i].name);
	}
	suggest(ph_span_of(name), ph_buf_str(&names), &more);
	return ph_cli_usage(cli, "--like \"%.100s\": no server of that name%s",
	    name, ph_buf_str(&more));
}

static enum ph_exit read_like(const struct ph_cli *cli,
    const struct ph_options *given, int key,
    const struct ph_inject_likeness **out)
{
	const char *name = ph_options_value(given, key);

	if (name == NULL)
		return PH_EXIT_OK;
	*out = ph_inject_likeness_find(ph_span_of(name));
	return *out == NULL ? unknown_likeness(cli, name) : PH_EXIT_OK;
}

static enum ph_exit read_seed(const struct ph_cli *cli,
    const struct ph_options *given, int key, uint64_t *seed)
{
	const char *value = ph_options_value(given, key);
	uint32_t drawn = 0;

	/* Short enough to be typed again. */
	if (value == NULL && ph_random(&drawn, sizeof(drawn)) != PH_OK)
		return out_of_memory(cli);
	*seed = drawn;
	if (value != NULL &&
	    ph_num_parse(ph_span_of(value), UINT64_MAX, seed) != PH_OK) {
		return ph_cli_usage(
		    cli, "--seed: \"%.100s\" is not a number", value);
	}
	return PH_EXIT_OK;
}

static enum ph_exit add_fault(
    const struct ph_cli *cli, struct ph_inject_plan *plan, const char *spec)
{
	struct ph_inject_complaint why;

	switch (ph_inject_plan_add(plan, ph_span_of(spec), &why)) {
	case PH_OK:
		return PH_EXIT_OK;
	case PH_EINVAL:
		return complain(cli, spec, &why);
	case PH_ETOOBIG:
		return ph_cli_usage(cli, "--fault: more than %d of them",
		    (int)PH_INJECT_FAULTS_MAX);
	case PH_AGAIN:
	case PH_EOF:
	case PH_ENOMEM:
	case PH_EPROTO:
	case PH_ENOTFOUND:
	case PH_EIO:
	case PH_ETIMEOUT:
	case PH_EDENIED:
		break;
	}
	return out_of_memory(cli);
}

static enum ph_exit add_rate(
    const struct ph_cli *cli, struct ph_inject_plan *plan, const char *value)
{
	enum ph_err err = ph_inject_plan_limit(plan, ph_span_of(value));

	if (err == PH_OK)
		return PH_EXIT_OK;
	if (err == PH_ENOMEM)
		return out_of_memory(cli);
	if (err == PH_ETOOBIG) {
		return ph_cli_usage(cli, "--rate-limit: more than %d of them",
		    (int)PH_INJECT_RATES_MAX);
	}
	return ph_cli_usage(cli,
	    "--rate-limit: \"%.100s\" is not COUNT/TIME, such as 10/1min",
	    value);
}

static enum ph_exit fill(const struct ph_cli *cli,
    const struct ph_options *given, const struct ph_sink_fault_keys *keys,
    struct ph_inject_plan *plan)
{
	enum ph_exit e = PH_EXIT_OK;

	for (size_t i = 0; i < given->count && e == PH_EXIT_OK; i++) {
		const struct ph_given *item = &given->items[i];

		if (item->key == keys->fault) {
			e = add_fault(cli, plan, item->value);
		} else if (item->key == keys->rate) {
			e = add_rate(cli, plan, item->value);
		}
	}
	return e;
}

enum ph_exit ph_sink_fault_read(const struct ph_cli *cli,
    const struct ph_options *given, const struct ph_sink_fault_keys *keys,
    struct ph_inject_plan **out, uint64_t *seed)
{
	const struct ph_inject_likeness *like = NULL;
	enum ph_exit e = read_like(cli, given, keys->like, &like);

	if (e == PH_EXIT_OK)
		e = read_seed(cli, given, keys->seed, seed);
	if (e != PH_EXIT_OK ||
	    (like == NULL && !ph_options_has(given, keys->fault) &&
		!ph_options_has(given, keys->rate))) {
		return e;
	}
	if (ph_inject_plan_new(*seed, like, out) != PH_OK)
		return out_of_memory(cli);
	return fill(cli, given, keys, *out);
}
