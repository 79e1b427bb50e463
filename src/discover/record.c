#include "discover/record.h"

#include "base/ascii.h"

#include <stdlib.h>

enum {
	LABEL_MAX = 63
};

static bool is_fit(char c)
{
	return ph_ascii_is_alnum(c) || c == '-' || c == '_';
}

/* Appends a label, and the dot before it. */
static enum ph_err append_label(struct ph_span label, char *out, size_t *len)
{
	size_t dot = *len > 0 ? 1 : 0;

	if (label.len > LABEL_MAX ||
	    *len + dot + label.len >= PH_RECORD_NAME_SIZE)
		return PH_EINVAL;
	if (dot > 0)
		out[(*len)++] = '.';
	for (size_t i = 0; i < label.len; i++) {
		if (!is_fit(label.ptr[i]))
			return PH_EINVAL;
		out[(*len)++] = ph_ascii_lower(label.ptr[i]);
	}
	return PH_OK;
}

enum ph_err ph_record_name(struct ph_span data, char out[PH_RECORD_NAME_SIZE])
{
	char text[PH_RECORD_NAME_SIZE];
	size_t len = 0;

	while (data.len > 0) {
		size_t size = (unsigned char)data.ptr[0];

		data = ph_span_skip(data, 1);
		if (size == 0) {
			if (data.len > 0)
				return PH_EINVAL;
			text[len] = '\0';
			memcpy(out, text, len + 1);
			return PH_OK;
		}
		if (size > data.len)
			return PH_EINVAL;

		enum ph_err err =
		    append_label(ph_span_first(data, size), text, &len);
		if (err != PH_OK)
			return err;
		data = ph_span_skip(data, size);
	}
	return PH_EINVAL;
}

static uint16_t number(const char *at)
{
	return (uint16_t)((unsigned char)at[0] << 8 | (unsigned char)at[1]);
}

enum ph_err ph_srv_read(struct ph_span data, struct ph_srv *out)
{
	struct ph_srv s = { 0 };

	if (data.len < 7)
		return PH_EINVAL;
	s.priority = number(data.ptr);
	s.weight = number(data.ptr + 2);
	s.port = number(data.ptr + 4);

	enum ph_err err = ph_record_name(ph_span_skip(data, 6), s.target);
	if (err != PH_OK)
		return err;
	if (s.target[0] != '\0' && s.port == 0)
		return PH_EINVAL;
	*out = s;
	return PH_OK;
}

enum ph_err ph_mx_read(struct ph_span data, struct ph_mx *out)
{
	struct ph_mx m = { 0 };

	if (data.len < 3)
		return PH_EINVAL;
	m.preference = number(data.ptr);

	enum ph_err err = ph_record_name(ph_span_skip(data, 2), m.host);
	if (err == PH_OK)
		*out = m;
	return err;
}

static int compare_srv(const void *x, const void *y)
{
	const struct ph_srv *a = x;
	const struct ph_srv *b = y;

	if (a->priority != b->priority)
		return a->priority < b->priority ? -1 : 1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return strcmp(a->target, b->target);
}

static int compare_mx(const void *x, const void *y)
{
	const struct ph_mx *a = x;
	const struct ph_mx *b = y;

	if (a->preference != b->preference)
		return a->preference < b->preference ? -1 : 1;
	return strcmp(a->host, b->host);
}

void ph_srv_sort(struct ph_srv *list, size_t count)
{
	qsort(list, count, sizeof(*list), compare_srv);
}

void ph_mx_sort(struct ph_mx *list, size_t count)
{
	qsort(list, count, sizeof(*list), compare_mx);
}
