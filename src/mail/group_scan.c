#include "mail/group_scan.h"

#include "base/err.h"

/* Those that GMime parses as addresses by itself. */
static const char *const fields[] = { "from", "sender", "reply-to", "to", "cc",
	"bcc" };

static bool is_address_field(struct ph_span name)
{
	name = ph_span_trim(name);
	for (size_t i = 0; i < PH_COUNT(fields); i++) {
		if (ph_span_eq_nocase(name, ph_span_of(fields[i])))
			return true;
	}
	return false;
}

/* A line that begins with a blank goes on with the field before it. */
static void begin_line(struct ph_group_scan *s, char c)
{
	s->in_line = true;
	if (c == ' ' || c == '\t')
		return;
	s->named = false;
	s->is_field = false;
	s->colons = 0;
	s->name_len = 0;
}

static void take_name(struct ph_group_scan *s, char c)
{
	if (c == ':') {
		s->named = true;
		s->is_field =
		    is_address_field((struct ph_span){ s->name, s->name_len });
	} else if (s->name_len < sizeof(s->name)) {
		s->name[s->name_len++] = c;
	} else {
		s->named = true;
	}
}

bool ph_group_scan_feed(struct ph_group_scan *s, struct ph_span piece)
{
	for (size_t i = 0; i < piece.len; i++) {
		char c = piece.ptr[i];

		if (c == '\n') {
			s->in_line = false;
			continue;
		}
		if (!s->in_line)
			begin_line(s, c);
		if (!s->named) {
			take_name(s, c);
		} else if (s->is_field && c == ':' &&
		    ++s->colons > PH_GROUP_COLONS_MAX) {
			return false;
		}
	}
	return true;
}
