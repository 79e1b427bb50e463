#include "diagnose/mark.h"

#include "base/ascii.h"
#include "diagnose/wording_row.h"

enum {
	/* Who speaks stands at the beginning, in the greeting. */
	TEXT_MAX = 65536,
	HOSTS_MAX = 500,
	HOST_MAX = 253 /* RFC 1035 2.3.4 */
};

static bool ends_in(struct ph_span s, struct ph_span end)
{
	return s.len >= end.len &&
	    ph_ascii_lower(s.ptr[s.len - 1]) == end.ptr[end.len - 1] &&
	    ph_span_eq_nocase(ph_span_skip(s, s.len - end.len), end);
}

/* The name itself, or one below it; ".example.com": only one below. */
static bool is_host(struct ph_span host, const char *mark)
{
	struct ph_span name = ph_span_of(mark);

	if (!ends_in(host, name))
		return false;
	return host.len == name.len || name.ptr[0] == '.' ||
	    host.ptr[host.len - name.len - 1] == '.';
}

const char *ph_mark_of_host(struct ph_span host)
{
	for (size_t i = 0; i < ph_marks_count; i++) {
		if (ph_marks[i].host != NULL && is_host(host, ph_marks[i].host))
			return ph_marks[i].provider;
	}
	return NULL;
}

static bool is_part(char c)
{
	return ph_ascii_is_alnum(c) || c == '.' || c == '-';
}

const char *ph_mark_of_text(struct ph_span text)
{
	text = ph_span_first(text, text.len < TEXT_MAX ? text.len : TEXT_MAX);
	for (size_t i = 0, hosts = 0; i < text.len && hosts < HOSTS_MAX;) {
		size_t start = i;
		struct ph_span host;
		const char *provider;

		while (i < text.len && is_part(text.ptr[i]))
			i++;
		host = (struct ph_span){ text.ptr + start, i - start };
		i += host.len == 0 ? 1 : 0;
		while (host.len > 0 && host.ptr[host.len - 1] == '.')
			host.len--;
		if ((start > 0 && text.ptr[start - 1] == '@') ||
		    host.len > HOST_MAX || ph_span_find(host, '.') == host.len)
			continue;
		hosts++;
		provider = ph_mark_of_host(host);
		if (provider != NULL)
			return provider;
	}
	return NULL;
}

const char *ph_mark_of_words(const struct ph_wordlist *w)
{
	for (size_t i = 0; i < ph_marks_count; i++) {
		if (ph_marks[i].words != NULL &&
		    ph_wordlist_match(w, ph_marks[i].words))
			return ph_marks[i].provider;
	}
	return NULL;
}
