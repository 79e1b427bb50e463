#include "deliver/content_state.h"

#include "base/utf8.h"

#include <stdlib.h>

/* A message made of what the user gave, and the files it names. */

/* The last part of a path as a name to show: what is no UTF-8 or a control byte
   becomes '_', since nobody can say what it meant. */
static char *name_of_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = strdup(slash == NULL ? path : slash + 1);

	if (name == NULL)
		return NULL;

	struct ph_span rest = ph_span_of(name);

	while (rest.len > 0) {
		char *at = name + (rest.ptr - name);
		uint32_t c = ph_utf8_next(&rest);

		if (c == UINT32_MAX || c < 0x20 || c == 0x7f)
			*at = '_';
	}
	return name;
}

struct file_list {
	struct ph_message_file *items;
	char **names; /* made by us */
	size_t count;
};

static void file_list_release(struct file_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->names[i]);
	free(l->names);
	free(l->items);
}

static enum ph_err attach(struct ph_content *c,
    const struct ph_attachment *from, struct file_list *l,
    struct ph_fault *fault)
{
	struct ph_message_file *f = &l->items[l->count];

	enum ph_err err =
	    ph_rendition_open(c->form, from->path, -1, &f->file, fault);
	if (err != PH_OK)
		return err;
	f->size = ph_rendition_file_size(&c->form->files[f->file]);
	f->type = from->type;
	f->is_inline = from->is_inline;
	f->name = from->name;
	if (from->name == NULL) {
		l->names[l->count] = name_of_path(from->path);
		f->name = l->names[l->count];
	}
	l->count++;
	return f->name == NULL ? ph_content_no_memory(fault) : PH_OK;
}

static enum ph_err attach_all(struct ph_content *c,
    const struct ph_content_compose *in, struct file_list *l,
    struct ph_fault *fault)
{
	l->items = calloc(in->attachment_count + 1, sizeof(*l->items));
	l->names = calloc(in->attachment_count + 1, sizeof(*l->names));
	if (l->items == NULL || l->names == NULL)
		return ph_content_no_memory(fault);
	for (size_t i = 0; i < in->attachment_count; i++) {
		enum ph_err err = attach(c, &in->attachments[i], l, fault);
		if (err != PH_OK)
			return err;
	}
	return PH_OK;
}

/* What it lends to in->compose is taken back. */
static enum ph_err compose_with(struct ph_content *c,
    struct ph_content_compose *in, const struct file_list *files,
    struct ph_fault *fault)
{
	char host[PH_HOST_NAME_MAX];

	enum ph_err err = ph_content_stamp(&in->compose.stamp, host, fault);
	if (err == PH_OK) {
		in->compose.files = files->items;
		in->compose.file_count = files->count;
		err =
		    ph_message_compose(&in->compose, &c->form->message, fault);
	}
	in->compose.files = NULL;
	in->compose.file_count = 0;
	in->compose.stamp = (struct ph_message_stamp){ 0 };
	return err;
}

enum ph_err ph_content_compose(struct ph_content_compose *in,
    struct ph_content **out, struct ph_fault *fault)
{
	struct file_list files = { 0 };
	PH_CLEANUP(ph_content_freep)
	struct ph_content *c = ph_content_new(in->attachment_count + 1);

	if (c == NULL)
		return ph_content_no_memory(fault);

	enum ph_err err = attach_all(c, in, &files, fault);
	if (err == PH_OK)
		err = compose_with(c, in, &files, fault);
	file_list_release(&files);
	if (err == PH_ENOMEM)
		return ph_content_no_memory(fault);
	if (err != PH_OK)
		return err;
	*out = c;
	c = NULL;
	return PH_OK;
}
