#include "base/code_page.h"

#include "base/ascii.h"
#include "base/err.h"

enum {
	KEY_MAX = 24
};

/* The names preferred for MIME, as IANA registered them. */
static const char *const names[] = {
	"utf-8",
	"us-ascii",
	"iso-8859-1",
	"iso-8859-2",
	"iso-8859-3",
	"iso-8859-4",
	"iso-8859-5",
	"iso-8859-6",
	"iso-8859-7",
	"iso-8859-8",
	"iso-8859-9",
	"iso-8859-10",
	"iso-8859-11",
	"iso-8859-13",
	"iso-8859-14",
	"iso-8859-15",
	"iso-8859-16",
	"windows-874",
	"windows-1250",
	"windows-1251",
	"windows-1252",
	"windows-1253",
	"windows-1254",
	"windows-1255",
	"windows-1256",
	"windows-1257",
	"windows-1258",
	"koi8-r",
	"koi8-u",
	"tis-620",
	"iso-2022-jp",
	"shift_jis",
	"euc-jp",
	"euc-kr",
	"gb2312",
	"gbk",
	"gb18030",
	"big5",
	"big5-hkscs",
};

/* Keys, as make_key() makes them, of what else people write. */
static const struct {
	const char *key, *name;
} aliases[] = {
	{ "ascii", "us-ascii" },
	{ "latin1", "iso-8859-1" },
	{ "latin2", "iso-8859-2" },
	{ "latin3", "iso-8859-3" },
	{ "latin4", "iso-8859-4" },
	{ "cyrillic", "iso-8859-5" },
	{ "arabic", "iso-8859-6" },
	{ "greek", "iso-8859-7" },
	{ "hebrew", "iso-8859-8" },
	{ "latin5", "iso-8859-9" },
	{ "latin6", "iso-8859-10" },
	{ "latin7", "iso-8859-13" },
	{ "latin8", "iso-8859-14" },
	{ "latin9", "iso-8859-15" },
	{ "latin10", "iso-8859-16" },
	{ "cp874", "windows-874" },
	{ "cp1250", "windows-1250" },
	{ "cp1251", "windows-1251" },
	{ "cp1252", "windows-1252" },
	{ "cp1253", "windows-1253" },
	{ "cp1254", "windows-1254" },
	{ "cp1255", "windows-1255" },
	{ "cp1256", "windows-1256" },
	{ "cp1257", "windows-1257" },
	{ "cp1258", "windows-1258" },
	{ "jis", "iso-2022-jp" },
	{ "sjis", "shift_jis" },
	{ "xsjis", "shift_jis" },
	{ "ksc56011987", "euc-kr" },
	{ "euccn", "gb2312" },
	{ "cp936", "gbk" },
};

/* Letters and digits only, in lower case; false: too long, or not a name. */
static bool make_key(struct ph_span written, char key[KEY_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < written.len; i++) {
		char c = ph_ascii_lower(written.ptr[i]);

		if (c == '-' || c == '_' || c == '.' || c == ':')
			continue;
		if (!ph_ascii_is_alnum(c) || len == KEY_MAX - 1)
			return false;
		key[len++] = c;
	}
	key[len] = '\0';
	return len > 0;
}

const char *ph_code_page_name(struct ph_span written)
{
	char key[KEY_MAX];
	char other[KEY_MAX];

	if (!make_key(written, key))
		return NULL;
	for (size_t i = 0; i < PH_COUNT(aliases); i++) {
		if (strcmp(key, aliases[i].key) == 0)
			return aliases[i].name;
	}
	for (size_t i = 0; i < PH_COUNT(names); i++) {
		if (make_key(ph_span_of(names[i]), other) &&
		    strcmp(key, other) == 0)
			return names[i];
	}
	return NULL;
}

const char *ph_code_page_at(size_t i)
{
	return i < PH_COUNT(names) ? names[i] : NULL;
}

bool ph_code_page_is_stateful(const char *name)
{
	return strcmp(name, "iso-2022-jp") == 0;
}
