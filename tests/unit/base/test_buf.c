#include "base/buf.h"
#include "check.h"

int main(void)
{
	struct ph_buf b;

	ph_buf_init(&b, 8);
	check(ph_buf_append(&b, PH_SPAN("12345678")) == PH_OK);
	check(ph_buf_append_char(&b, '9') == PH_ETOOBIG);
	check_str(ph_buf_str(&b), "12345678");
	ph_buf_consume(&b, 3);
	check(ph_buf_appendf(&b, "%d", 901) == PH_OK);
	check_str(ph_buf_str(&b), "45678901");
	ph_buf_release(&b);
	return check_end();
}
