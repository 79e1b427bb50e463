#include "connection/nearest.h"

#include "base/ascii.h"

#include <stdint.h>

void ph_nearest_init(struct ph_nearest *n, struct ph_span typed)
{
	*n = (struct ph_nearest){ .typed = typed, .distance = SIZE_MAX };
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool same(char a, char b)
{
	return ph_ascii_lower(a) == ph_ascii_lower(b);
}

/* Optimal string alignment: Levenshtein, and a swap of two neighbours costs
   one, since that is how fingers err. */
static size_t distance(struct ph_span a, struct ph_span b)
{
	size_t rows[3][PH_NEAREST_WORD_MAX + 1];

	for (size_t j = 0; j <= b.len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *twice = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t cost = same(a.ptr[i - 1], b.ptr[j - 1]) ? 0 : 1;

			row[j] = least(above[j - 1] + cost,
			    least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 &&
			    same(a.ptr[i - 1], b.ptr[j - 2]) &&
			    same(a.ptr[i - 2], b.ptr[j - 1])) {
				row[j] = least(row[j], twice[j - 2] + 1);
			}
		}
	}
	return rows[a.len % 3][b.len];
}

/* A third of the letters may be wrong; more is another word. */
static bool is_near(size_t changes, size_t len)
{
	return changes <= (len < 4 ? 1 : len / 3);
}

bool ph_nearest_offer(struct ph_nearest *n, struct ph_span word)
{
	if (n->typed.len == 0 || n->typed.len > PH_NEAREST_WORD_MAX ||
	    word.len > PH_NEAREST_WORD_MAX) {
		return false;
	}

	size_t changes = distance(n->typed, word);
	bool begun = n->typed.len >= 3 && ph_span_starts_nocase(word, n->typed);
	size_t len = n->typed.len > word.len ? n->typed.len : word.len;

	if (changes >= n->distance || (!begun && !is_near(changes, len)))
		return false;
	n->distance = changes;
	n->best = word;
	return true;
}

struct ph_span ph_nearest_of(struct ph_span typed, const char *words)
{
	struct ph_nearest n;
	struct ph_span rest = ph_span_of(words);
	struct ph_span word;

	ph_nearest_init(&n, typed);
	while (ph_span_split(&rest, ' ', &word))
		(void)ph_nearest_offer(&n, word);
	return n.best;
}
