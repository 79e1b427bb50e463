#include "check.h"
#include "mail/param.h"

static const struct {
	const char *name, *filename, *param;
} cases[] = {
	{ "a.txt", "X: y; filename=\"a.txt\"\r\n", "X: y; name=\"a.txt\"\r\n" },
	{ "a \"b\"\\;.txt", "X: y; filename=\"a \\\"b\\\"\\\\;.txt\"\r\n",
	    "X: y; name=\"a \\\"b\\\"\\\\;.txt\"\r\n" },
	{ "\xc3\xa4.txt", "X: y; filename*=utf-8''%C3%A4.txt\r\n",
	    "X: y;\r\n name=\"=?utf-8?B?w6QudHh0?=\"\r\n" },
	{ "100%'s.\xc3\xa4", "X: y; filename*=utf-8''100%25%27s.%C3%A4\r\n",
	    "X: y;\r\n name=\"=?utf-8?B?MTAwJSdzLsOk?=\"\r\n" },
	{ "=?x?=", "X: y; filename*=utf-8''%3D%3Fx%3F%3D\r\n",
	    "X: y;\r\n name=\"=?utf-8?B?PT94Pz0=?=\"\r\n" },
	{ "0123456789012345678901234567890123456789\xc3\xa4\xc3\xa4",
	    "X: y; filename*0*=utf-8''"
	    "0123456789012345678901234567890123456789;\r\n "
	    "filename*1*=%C3%A4%C3%A4\r\n",
	    NULL },
	{ "0123456789012345678901234567890123456789012345678901234567890.x",
	    "X: y; filename*0*=utf-8''"
	    "0123456789012345678901234567890123456789012;"
	    "\r\n filename*1*=345678901234567890.x\r\n",
	    "X: y;\r\n "
	    "name=\"=?utf-8?Q?0123456789012345678901234567890123456789012345678"
	    "90123456?=\r\n =?utf-8?Q?7890=2Ex?=\"\r\n" },
	/* 60 octets once the backslashes are in, and one more. */
	{ "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"0123456789012345.txt",
	    "X: y;\r\n filename=\""
	    "\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\""
	    "\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\""
	    "0123456789012345.txt\"\r\n",
	    NULL },
	{ "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"01234567890123456.txt",
	    "X: y; filename*0*=utf-8''"
	    "%22%22%22%22%22%22%22%22%22%22%22%22%22%22;\r\n "
	    "filename*1*=%22%22%22%22%22%2201234567890123456.txt\r\n",
	    NULL },
};

/* The same in other charsets. */
static const struct {
	const char *charset, *name, *filename, *param;
} charsets[] = {
	{ "iso-8859-1", "a.txt", "X: y; filename=\"a.txt\"\r\n",
	    "X: y; name=\"a.txt\"\r\n" },
	{ "iso-8859-1", "\xc3\xa4.txt",
	    "X: y; filename*=iso-8859-1''%E4.txt\r\n",
	    "X: y;\r\n name=\"=?iso-8859-1?B?5C50eHQ=?=\"\r\n" },
	/* Each piece begins and ends in ASCII. */
	{ "iso-2022-jp",
	    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae"
	    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae"
	    "\xe6\x97\xa5\xe6\x9c\xac",
	    "X: y; filename*0*=iso-2022-jp''"
	    "%1B%24BF%7CK%5C8l%24NF%7CK%5C8l%24N%1B%28B;\r\n "
	    "filename*1*=%1B%24BF%7CK%5C%1B%28B\r\n",
	    NULL },
	/* The second octet of a character is a backslash. */
	{ "shift_jis", "\xe8\xa1\xa8.txt",
	    "X: y; filename*=shift_jis''%95%5C.txt\r\n",
	    "X: y;\r\n name=\"=?shift_jis?B?lVwudHh0?=\"\r\n" },
	{ "gb18030", "\xc3\xa4.txt",
	    "X: y; filename*=gb18030''%810%8A1.txt\r\n", NULL },
};

enum which {
	FILENAME,
	NAME
};

static enum ph_err write_in(enum which which, struct ph_span name,
    const struct ph_charset *charset, struct ph_buf *out)
{
	struct ph_fold f;
	uint32_t missing = 0;
	enum ph_err err = ph_fold_start(&f, out, "X");

	if (err == PH_OK)
		err = ph_fold_word(&f, PH_SPAN(" "), PH_SPAN("y"));
	if (err == PH_OK) {
		err = which == NAME
		    ? ph_param_name(&f, name, charset, &missing)
		    : ph_param_filename(&f, name, charset, &missing);
	}
	/* What is missing here is the snowman. */
	if (err == PH_EINVAL)
		check_int(missing, 0x2603);
	return err == PH_OK ? ph_fold_end(&f) : err;
}

static enum ph_err write_with(
    enum which which, struct ph_span name, struct ph_buf *out)
{
	static const struct ph_charset utf8;

	return write_in(which, name, &utf8, out);
}

static void test_charsets(void)
{
	struct ph_charset c;
	struct ph_buf out;

	ph_buf_init(&out, 1000);
	for (size_t i = 0; i < PH_COUNT(charsets); i++) {
		struct ph_span name = ph_span_of(charsets[i].name);

		check_case(charsets[i].charset, i);
		check(ph_charset_open(ph_span_of(charsets[i].charset), &c) ==
		    PH_OK);
		ph_buf_clear(&out);
		check(write_in(FILENAME, name, &c, &out) == PH_OK);
		check_str(ph_buf_str(&out), charsets[i].filename);
		ph_buf_clear(&out);
		check(write_in(NAME, name, &c, &out) == PH_OK);
		if (charsets[i].param != NULL)
			check_str(ph_buf_str(&out), charsets[i].param);
		ph_charset_close(&c);
	}
	check(ph_charset_open(PH_SPAN("us-ascii"), &c) == PH_OK);
	check(write_in(FILENAME, PH_SPAN("a\xe2\x98\x83"), &c, &out) ==
	    PH_EINVAL);
	check(write_in(NAME, PH_SPAN("a\xe2\x98\x83"), &c, &out) == PH_EINVAL);
	ph_charset_close(&c);
	ph_buf_release(&out);
}

int main(void)
{
	struct ph_buf out;

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span name = ph_span_of(cases[i].name);

		check_case(cases[i].name, i);
		ph_buf_init(&out, 1000);
		check(write_with(FILENAME, name, &out) == PH_OK);
		check_str(ph_buf_str(&out), cases[i].filename);
		ph_buf_clear(&out);
		check(write_with(NAME, name, &out) == PH_OK);
		if (cases[i].param != NULL)
			check_str(ph_buf_str(&out), cases[i].param);

		size_t full = out.len;

		ph_buf_release(&out);
		for (size_t max = 0; max < full; max++) {
			ph_buf_init(&out, max);
			check(write_with(NAME, name, &out) == PH_ETOOBIG);
			ph_buf_release(&out);
		}
		for (size_t max = 0; max < strlen(cases[i].filename); max++) {
			ph_buf_init(&out, max);
			check(write_with(FILENAME, name, &out) == PH_ETOOBIG);
			ph_buf_release(&out);
		}
	}
	test_charsets();
	return check_end();
}
