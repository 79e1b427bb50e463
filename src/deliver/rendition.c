#include "deliver/rendition.h"

#include "io/file.h"

#include <assert.h>
#include <stdlib.h>

struct ph_rendition *ph_rendition_new(size_t file_max)
{
	struct ph_rendition *r = calloc(1, sizeof(*r));

	assert(file_max > 0);
	if (r == NULL)
		return NULL;
	r->files = calloc(file_max, sizeof(*r->files));
	r->file_max = file_max;
	if (r->files == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

static void free_one(struct ph_rendition *r)
{
	ph_message_free(r->message);
	for (size_t i = 0; i < r->file_count; i++) {
		ph_input_close(&r->files[i].input);
		free(r->files[i].name);
	}
	free(r->files);
	free(r);
}

void ph_rendition_free(struct ph_rendition *r)
{
	while (r != NULL) {
		struct ph_rendition *older = r->older;

		free_one(r);
		r = older;
	}
}

/* Takes over the input. */
static enum ph_err add(struct ph_rendition *r, struct ph_rendition_file f,
    const char *name, struct ph_fault *fault)
{
	char *copy = strdup(name);

	assert(r->file_count < r->file_max);
	if (copy == NULL) {
		ph_input_close(&f.input);
		ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "%s: out of memory", name);
		return PH_ENOMEM;
	}
	f.name = copy;
	r->files[r->file_count++] = f;
	return PH_OK;
}

enum ph_err ph_rendition_open(struct ph_rendition *r, const char *path, int fd,
    size_t *out, struct ph_fault *fault)
{
	struct ph_rendition_file f = { 0 };

	enum ph_err err = ph_input_open(path, fd, &f.input, fault);
	if (err != PH_OK)
		return err;
	err = add(r, f, path != NULL ? path : "the message read", fault);
	if (err != PH_OK)
		return err;
	*out = r->file_count - 1;
	return PH_OK;
}

enum ph_err ph_rendition_take(
    struct ph_rendition *r, int fd, const char *name, struct ph_fault *fault)
{
	struct ph_rendition_file f = { 0 };

	enum ph_err err = ph_input_take(fd, &f.input, fault);
	if (err != PH_OK)
		return err;
	return add(r, f, name, fault);
}

enum ph_err ph_rendition_borrow(struct ph_rendition *r, struct ph_span bytes,
    size_t *out, struct ph_fault *fault)
{
	struct ph_rendition_file f = { .bytes = bytes, .input.fd = -1 };

	enum ph_err err = add(r, f, "the message given", fault);
	if (err != PH_OK)
		return err;
	*out = r->file_count - 1;
	return PH_OK;
}

uint64_t ph_rendition_file_size(const struct ph_rendition_file *f)
{
	return f->bytes.ptr != NULL ? f->bytes.len : f->input.size;
}

enum ph_err ph_rendition_read(
    const struct ph_rendition_file *f, uint64_t offset, char *out, size_t len)
{
	if (f->bytes.ptr == NULL)
		return ph_file_read_at(f->input.fd, offset, out, len);
	assert(offset <= f->bytes.len && len <= f->bytes.len - offset);
	memcpy(out, f->bytes.ptr + offset, len);
	return PH_OK;
}
