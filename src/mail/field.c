#include "mail/field.h"

#include "base/ascii.h"
#include "mail/encoded_word.h"
#include "mail/fold.h"

#include <assert.h>

enum {
	QUOTED_MAX = 60 /* a longer name folds better as encoded words */
};

static size_t run_len(struct ph_span s, bool blank)
{
	size_t len = 0;

	while (len < s.len && (s.ptr[len] == ' ') == blank)
		len++;
	return len;
}

/* Words as they are, folded at the blanks they have. */
static enum ph_err write_plain(struct ph_fold *f, struct ph_span text)
{
	struct ph_span blanks = PH_SPAN(" ");
	enum ph_err err = PH_OK;

	while (text.len > 0 && err == PH_OK) {
		struct ph_span word = ph_span_first(text, run_len(text, false));

		err = ph_fold_word(f, blanks, word);
		text = ph_span_skip(text, word.len);
		blanks = ph_span_first(text, run_len(text, true));
		text = ph_span_skip(text, blanks.len);
	}
	return err;
}

enum ph_err ph_field_text(struct ph_buf *out, const char *name,
    struct ph_span text, const struct ph_charset *charset, uint32_t *missing)
{
	struct ph_fold f;

	assert(!ph_span_has_control(text));

	enum ph_err err = ph_fold_start(&f, out, name);

	if (err == PH_OK && text.len == 0) {
		err = ph_fold_glue(&f, PH_SPAN(" "));
	} else if (err == PH_OK && ph_encoded_word_needed(text)) {
		err = ph_encoded_word_write(&f, text, charset, missing);
	} else if (err == PH_OK) {
		err = write_plain(&f, text);
	}
	return err == PH_OK ? ph_fold_end(&f) : err;
}

/* RFC 5322 3.2.3 atoms and single blanks between them. */
static bool is_atoms(struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool pair = c == ' ' && i > 0 && s.ptr[i - 1] == ' ';

		if (pair ||
		    (c != ' ' && !ph_ascii_is_alnum(c) &&
			strchr("!#$%&'*+-/=?^_`{|}~", c) == NULL))
			return false;
	}
	return true;
}

/* Appends name in quotes; text has room for twice its length and two. */
static size_t quote(struct ph_span name, char *text)
{
	size_t len = 0;

	text[len++] = '"';
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == '"' || name.ptr[i] == '\\')
			text[len++] = '\\';
		text[len++] = name.ptr[i];
	}
	text[len++] = '"';
	return len;
}

struct angle {
	char text[PH_ADDRESS_LOCAL_MAX * 2 + 4 * PH_ADDRESS_DOMAIN_MAX + 8];
	size_t len;
};

static struct angle angle_of(struct ph_span spec)
{
	struct angle a = { .len = spec.len + 2 };

	assert(a.len <= sizeof(a.text));
	a.text[0] = '<';
	memcpy(a.text + 1, spec.ptr, spec.len);
	a.text[spec.len + 1] = '>';
	return a;
}

/* A short name and its address stay on one line. */
static enum ph_err write_short(
    struct ph_fold *f, struct ph_span name, const struct angle *a)
{
	char text[2 * QUOTED_MAX + 3 + sizeof(a->text)];
	size_t len = name.len;

	if (is_atoms(name)) {
		memcpy(text, name.ptr, name.len);
	} else {
		len = quote(name, text);
	}
	text[len++] = ' ';
	memcpy(text + len, a->text, a->len);
	return ph_fold_word(
	    f, PH_SPAN(" "), (struct ph_span){ text, len + a->len });
}

static enum ph_err write_one(struct ph_fold *f, const struct ph_address *one,
    const struct ph_charset *charset, bool utf8, uint32_t *missing)
{
	struct ph_span spec = utf8 ? one->display : one->mailbox;
	struct ph_span name = one->name;
	bool encode = ph_encoded_word_needed(name);

	if (name.len == 0)
		return ph_fold_word(f, PH_SPAN(" "), spec);

	struct angle a = angle_of(spec);

	if (!encode && name.len <= QUOTED_MAX)
		return write_short(f, name, &a);

	enum ph_err err = !encode && is_atoms(name)
	    ? write_plain(f, name)
	    : ph_encoded_word_write(f, name, charset, missing);

	if (err != PH_OK)
		return err;
	return ph_fold_word(f, PH_SPAN(" "), (struct ph_span){ a.text, a.len });
}

enum ph_err ph_field_addresses(struct ph_buf *out, const char *name,
    const struct ph_address_list *list, const struct ph_charset *charset,
    bool utf8, uint32_t *missing)
{
	struct ph_fold f;
	enum ph_err err = ph_fold_start(&f, out, name);

	for (size_t i = 0; i < list->count && err == PH_OK; i++) {
		if (i > 0)
			err = ph_fold_glue(&f, PH_SPAN(","));
		if (err == PH_OK) {
			err = write_one(
			    &f, &list->items[i], charset, utf8, missing);
		}
	}
	return err == PH_OK ? ph_fold_end(&f) : err;
}
