#include "memory/words.h"

#include "base/num.h"

enum ph_err ph_words_check(struct ph_span text)
{
	if (text.len == 0 || text.ptr[text.len - 1] != '\n')
		return PH_EPROTO;
	for (size_t i = 0; i < text.len; i++) {
		bool is_fit = text.ptr[i] >= ' ' && text.ptr[i] <= '~';

		if (!is_fit && text.ptr[i] != '\n')
			return PH_EPROTO;
	}
	return PH_OK;
}

enum ph_err ph_words_begin(struct ph_span *text, size_t max, const char *magic)
{
	struct ph_span line;

	if (text->len > max || ph_words_check(*text) != PH_OK ||
	    !ph_span_split(text, '\n', &line) ||
	    !ph_span_eq(line, ph_span_of(magic)))
		return PH_EPROTO;
	return PH_OK;
}

bool ph_words_next(struct ph_span *line, struct ph_span *out)
{
	return ph_span_split(line, ' ', out) && out->len > 0;
}

enum ph_err ph_words_number(struct ph_span *line, uint64_t max, uint64_t *out)
{
	struct ph_span word;

	if (!ph_words_next(line, &word) ||
	    ph_num_parse(word, max, out) != PH_OK)
		return PH_EPROTO;
	return PH_OK;
}

enum ph_err ph_words_time(struct ph_span *line, ph_unixtime *out)
{
	const uint64_t max = UINT64_C(1) << 53; /* also as milliseconds */
	uint64_t n = 0;
	enum ph_err err = ph_words_number(line, max, &n);
	if (err != PH_OK)
		return err;
	*out = (ph_unixtime)n;
	return PH_OK;
}

enum ph_err ph_words_mark(struct ph_span *line, char out[PH_MARK_SIZE])
{
	struct ph_span mark;

	if (!ph_words_next(line, &mark) || mark.len != PH_MARK_SIZE - 1)
		return PH_EPROTO;
	memcpy(out, mark.ptr, mark.len);
	out[mark.len] = '\0';
	return PH_OK;
}
