#include "inject/likeness.h"

const struct ph_inject_likeness *ph_inject_likeness_find(struct ph_span name)
{
	for (size_t i = 0; i < ph_inject_likenesses_count; i++) {
		if (ph_span_eq(name, ph_span_of(ph_inject_likenesses[i].name)))
			return &ph_inject_likenesses[i];
	}
	return NULL;
}

const struct ph_smtpd_reply *ph_inject_likeness_words(
    const struct ph_inject_likeness *like, enum ph_smtpd_phrase phrase)
{
	return like != NULL && like->words[phrase].code != 0
	    ? &like->words[phrase]
	    : &ph_inject_likenesses[0].words[phrase];
}

static bool holds(struct ph_span names, struct ph_span name)
{
	struct ph_span one;

	while (ph_span_split(&names, ' ', &one)) {
		if (ph_span_eq_nocase(one, name))
			return true;
	}
	return false;
}

enum ph_err ph_inject_likeness_mechanisms(const struct ph_inject_likeness *like,
    struct ph_span available, struct ph_buf *out)
{
	struct ph_span rest = ph_span_of(like->mechanisms);
	struct ph_span one;
	enum ph_err err = PH_OK;

	if (rest.len == 0)
		return ph_buf_append(out, available);
	while (err == PH_OK && ph_span_split(&rest, ' ', &one)) {
		if (!holds(available, one))
			continue;
		if (out->len > 0)
			err = ph_buf_append(out, PH_SPAN(" "));
		if (err == PH_OK)
			err = ph_buf_append(out, one);
	}
	return err;
}

bool ph_inject_likeness_owns(struct ph_span user, struct ph_span sender)
{
	size_t at = ph_span_find(sender, '@');

	if (sender.len == 0 || ph_span_eq_nocase(user, sender))
		return true;
	return ph_span_find(user, '@') == user.len &&
	    ph_span_eq_nocase(user, ph_span_first(sender, at));
}
