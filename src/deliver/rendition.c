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

static enum ph_err add(struct ph_rendition *r, struct ph_input *input,
    const char *name, struct ph_fault *fault)
{
	char *copy = strdup(name);

	assert(r->file_count < r->file_max);
	if (copy == NULL) {
		ph_input_close(input);
		ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "%s: out of memory", name);
		return PH_ENOMEM;
	}
	r->files[r->file_count++] =
	    (struct ph_rendition_file){ .input = *input, .name = copy };
	return PH_OK;
}

enum ph_err ph_rendition_open(struct ph_rendition *r, const char *path, int fd,
    size_t *out, struct ph_fault *fault)
{
	struct ph_input input;

	enum ph_err err = ph_input_open(path, fd, &input, fault);
	if (err != PH_OK)
		return err;
	err = add(r, &input, path != NULL ? path : "the message read", fault);
	if (err != PH_OK)
		return err;
	*out = r->file_count - 1;
	return PH_OK;
}

enum ph_err ph_rendition_take(
    struct ph_rendition *r, int fd, const char *name, struct ph_fault *fault)
{
	struct ph_input input;
	PH_CLEANUP(ph_close_fd) int owned = fd;

	/* Tells its size. */
	enum ph_err err = ph_input_open(NULL, fd, &input, fault);
	if (err != PH_OK)
		return err;
	input.owned = true;
	owned = -1;
	return add(r, &input, name, fault);
}
