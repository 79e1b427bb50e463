#include "gsasl/kerberos.h"

enum {
	SERVICE_MAX = 300,
	TICKET_MAX = 128 * 1024
};

static enum ph_err get_ticket(struct ph_span service, struct ph_buf *remark)
{
	struct ph_kerberos_context *k = NULL;
	struct ph_buf token;
	enum ph_err err = ph_kerberos_begin(service, &k);

	if (err != PH_OK)
		return err;
	ph_buf_init(&token, TICKET_MAX);
	err = ph_kerberos_step(k, (struct ph_span){ 0 }, &token, remark);
	ph_buf_wipe(&token);
	ph_kerberos_end(k);
	return err == PH_EOF ? PH_OK : err;
}

enum ph_err ph_kerberos_prepare(struct ph_span host, struct ph_buf *remark)
{
	struct ph_buf service;

	ph_buf_init(&service, SERVICE_MAX);

	enum ph_err err =
	    ph_buf_appendf(&service, "smtp@%.*s", PH_SPAN_ARG(host));
	if (err == PH_OK)
		err = get_ticket(ph_buf_span(&service), remark);
	ph_buf_release(&service);
	return err;
}
