#include "foreign/preset.h"

#include "connection/preset.h"

#include <stdio.h>

enum {
	WORD_MAX = 64
};

static const struct ph_preset *find(
    struct ph_span word, struct ph_span region, struct ph_fault *fault)
{
	const struct ph_preset *p = NULL;
	char name[WORD_MAX + 1] = "";
	char place[WORD_MAX + 1] = "";

	if (word.len > WORD_MAX || region.len > WORD_MAX)
		return NULL;
	memcpy(name, word.ptr, word.len);
	if (region.len > 0)
		memcpy(place, region.ptr, region.len);
	if (ph_preset_find(name, place[0] == '\0' ? NULL : place, &p, fault) ==
	    PH_OK)
		return p;
	return NULL;
}

static enum ph_err copy(struct ph_foreign_reader *r,
    const struct ph_settings_file *f, const char *what)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; err == PH_OK && i < ph_settings_count; i++) {
		struct ph_span value = ph_settings_file_get(f, &ph_settings[i]);
		char key[64];

		if (value.ptr == NULL)
			continue;
		(void)snprintf(key, sizeof(key), "%s.%s",
		    ph_settings[i].section, ph_settings[i].name);
		err = ph_foreign_set(r, key, value, what);
	}
	return err;
}

enum ph_err ph_foreign_take_preset(struct ph_foreign_reader *r,
    struct ph_span word, struct ph_span region, const char *what)
{
	struct ph_fault fault = { 0 };
	const struct ph_preset *p = find(word, region, &fault);
	struct ph_settings_file *f = NULL;

	if (p == NULL) {
		return ph_foreign_refuse(r, "%s",
		    fault.text[0] == '\0' ? "no such provider is known"
					  : fault.text);
	}

	enum ph_err err =
	    ph_settings_file_parse("preset", "preset", PH_SPAN(""), &f, &fault);

	if (err == PH_OK)
		err = ph_preset_apply(p, f, &fault);
	if (err == PH_OK)
		err = copy(r, f, what);
	ph_settings_file_free(f);
	return err == PH_EDENIED ? ph_foreign_refuse(r, "%s", fault.text) : err;
}

bool ph_foreign_preset_is_fixed(struct ph_span word, struct ph_span region)
{
	const struct ph_preset *p = find(word, region, NULL);

	return p != NULL && p->form == PH_PRESET_FORM_FIXED;
}
