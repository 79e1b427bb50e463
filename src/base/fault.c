#include "base/fault.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

/* One byte more than fits, so that the cut can see what it cuts. */
enum {
	DRAFT_MAX = PH_FAULT_TEXT_MAX + 1
};

/* What is shown instead of a character, or 0 to show it: a terminal would obey
   C0, DEL and C1, which UTF-8 does not hide. */
static char stand_in(uint32_t code)
{
	if (code == '\n' || code == '\t')
		return ' ';
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return '?';
	return code == UINT32_MAX ? '?' : '\0';
}

/* One line of whole characters. */
static void store(char *out, const char *draft)
{
	struct ph_span rest =
	    ph_utf8_cut(ph_span_of(draft), PH_FAULT_TEXT_MAX - 1);

	while (rest.len > 0) {
		struct ph_span from = rest;
		char other = stand_in(ph_utf8_next(&rest));
		size_t len = from.len - rest.len;

		if (other != '\0') {
			*out++ = other;
			continue;
		}
		memcpy(out, from.ptr, len);
		out += len;
	}
	*out = '\0';
}

void ph_fault_set(struct ph_fault *f, enum ph_cause cause, enum ph_stage stage,
    const char *fmt, ...)
{
	char draft[DRAFT_MAX];
	va_list ap;

	if (f == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(draft, sizeof(draft), fmt, ap);
	va_end(ap);
	*f = (struct ph_fault){ .cause = cause, .stage = stage };
	store(f->text, draft);
}

void ph_fault_advise(struct ph_fault *f, const char *fmt, ...)
{
	char draft[DRAFT_MAX];
	va_list ap;

	if (f == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(draft, sizeof(draft), fmt, ap);
	va_end(ap);
	store(f->advice, draft);
}

void ph_fault_suspect(struct ph_fault *f, const char *setting)
{
	if (f != NULL)
		f->setting = setting;
}

void ph_fault_prefix(struct ph_fault *f, const char *prefix)
{
	char draft[DRAFT_MAX];

	if (f == NULL)
		return;
	(void)snprintf(draft, sizeof(draft), "%s: %s", prefix, f->text);
	store(f->text, draft);
}
