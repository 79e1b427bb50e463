#include "base/fault.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

/* One line, whole characters, nothing a terminal would obey. */
static void tidy(char *text)
{
	struct ph_span cut =
	    ph_utf8_cut(ph_span_of(text), PH_FAULT_TEXT_MAX - 1);

	text[cut.len] = '\0';
	for (size_t i = 0; i < cut.len; i++) {
		if (ph_ascii_is_control(text[i]))
			text[i] =
			    text[i] == '\n' || text[i] == '\t' ? ' ' : '?';
	}
}

void ph_fault_set(struct ph_fault *f, enum ph_cause cause, enum ph_stage stage,
    const char *fmt, ...)
{
	va_list ap;

	if (f == NULL)
		return;
	*f = (struct ph_fault){ .cause = cause, .stage = stage };
	va_start(ap, fmt);
	(void)vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	tidy(f->text);
}

void ph_fault_advise(struct ph_fault *f, const char *fmt, ...)
{
	va_list ap;

	if (f == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(f->advice, sizeof(f->advice), fmt, ap);
	va_end(ap);
	tidy(f->advice);
}

void ph_fault_prefix(struct ph_fault *f, const char *prefix)
{
	char text[PH_FAULT_TEXT_MAX];

	if (f == NULL)
		return;
	memcpy(text, f->text, sizeof(text));
	(void)snprintf(f->text, sizeof(f->text), "%s: %s", prefix, text);
	tidy(f->text);
}
