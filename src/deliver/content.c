#include "deliver/content_state.h"

#include "io/loop.h"
#include "mail/scan.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct ph_content *ph_content_new(size_t file_max)
{
	struct ph_content *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	ph_buf_init(&c->header, PH_HEADER_MAX);
	c->form = ph_rendition_new(file_max);
	if (c->form != NULL)
		return c;
	free(c);
	return NULL;
}

void ph_content_free(struct ph_content *c)
{
	if (c == NULL)
		return;
	ph_rendition_free(c->form);
	ph_buf_release(&c->header);
	free(c);
}

const struct ph_rendition *ph_content_rendition(const struct ph_content *c)
{
	return c->form;
}

const struct ph_message *ph_content_message(const struct ph_content *c)
{
	return c->form->message;
}

struct ph_span ph_content_header(const struct ph_content *c)
{
	return ph_buf_span(&c->header);
}

const char *ph_content_note(const struct ph_content *c, size_t i)
{
	if (i < c->note_count)
		return c->notes[i];
	return ph_message_note(c->form->message, i - c->note_count);
}

void ph_content_add_note(struct ph_content *c, const char *text)
{
	assert(c->note_count < PH_CONTENT_NOTES_MAX);
	(void)snprintf(
	    c->notes[c->note_count++], PH_CONTENT_NOTE_MAX, "%s", text);
}

static bool in_memory(const struct ph_content *c, const struct ph_body_part *p,
    struct ph_span *out)
{
	*out = p->bytes;
	if (p->file == PH_BODY_NO_FILE)
		return true;

	struct ph_span bytes = c->form->files[p->file].bytes;

	if (bytes.ptr == NULL || p->encoding != PH_ENCODE_NONE)
		return false;
	assert(p->offset <= bytes.len && p->length <= bytes.len - p->offset);
	*out = (struct ph_span){ bytes.ptr + p->offset, (size_t)p->length };
	return true;
}

size_t ph_content_in_memory(
    const struct ph_content *c, struct ph_span *out, size_t max)
{
	const struct ph_body *b = ph_rendition_body(c->form);

	if (b->count > max)
		return 0;
	for (size_t i = 0; i < b->count; i++) {
		if (!in_memory(c, &b->parts[i], &out[i]))
			return 0;
	}
	return b->count;
}

enum ph_err ph_content_stamp(
    struct ph_message_stamp *out, char *host, struct ph_fault *fault)
{
	*out = (struct ph_message_stamp){ .now = ph_clock_unix() };
	out->utc_offset_min = ph_clock_utc_offset_min(out->now);
	if (ph_random(out->random, sizeof(out->random)) != PH_OK) {
		ph_fault_set(fault, PH_CAUSE_INTERNAL, PH_STAGE_CONFIG,
		    "the system gave no random numbers");
		return PH_EIO;
	}
	if (ph_host_name(host, PH_HOST_NAME_MAX)) {
		out->hostname = ph_span_of(host);
	} else {
		out->hostname = PH_SPAN("posthaste.invalid");
	}
	return PH_OK;
}
