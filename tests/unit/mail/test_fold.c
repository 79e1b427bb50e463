#include "check.h"
#include "mail/fold.h"

int main(void)
{
	struct ph_fold f;
	struct ph_buf out;
	const struct ph_span blank = PH_SPAN(" ");
	const struct ph_span word =
	    PH_SPAN("012345678901234567890123456789012345");

	ph_buf_init(&out, 1000);
	check(ph_fold_start(&f, &out, "X") == PH_OK);
	check_int(ph_fold_room(&f), 73);
	check(ph_fold_word(&f, blank, word) == PH_OK);
	check(ph_fold_word(&f, blank, word) == PH_OK);
	check_int(ph_fold_room(&f), 0);
	check(ph_fold_glue(&f, PH_SPAN(",")) == PH_OK);
	check(ph_fold_word(&f, blank, PH_SPAN("a")) == PH_OK);
	ph_fold_break(&f);
	check_int(ph_fold_room(&f), 0);
	check(ph_fold_word(&f, PH_SPAN("\t"), PH_SPAN("b")) == PH_OK);
	check(ph_fold_end(&f) == PH_OK);
	check_str(ph_buf_str(&out),
	    "X: 012345678901234567890123456789012345 "
	    "012345678901234567890123456789012345,\r\n a\r\n\tb\r\n");
	ph_buf_release(&out);

	/* 76 columns fit, 77 do not. */
	ph_buf_init(&out, 1000);
	check(ph_fold_start(&f, &out, "X") == PH_OK);
	check(ph_fold_word(&f, blank, word) == PH_OK);
	check(ph_fold_glue(
		  &f, PH_SPAN("01234567890123456789012345678901234")) == PH_OK);
	check(ph_fold_word(&f, blank, PH_SPAN("b")) == PH_OK);
	check_int(ph_span_find(ph_buf_span(&out), '\r'), out.len);
	check(ph_fold_word(&f, blank, PH_SPAN("c")) == PH_OK);
	check(ph_span_find(ph_buf_span(&out), '\r') == 76);
	ph_buf_release(&out);
	return check_end();
}
