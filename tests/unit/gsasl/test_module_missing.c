#include "check.h"
#include "sasl/client.h"
#include "sasl/gsasl.h"
#include "sasl/server.h"

/* A program that does not find its module. */

int main(void)
{
	static const struct ph_sasl_credentials ann = {
		.username = { "ann", 3 },
		.password = { "secret", 6 },
		.has_password = true,
	};
	static const struct ph_sasl_channel channel = { .secure = true };
	static const struct ph_sasl_users users = { .anonymous = true };
	struct ph_sasl_client *client = NULL;
	struct ph_sasl_server *server = NULL;

	check(ph_gsasl() == NULL);
	check(ph_sasl_client_new("PLAIN", &ann, &channel, &client) == PH_EIO);
	check(client == NULL);
	check(ph_sasl_server_new(PH_SPAN("PLAIN"), &users, &channel, &server) ==
	    PH_EIO);
	check(server == NULL);
	/* What is not spoken needs no module to say so. */
	check(ph_sasl_client_new("SECURID", &ann, &channel, &client) ==
	    PH_ENOTFOUND);
	return check_end();
}
