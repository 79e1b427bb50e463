#include "check.h"
#include "token/exchange.h"

#include <string.h>

/* A program that does not find its module. */

int main(void)
{
	static const struct ph_token_site site = {
		.device_url = "https://h/d",
		.token_url = "https://h/t",
		.scope = "",
		.client_id = "app",
		.ca_file = "",
		.timeout = 1000,
	};
	const struct ph_token_exchange x = { .site = &site };
	struct ph_oauth_tokens t = { 0 };
	struct ph_oauth_refusal why;
	struct ph_fault fault = { 0 };

	check_int(ph_token_ask_app(&x, &t, &why, &fault), PH_EIO);
	check_int(fault.cause, PH_CAUSE_INTERNAL);
	check(strstr(fault.text, "posthaste-http.so") != NULL);
	check(t.access.ptr == NULL);
	return check_end();
}
