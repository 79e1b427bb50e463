#include "connection/preset.h"

#include "base/ascii.h"
#include "connection/nearest.h"

#include <stdio.h>

enum {
	WORD_MAX = 64
};

static const char *const kind_names[] = {
	[PH_PRESET_MAILBOX] = "mailbox",
	[PH_PRESET_MAILBOX_NO_SMTP] = "mailbox-no-smtp",
	[PH_PRESET_TRANSACTIONAL] = "transactional",
	[PH_PRESET_RELAY] = "relay",
	[PH_PRESET_TEST_SINK] = "test-sink",
};

static const char *const form_names[] = {
	[PH_PRESET_FORM_NONE] = "none",
	[PH_PRESET_FORM_EMAIL] = "email",
	[PH_PRESET_FORM_LOCALPART] = "localpart",
	[PH_PRESET_FORM_FIXED] = "fixed",
	[PH_PRESET_FORM_OWN] = "own",
	[PH_PRESET_FORM_WINDOWS] = "windows",
};

const char *ph_preset_kind_name(enum ph_preset_kind kind)
{
	return kind_names[kind];
}

const char *ph_preset_form_name(enum ph_preset_form form)
{
	return form_names[form];
}

struct ph_span ph_preset_word(const struct ph_preset *p)
{
	struct ph_span aliases = ph_span_of(p->aliases);
	struct ph_span first =
	    ph_span_first(aliases, ph_span_find(aliases, ' '));

	struct ph_span key = ph_span_of(p->key);

	return first.len > 0 && first.len <= key.len ? first : key;
}

static bool has_word(const char *words, struct ph_span word)
{
	struct ph_span rest = ph_span_of(words);
	struct ph_span one;

	while (ph_span_split(&rest, ' ', &one)) {
		if (one.len > 0 && ph_span_eq_nocase(one, word))
			return true;
	}
	return false;
}

static const struct ph_preset *find_exactly(struct ph_span word)
{
	for (size_t i = 0; i < ph_presets_count; i++) {
		const struct ph_preset *p = &ph_presets[i];

		if (ph_span_eq_nocase(word, ph_span_of(p->key)) ||
		    has_word(p->aliases, word))
			return p;
	}
	return NULL;
}

/* What follows "word-" in a key or an alias of p; empty: nothing does. */
static struct ph_span region_of(const struct ph_preset *p, struct ph_span word)
{
	const char *const lists[] = { p->key, p->aliases };

	for (size_t i = 0; i < PH_COUNT(lists); i++) {
		struct ph_span rest = ph_span_of(lists[i]);
		struct ph_span one;

		while (ph_span_split(&rest, ' ', &one)) {
			if (one.len > word.len + 1 &&
			    one.ptr[word.len] == '-' &&
			    ph_span_starts_nocase(one, word))
				return ph_span_skip(one, word.len + 1);
		}
	}
	return (struct ph_span){ 0 };
}

static const struct ph_preset *find_region(
    struct ph_span word, struct ph_span region)
{
	for (size_t i = 0; i < ph_presets_count; i++) {
		struct ph_span found = region_of(&ph_presets[i], word);

		if (found.len > 0 && ph_span_eq_nocase(found, region))
			return &ph_presets[i];
	}
	return NULL;
}

/* False: it has none. */
static bool list_regions(struct ph_span word, char *out, size_t size)
{
	size_t at = 0;

	for (size_t i = 0; i < ph_presets_count; i++) {
		struct ph_span found = region_of(&ph_presets[i], word);

		if (found.len == 0 || at + found.len + 2 >= size)
			continue;
		at += (size_t)snprintf(out + at, size - at, "%s%.*s",
		    at == 0 ? "" : " ", PH_SPAN_ARG(found));
	}
	return at > 0;
}

static enum ph_err refuse_word(struct ph_span word, struct ph_fault *fault)
{
	struct ph_nearest n;

	ph_nearest_init(&n, word);
	for (size_t i = 0; i < ph_presets_count; i++) {
		struct ph_span rest = ph_span_of(ph_presets[i].aliases);
		struct ph_span one;

		(void)ph_nearest_offer(&n, ph_span_of(ph_presets[i].key));
		while (ph_span_split(&rest, ' ', &one))
			(void)ph_nearest_offer(&n, one);
	}
	ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
	    "there is no preset \"%.*s\"",
	    (int)(word.len < WORD_MAX ? word.len : WORD_MAX), word.ptr);
	if (n.best.ptr != NULL) {
		ph_fault_advise(
		    fault, "the nearest is %.*s", PH_SPAN_ARG(n.best));
	} else {
		ph_fault_advise(
		    fault, "posthaste connection presets lists them");
	}
	return PH_ENOTFOUND;
}

static enum ph_err refuse_region(
    struct ph_span word, const char *region, struct ph_fault *fault)
{
	char regions[PH_FAULT_TEXT_MAX - 128];

	if (!list_regions(word, regions, sizeof(regions))) {
		if (region == NULL || find_exactly(word) == NULL)
			return refuse_word(word, fault);
		ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "%.*s has no regions", PH_SPAN_ARG(word));
		ph_fault_advise(fault, "leave --region out");
		return PH_ENOTFOUND;
	}
	if (region == NULL) {
		ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "%.*s has a server in each region: name yours",
		    PH_SPAN_ARG(word));
	} else {
		ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "%.*s has no region \"%.64s\"", PH_SPAN_ARG(word), region);
	}
	ph_fault_advise(fault, "--region is one of %s", regions);
	return PH_ENOTFOUND;
}

enum ph_err ph_preset_find(const char *word, const char *region,
    const struct ph_preset **out, struct ph_fault *fault)
{
	struct ph_span name = ph_span_trim(ph_span_of(word));
	const struct ph_preset *p = region == NULL
	    ? find_exactly(name)
	    : find_region(name, ph_span_of(region));

	/* An address's domain finds it, too. */
	if (p == NULL && region == NULL)
		p = ph_preset_of_domain(name);
	if (p == NULL)
		return refuse_region(name, region, fault);
	*out = p;
	return PH_OK;
}

const struct ph_preset *ph_preset_of_domain(struct ph_span domain)
{
	for (size_t i = 0; i < ph_presets_count; i++) {
		if (has_word(ph_presets[i].domains, domain))
			return &ph_presets[i];
	}
	return NULL;
}

/* Where a word of the text begins: "ses" is not meant in "premises". */
static bool holds(const char *text, struct ph_span word)
{
	struct ph_span rest = ph_span_of(text);
	bool is_start = true;

	while (rest.len > 0) {
		if (is_start && ph_span_starts_nocase(rest, word))
			return true;
		is_start = !ph_ascii_is_alnum(rest.ptr[0]);
		rest = ph_span_skip(rest, 1);
	}
	return word.len == 0;
}

bool ph_preset_matches(const struct ph_preset *p, struct ph_span word)
{
	const char *const places[] = { p->key, p->aliases, p->name, p->domains,
		p->host };

	for (size_t i = 0; i < PH_COUNT(places); i++) {
		if (holds(places[i], word))
			return true;
	}
	return false;
}

bool ph_preset_next(struct ph_span *list, struct ph_span *item_out)
{
	size_t end = 0;

	if (list->len == 0)
		return false;
	while (end < list->len &&
	    !(list->ptr[end] == ';' && end + 1 < list->len &&
		list->ptr[end + 1] == ' '))
		end++;
	*item_out = ph_span_first(*list, end);
	*list = ph_span_skip(*list, end < list->len ? end + 2 : end);
	return true;
}
