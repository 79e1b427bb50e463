#include "discover/subject.h"

#include "base/ascii.h"
#include "connection/host.h"
#include "connection/nearest.h"
#include "connection/preset.h"

enum {
	/* Shorter domains are near to each other by chance: gmx.de, max.de. */
	TYPO_DOMAIN_MIN = 8,
	/* From this length on two letters may be wrong. */
	TYPO_LONG = 12
};

static size_t last_at(struct ph_span s)
{
	size_t i = s.len;

	while (i > 0 && s.ptr[i - 1] != '@')
		i--;
	return i;
}

static enum ph_err refuse(struct ph_fault *fault, const char *why)
{
	ph_fault_set(
	    fault, PH_CAUSE_BAD_ADDRESS, PH_STAGE_CONFIG, "the domain %s", why);
	ph_fault_advise(
	    fault, "give the whole mail address, such as ann@example.com");
	return PH_EINVAL;
}

enum ph_err ph_subject_make(struct ph_span mailbox, struct ph_arena *a,
    struct ph_subject *out, struct ph_fault *fault)
{
	size_t at = last_at(mailbox);
	struct ph_span domain = ph_span_skip(mailbox, at);
	struct ph_subject s = { 0 };
	struct ph_fault why = { 0 };
	struct ph_host parsed;
	char *lower;

	if (at < 2 || domain.len == 0 || domain.ptr[0] == '[' ||
	    ph_host_is_literal(domain) ||
	    ph_host_parse(domain, &parsed, &why) != PH_OK || parsed.port != 0)
		return refuse(fault, "is no name that settings are found by");

	enum ph_err err = ph_host_to_ascii(domain, a, &s.domain, &why);
	if (err == PH_EINVAL)
		return refuse(fault, why.text);
	if (err != PH_OK)
		return err;
	lower = ph_arena_str(a, ph_span_of(s.domain));
	s.address = ph_arena_str(a, mailbox);
	s.local = ph_arena_str(a, ph_span_first(mailbox, at - 1));
	if (lower == NULL || s.address == NULL || s.local == NULL)
		return PH_ENOMEM;
	for (size_t i = 0; lower[i] != '\0'; i++)
		lower[i] = ph_ascii_lower(lower[i]);
	s.domain = lower;
	*out = s;
	return PH_OK;
}

/* The name is the other, or ends in a dot and the other. */
static bool is_at_or_below(struct ph_span name, struct ph_span other)
{
	if (other.len == 0 || name.len < other.len)
		return false;

	size_t start = name.len - other.len;

	return ph_span_eq_nocase(ph_span_skip(name, start), other) &&
	    (start == 0 || name.ptr[start - 1] == '.');
}

bool ph_subject_has(const struct ph_subject *s, struct ph_span host)
{
	struct ph_span domain = ph_span_of(s->domain);

	return s->is_suffix ? ph_span_eq_nocase(host, domain)
			    : is_at_or_below(host, domain);
}

bool ph_subject_is_below(const struct ph_subject *s, struct ph_span name)
{
	return is_at_or_below(ph_span_of(s->domain), name);
}

struct ph_span ph_subject_typo(const struct ph_subject *s)
{
	struct ph_span typed = ph_span_of(s->domain);
	struct ph_nearest n;

	if (ph_preset_of_domain(typed) != NULL)
		return (struct ph_span){ 0 };
	ph_nearest_init(&n, typed);
	for (size_t i = 0; i < ph_presets_count; i++) {
		struct ph_span rest = ph_span_of(ph_presets[i].domains);
		struct ph_span one;

		while (ph_span_split(&rest, ' ', &one)) {
			if (one.len >= TYPO_DOMAIN_MIN)
				(void)ph_nearest_offer(&n, one);
		}
	}
	if (n.best.ptr == NULL ||
	    n.distance > (n.best.len >= TYPO_LONG ? 2 : 1))
		return (struct ph_span){ 0 };
	return n.best;
}
