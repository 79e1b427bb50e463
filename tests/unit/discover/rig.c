#include "rig.h"

#include "check.h"

#include <stdarg.h>
#include <stdio.h>

enum {
	ARENA_MAX = 1024 * 1024
};

void rig_begin(struct rig *r, const char *address)
{
	struct ph_fault fault = { 0 };

	*r = (struct rig){ .text = "" };
	ph_arena_init(&r->arena, ARENA_MAX);
	check_int(ph_subject_make(
		      ph_span_of(address), &r->arena, &r->subject, &fault),
	    PH_OK);
	check_str(fault.text, "");
	r->set.subject = &r->subject;
	r->set.arena = &r->arena;
}

void rig_end(struct rig *r)
{
	ph_arena_release(&r->arena);
}

PH_PRINTF(2, 3)

static void say(struct rig *r, const char *fmt, ...)
{
	size_t at = strlen(r->text);
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(r->text + at, sizeof(r->text) - at, fmt, args);
	va_end(args);
}

static void say_candidate(struct rig *r, const struct ph_candidate *c)
{
	static const char *const signatures[] = {
		[PH_SIGNATURE_NONE] = "",
		[PH_SIGNATURE_INSECURE] = " insecure",
		[PH_SIGNATURE_SECURE] = " secure",
	};

	say(r, "%s:%u %s %s %s%s%s%s%s", c->host, c->port,
	    ph_encryption_name(c->encryption),
	    c->username[0] == '\0' ? "-" : c->username, ph_found_name(c->found),
	    c->mechanisms[0] == '\0' ? "" : " by ", c->mechanisms,
	    c->anonymous ? " anonymous" : "", signatures[c->signature]);
	for (unsigned bit = 1; ph_doubt_name(bit) != NULL; bit <<= 1) {
		if ((c->doubts & bit) != 0)
			say(r, " ?%s", ph_doubt_name(bit));
	}
	say(r, " %s\n", c->detail);
}

static const char *show(struct rig *r, bool with_notes)
{
	r->text[0] = '\0';
	for (size_t i = 0; i < r->set.count; i++) {
		const struct ph_candidate *c = &r->set.items[i];

		say_candidate(r, c);
		for (size_t k = 0; with_notes && k < c->note_count; k++)
			say(r, "- %s\n", c->notes[k]);
	}
	return r->text;
}

const char *rig_show(struct rig *r)
{
	return show(r, true);
}

const char *rig_list(struct rig *r)
{
	return show(r, false);
}
