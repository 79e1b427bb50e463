#include "check.h"
#include "gsasl/kerberos.h"
#include "gsasl/module.h"

#include <gssapi/gssapi.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Words of Kerberos, by a library that says what the test wants. */

static struct {
	OM_uint32 answer;
	const char *token; /* what it says */
	char heard[64];    /* what it was told; "none" */
	char service[64];
	unsigned made, freed; /* contexts, and names */
} library;

OM_uint32 wrap_import(OM_uint32 *minor, gss_buffer_t text, gss_OID type,
    gss_name_t *out) __asm__("__wrap_gss_import_name");
OM_uint32 wrap_delete(OM_uint32 *minor, gss_ctx_id_t *context,
    gss_buffer_t out) __asm__("__wrap_gss_delete_sec_context");
OM_uint32 wrap_release_name(OM_uint32 *minor, gss_name_t *name) __asm__(
    "__wrap_gss_release_name");
OM_uint32 wrap_release(OM_uint32 *minor, gss_buffer_t text) __asm__(
    "__wrap_gss_release_buffer");
/* Of thirteen parameters (RFC 2744 5.19) the first five, and the others by
   hand: they lie where those of a function like printf do. */
OM_uint32 wrap_init(OM_uint32 *minor, gss_cred_id_t cred, gss_ctx_id_t *context,
    gss_name_t name, gss_OID mech, ...) __asm__("__wrap_gss_init_sec_context");

OM_uint32 wrap_import(
    OM_uint32 *minor, gss_buffer_t text, gss_OID type, gss_name_t *out)
{
	(void)type;
	*minor = 0;
	memcpy(library.service, text->value, text->length);
	library.service[text->length] = '\0';
	*out = (gss_name_t)(void *)&library;
	library.made++;
	return GSS_S_COMPLETE;
}

OM_uint32 wrap_init(OM_uint32 *minor, gss_cred_id_t cred, gss_ctx_id_t *context,
    gss_name_t name, gss_OID mech, ...)
{
	va_list ap;

	va_start(ap, mech);
	check_int(va_arg(ap, OM_uint32), GSS_C_MUTUAL_FLAG);
	check_int(va_arg(ap, OM_uint32), 0);
	check(va_arg(ap, gss_channel_bindings_t) == GSS_C_NO_CHANNEL_BINDINGS);

	const gss_buffer_desc *in = va_arg(ap, gss_buffer_t);

	(void)va_arg(ap, gss_OID *);

	gss_buffer_desc *out = va_arg(ap, gss_buffer_t);

	va_end(ap);
	(void)snprintf(library.heard, sizeof(library.heard), "%.*s",
	    in == NULL ? 4 : (int)in->length,
	    in == NULL ? "none" : (const char *)in->value);
	check(cred == GSS_C_NO_CREDENTIAL);
	check(mech->length == 9);
	check(name == (gss_name_t)(void *)&library);
	check((*context == GSS_C_NO_CONTEXT) == (in == GSS_C_NO_BUFFER));
	*minor = 0;
	/* One that fails may leave a context behind, and words. */
	if (*context == GSS_C_NO_CONTEXT)
		library.made++;
	*context = (gss_ctx_id_t)(void *)&library;
	out->length = strlen(library.token);
	out->value = out->length == 0 ? NULL : strdup(library.token);
	return library.answer;
}

OM_uint32 wrap_delete(OM_uint32 *minor, gss_ctx_id_t *context, gss_buffer_t out)
{
	(void)out;
	*minor = 0;
	*context = GSS_C_NO_CONTEXT;
	library.freed++;
	return GSS_S_COMPLETE;
}

OM_uint32 wrap_release_name(OM_uint32 *minor, gss_name_t *name)
{
	*minor = 0;
	*name = GSS_C_NO_NAME;
	library.freed++;
	return GSS_S_COMPLETE;
}

OM_uint32 wrap_release(OM_uint32 *minor, gss_buffer_t text)
{
	*minor = 0;
	free(text->value);
	*text = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
	return GSS_S_COMPLETE;
}

struct step {
	const char *challenge;
	OM_uint32 answer;
	const char *token;
	enum ph_err err;
	const char *heard;
};

static const struct {
	const char *name;
	struct step steps[3];
} rows[] = {
	{ "the service proves itself",
	    { { "", GSS_S_CONTINUE_NEEDED, "AP-REQ", PH_OK, "none" },
		{ "AP-REP", GSS_S_COMPLETE, "", PH_EOF, "AP-REP" },
		{ "more", GSS_S_COMPLETE, "", PH_EPROTO, "AP-REP" } } },
	{ "three words",
	    { { "", GSS_S_CONTINUE_NEEDED, "AP-REQ", PH_OK, "none" },
		{ "1", GSS_S_CONTINUE_NEEDED, "2", PH_OK, "1" },
		{ "3", GSS_S_COMPLETE, "4", PH_EOF, "3" } } },
	{ "a false word",
	    { { "", GSS_S_CONTINUE_NEEDED, "AP-REQ", PH_OK, "none" },
		{ "x", GSS_S_DEFECTIVE_TOKEN, "why", PH_EPROTO, "x" } } },
	{ "too long",
	    { { "", GSS_S_CONTINUE_NEEDED, "0123456789abcdefg", PH_ETOOBIG,
		"none" } } },
};

static void run(const struct step steps[3])
{
	const struct ph_kerberos *by = &ph_gsasl_module.kerberos;
	struct ph_kerberos_context *k = NULL;
	struct ph_buf out;
	struct ph_buf remark;

	ph_buf_init(&out, 16);
	ph_buf_init(&remark, 512);
	check(by->begin(PH_SPAN("HTTP@proxy.example.com"), &k) == PH_OK);
	for (size_t i = 0; i < 3 && steps[i].challenge != NULL; i++) {
		library.answer = steps[i].answer;
		library.token = steps[i].token;

		enum ph_err err =
		    by->step(k, ph_span_of(steps[i].challenge), &out, &remark);

		check_int(err, steps[i].err);
		check_str(library.heard, steps[i].heard);
		check_str(library.service, "HTTP@proxy.example.com");
		check_str(ph_buf_str(&out),
		    err == PH_OK || err == PH_EOF ? steps[i].token : "");
	}
	by->end(k);
	ph_buf_release(&out);
	ph_buf_release(&remark);
}

int main(void)
{
	struct ph_kerberos_context *k = NULL;
	static char host[400];

	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		check_case(rows[i].name, i);
		run(rows[i].steps);
		check_int(library.made, library.freed);
	}
	check(ph_kerberos_begin((struct ph_span){ host, sizeof(host) }, &k) ==
	    PH_ETOOBIG);
	check(k == NULL);
	ph_gsasl_module.kerberos.end(NULL);
	return check_end();
}
