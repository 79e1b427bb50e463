#include "diagnose/wording.h"

static bool fits_code(
    const struct ph_wording_row *row, const struct ph_evidence *e)
{
	enum {
		CLASS_MAX = 5
	};

	if (row->code == 0)
		return true;
	if (row->code == PH_WORDING_NO_CODE)
		return e->code == 0;
	if (row->code > CLASS_MAX)
		return e->code == row->code;
	return (e->code != 0 ? e->code / 100 : e->enhanced[0]) == row->code;
}

static bool fits_enhanced(
    const struct ph_wording_row *row, const struct ph_evidence *e)
{
	if (!row->has_enhanced)
		return true;
	return e->enhanced[0] != 0 && e->enhanced[1] == row->enhanced[1] &&
	    e->enhanced[2] == row->enhanced[2] &&
	    (row->enhanced[0] == 0 || row->enhanced[0] == e->enhanced[0]);
}

static bool fits_word(const char *wanted, const char *got)
{
	return wanted == NULL || (got != NULL && strcmp(wanted, got) == 0);
}

const struct ph_meaning *ph_wording_find(const struct ph_evidence *e)
{
	for (size_t i = 0; i < ph_wording_rows_count; i++) {
		const struct ph_wording_row *row = &ph_wording_rows[i];

		if (fits_code(row, e) && fits_enhanced(row, e) &&
		    fits_word(row->provider, e->provider) &&
		    fits_word(row->stage, e->stage) &&
		    (row->words == NULL ||
			ph_wordlist_match(e->words, row->words)))
			return &ph_meanings[row->meaning];
	}
	return NULL;
}
