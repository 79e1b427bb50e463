#ifndef PH_DIAGNOSE_WORDLIST_H
#define PH_DIAGNOSE_WORDLIST_H

#include "base/span.h"

#include <stdint.h>

/* A text as its words, so that case, white space, punctuation and the breaking
   of lines make no difference to what is looked for in it. */

enum {
	/* A reply is a few sentences; a longer text is read in parts. */
	PH_WORDLIST_MAX = 8192,
	PH_WORDLIST_HEADS = 1024,
	PH_WORDLIST_DROPS = 2,
	PH_WORDLIST_DROP_MAX = 24
};

struct ph_wordlist {
	size_t len;
	/* Words in lower case, a space behind each; none for a word before "=".
	   A dot or an @ within a word is part of it; that of "doesn't" is left
	   out; each character of Chinese, Japanese or Korean is a word. */
	char text[PH_WORDLIST_MAX];
	/* Where the words that begin alike stand, one behind the other. */
	uint16_t first[PH_WORDLIST_HEADS]; /* 1 + offset; 0: none */
	uint16_t next[PH_WORDLIST_MAX];
	char drops[PH_WORDLIST_DROPS][PH_WORDLIST_DROP_MAX];
};

/* Begins an empty one, to leave out every word that is code or enhanced, which
   servers repeat on each line of a reply; "" is none.  Longer ones than
   PH_WORDLIST_DROP_MAX are cut. */
void ph_wordlist_begin(
    struct ph_wordlist *w, const char *code, const char *enhanced);

/* Adds the words of text.  Returns how many octets of it were read: fewer than
   text.len when there is no more room. */
size_t ph_wordlist_add(struct ph_wordlist *w, struct ph_span text);

/* After the last addition, and before the first search. */
void ph_wordlist_end(struct ph_wordlist *w);

/* Whether the words are there that a pattern wants.  It is one or several
   alternatives joined by "|", each of terms joined by "&", which have to stand
   near each other; "!" before a term, never the first: it must not stand there.
   A term is words written as above; "*" in a word is any rest of it, "... " up
   to eight words of any kind.  A term without a space at its end is the
   beginning of a word.  It has three octets at least.  tools/wordings.py writes
   them. */
bool ph_wordlist_match(const struct ph_wordlist *w, const char *pattern);

#endif
