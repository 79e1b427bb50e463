#include "io/hosts.h"

#include "io/file.h"
#include "io/host.h"

#include <stdio.h>

enum {
	/* Block lists grow larger; then the resolver's own reading must do. */
	HOSTS_FILE_MAX = 1024 * 1024
};

static struct ph_span without_dot(struct ph_span name)
{
	if (name.len > 1 && name.ptr[name.len - 1] == '.')
		name.len--;
	return name;
}

static bool next_word(struct ph_span *line, struct ph_span *out)
{
	*line = ph_span_trim(*line);
	size_t n = 0;
	while (n < line->len && line->ptr[n] != ' ' && line->ptr[n] != '\t')
		n++;
	*out = ph_span_first(*line, n);
	*line = ph_span_skip(*line, n);
	return n > 0;
}

static bool names(struct ph_span rest, struct ph_span name)
{
	struct ph_span word;

	while (next_word(&rest, &word)) {
		if (ph_span_eq_nocase(word, name))
			return true;
	}
	return false;
}

size_t ph_hosts_find(struct ph_span text, const char *name, uint16_t port,
    struct ph_sockaddr *out, size_t max)
{
	struct ph_span want = without_dot(ph_span_of(name));
	struct ph_span line;
	size_t count = 0;

	while (count < max && ph_span_split(&text, '\n', &line)) {
		struct ph_span address;
		char literal[PH_SOCKADDR_TEXT_MAX];

		line = ph_span_first(line, ph_span_find(line, '#'));
		if (!next_word(&line, &address) || !names(line, want) ||
		    address.len >= sizeof(literal)) {
			continue;
		}
		(void)snprintf(
		    literal, sizeof(literal), "%.*s", PH_SPAN_ARG(address));
		if (ph_sockaddr_parse(literal, port, &out[count]) == PH_OK)
			count++;
	}
	return count;
}

static bool is_localhost(struct ph_span name)
{
	const struct ph_span suffix = PH_SPAN(".localhost");

	if (ph_span_eq_nocase(name, PH_SPAN("localhost")))
		return true;
	return name.len > suffix.len &&
	    ph_span_eq_nocase(
		ph_span_skip(name, name.len - suffix.len), suffix);
}

size_t ph_hosts_known(
    const char *name, uint16_t port, struct ph_sockaddr *out, size_t max)
{
	if (max < 2)
		return 0;
	if (ph_sockaddr_parse(name, port, &out[0]) == PH_OK)
		return 1;
	if (is_localhost(without_dot(ph_span_of(name)))) {
		bool both = ph_sockaddr_parse("::1", port, &out[0]) == PH_OK &&
		    ph_sockaddr_parse("127.0.0.1", port, &out[1]) == PH_OK;
		return both ? 2 : 0;
	}

	struct ph_buf text;
	size_t count;

	ph_hosts_read(&text);
	count = ph_hosts_find(ph_buf_span(&text), name, port, out, max);
	ph_buf_release(&text);
	return count;
}

void ph_hosts_read(struct ph_buf *out)
{
	ph_buf_init(out, HOSTS_FILE_MAX);
	if (ph_file_read("/etc/hosts", out, NULL) != PH_OK)
		ph_buf_clear(out);
}

static bool is_public(struct ph_span word, char *out, size_t out_size)
{
	if (word.len >= out_size)
		return false;
	memcpy(out, word.ptr, word.len);
	out[word.len] = '\0';
	return ph_host_name_is_public(out);
}

bool ph_hosts_full_name(
    struct ph_span text, const char *name, char *out, size_t out_size)
{
	struct ph_span want = without_dot(ph_span_of(name));
	struct ph_span line;
	struct ph_span word;

	while (ph_span_split(&text, '\n', &line)) {
		line = ph_span_first(line, ph_span_find(line, '#'));
		if (!next_word(&line, &word) || !names(line, want))
			continue;
		if (is_public(want, out, out_size))
			return true;
		while (next_word(&line, &word)) {
			if (is_public(word, out, out_size))
				return true;
		}
	}
	out[0] = '\0';
	return false;
}
