#include "foreign/json.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

void ph_foreign_json_free(void *p)
{
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

/* Memory it took from malloc before may be given back this way, too. */
void ph_foreign_json_wipes(void)
{
	json_set_alloc_funcs(malloc, ph_foreign_json_free);
}

enum ph_err ph_foreign_json_read(
    struct ph_span text, json_t **out, const char **why, unsigned *line_out)
{
	json_error_t error;
	json_t *j;

	ph_foreign_json_wipes();
	j = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(j)) {
		*out = j;
		return PH_OK;
	}

	bool is_json = j != NULL;

	json_decref(j);
	/* Where memory is out it mostly says nothing at all. */
	if (!is_json &&
	    (error.text[0] == '\0' ||
		json_error_code(&error) == json_error_out_of_memory))
		return PH_ENOMEM;
	*line_out = is_json || error.line < 0 ? 0 : (unsigned)error.line;
	*why = is_json ? "it is JSON, and no object"
		       : "it is not JSON from here on (names and texts stand "
			 "in double quotes)";
	return PH_EINVAL;
}

struct ph_span ph_foreign_json_text(
    const json_t *value, struct ph_foreign_json_room *room)
{
	if (json_is_string(value)) {
		return (struct ph_span){ json_string_value(value),
			json_string_length(value) };
	}
	if (json_is_boolean(value))
		return json_is_true(value) ? PH_SPAN("true") : PH_SPAN("false");
	if (json_is_integer(value)) {
		int n = snprintf(room->text, sizeof(room->text), "%lld",
		    (long long)json_integer_value(value));

		return (struct ph_span){ room->text, (size_t)n };
	}
	return (struct ph_span){ 0 };
}
