#include "gsasl/module.h"
#include "gsasl/kerberos.h"

__attribute__((visibility("default"))) const struct ph_gsasl ph_gsasl_module = {
	.client = {
		.begin = ph_gsasl_client_begin,
		.end = ph_gsasl_client_end,
		.step = ph_gsasl_client_step,
		.module = PH_GSASL_FILE,
	},
	.server_new = ph_gsasl_server_new,
	.server_free = ph_gsasl_server_free,
	.server_step = ph_gsasl_server_step,
	.server_username = ph_gsasl_server_username,
	.kerberos = {
		.begin = ph_kerberos_begin,
		.end = ph_kerberos_end,
		.step = ph_kerberos_step,
	},
};
