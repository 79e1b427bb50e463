#include "base/stage.h"

#include "check.h"

/* The order and the words are a promise to users. */
static const char *const words[] = { "config", "dns", "connect", "proxy",
	"greeting", "tls", "ehlo", "auth", "mail", "rcpt", "data", "quit" };

int main(void)
{
	check_int(PH_STAGE_COUNT, sizeof(words) / sizeof(words[0]));
	for (int i = 0; i < PH_STAGE_COUNT; i++)
		check_str(ph_stage_name((enum ph_stage)i), words[i]);
	return check_end();
}
