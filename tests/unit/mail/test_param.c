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
};

enum which {
	FILENAME,
	NAME
};

static enum ph_err write_with(
    enum which which, struct ph_span name, struct ph_buf *out)
{
	struct ph_fold f;
	enum ph_err err = ph_fold_start(&f, out, "X");

	if (err == PH_OK)
		err = ph_fold_word(&f, PH_SPAN(" "), PH_SPAN("y"));
	if (err == PH_OK) {
		err = which == NAME ? ph_param_name(&f, name)
				    : ph_param_filename(&f, name);
	}
	return err == PH_OK ? ph_fold_end(&f) : err;
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
	return check_end();
}
