#include "cli/json.h"

#include "base/buf.h"
#include "base/enhanced.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	/* A transcript line, a header: nothing we show is longer. */
	TEXT_MAX = 8 * 1024 * 1024
};

/* In an object that something failed to get into. */
static const char broken_key[] = "\x7f broken";

static json_t *text_mended(struct ph_span s)
{
	struct ph_buf b;
	json_t *j = NULL;
	enum ph_err err = PH_OK;

	ph_buf_init(&b, TEXT_MAX);
	while (s.len > 0 && err == PH_OK) {
		const char *start = s.ptr;

		if (ph_utf8_next(&s) == UINT32_MAX) {
			err = ph_buf_append_str(&b, "\xef\xbf\xbd");
		} else {
			err = ph_buf_append(&b,
			    (struct ph_span){ start, (size_t)(s.ptr - start) });
		}
	}
	if (err == PH_OK)
		j = json_stringn(ph_buf_str(&b), b.len);
	ph_buf_release(&b);
	return j;
}

json_t *ph_json_text(struct ph_span s)
{
	if (s.len == 0)
		return json_string("");
	if (ph_utf8_valid(s))
		return json_stringn(s.ptr, s.len);
	return text_mended(s);
}

json_t *ph_json_str(const char *s)
{
	return ph_json_text(ph_span_of(s));
}

json_t *ph_json_str_or_null(const char *s)
{
	return s == NULL || *s == '\0' ? json_null() : ph_json_str(s);
}

void ph_json_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0)
		(void)json_object_set_new(object, broken_key, json_true());
}

void ph_json_add(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		(void)json_array_append_new(array, json_string(broken_key));
}

json_t *ph_json_reply(
    unsigned code, const uint16_t enhanced[3], const char *text)
{
	char shown[PH_ENHANCED_TEXT_MAX];
	json_t *j;

	if (code == 0)
		return json_null();
	ph_enhanced_write(enhanced, shown);
	j = json_object();
	ph_json_put(j, "code", json_integer(code));
	ph_json_put(j, "enhanced", ph_json_str_or_null(shown));
	ph_json_put(j, "text", ph_json_str(text));
	return j;
}

json_t *ph_json_fault(const struct ph_fault *f)
{
	json_t *j;

	if (f == NULL || !ph_fault_is_set(f))
		return json_null();
	j = json_object();
	ph_json_put(j, "stage", json_string(ph_stage_name(f->stage)));
	ph_json_put(j, "cause", json_string(ph_cause_name(f->cause)));
	ph_json_put(j, "message", ph_json_str(f->text));
	ph_json_put(j, "advice", ph_json_str(ph_fault_advice(f)));
	ph_json_put(j, "setting", json_string(ph_fault_setting(f)));
	return j;
}

json_t *ph_json_ms(double ms)
{
	return ms < 0 ? json_null()
		      : json_real((double)(int64_t)(ms * 1000 + 0.5) / 1000);
}

static bool is_broken(json_t *j)
{
	json_t *value;
	size_t i;

	if (j == NULL || json_object_get(j, broken_key) != NULL)
		return true;
	for (void *at = json_object_iter(j); at != NULL;
	     at = json_object_iter_next(j, at)) {
		if (is_broken(json_object_iter_value(at)))
			return true;
	}
	json_array_foreach(j, i, value)
	{
		if (is_broken(value))
			return true;
	}
	return json_is_string(j) &&
	    ph_span_eq(
		ph_span_of(json_string_value(j)), ph_span_of(broken_key));
}

enum ph_exit ph_json_unwritten(void)
{
	/* `| head` has what it wanted. */
	if (errno == EPIPE)
		return PH_EXIT_PIPE;
	(void)fprintf(stderr,
	    "posthaste: error: standard output: %s\nadvice: %s\n",
	    strerror(errno), ph_cause_advice(PH_CAUSE_CANNOT_WRITE));
	return PH_EXIT_IOERR;
}

enum ph_exit ph_json_print(json_t **doc)
{
	char *text = is_broken(*doc)
	    ? NULL
	    : json_dumps(*doc,
		  JSON_COMPACT | JSON_REAL_PRECISION(10) | JSON_ENCODE_ANY);
	bool written;

	json_decref(*doc);
	*doc = NULL;
	if (text == NULL) {
		(void)fputs("posthaste: error: out of memory\n", stderr);
		return PH_EXIT_INTERNAL;
	}
	written = puts(text) >= 0 && fflush(stdout) == 0;
	free(text);
	if (written)
		return PH_EXIT_OK;
	return ph_json_unwritten();
}
