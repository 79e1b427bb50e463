#include "check.h"
#include "gsasl/kerberos.h"

#include <gssapi/gssapi.h>
#include <string.h>

/* What is told of each status, by a Kerberos that says what the test wants. */

static struct {
	OM_uint32 import, init, minor;
	unsigned lines; /* of the words for it; 0: it has none */
	char service[64];
	int made, freed; /* contexts */
} library;

OM_uint32 wrap_import(OM_uint32 *minor, gss_buffer_t text, gss_OID type,
    gss_name_t *out) __asm__("__wrap_gss_import_name");
/* Of thirteen parameters these are of interest; the calling convention lets the
   others be. */
OM_uint32 wrap_init(OM_uint32 *minor, gss_cred_id_t cred, gss_ctx_id_t *context,
    gss_name_t name, gss_OID mech,
    OM_uint32 flags) __asm__("__wrap_gss_init_sec_context");
OM_uint32 wrap_delete(OM_uint32 *minor, gss_ctx_id_t *context,
    gss_buffer_t out) __asm__("__wrap_gss_delete_sec_context");
OM_uint32 wrap_release_name(OM_uint32 *minor, gss_name_t *name) __asm__(
    "__wrap_gss_release_name");
OM_uint32 wrap_display(OM_uint32 *minor, OM_uint32 status, int type,
    gss_OID mech, OM_uint32 *more,
    gss_buffer_t out) __asm__("__wrap_gss_display_status");
OM_uint32 wrap_release(OM_uint32 *minor, gss_buffer_t text) __asm__(
    "__wrap_gss_release_buffer");

OM_uint32 wrap_import(
    OM_uint32 *minor, gss_buffer_t text, gss_OID type, gss_name_t *out)
{
	(void)type;
	*minor = library.minor;
	check(text->length < sizeof(library.service));
	memcpy(library.service, text->value, text->length);
	library.service[text->length] = '\0';
	if (!GSS_ERROR(library.import))
		*out = (gss_name_t)(void *)&library;
	return library.import;
}

OM_uint32 wrap_init(OM_uint32 *minor, gss_cred_id_t cred, gss_ctx_id_t *context,
    gss_name_t name, gss_OID mech, OM_uint32 flags)
{
	check(cred == GSS_C_NO_CREDENTIAL);
	check(mech != GSS_C_NO_OID && mech->length == 9);
	check(name == (gss_name_t)(void *)&library);
	check((flags & GSS_C_MUTUAL_FLAG) != 0);
	*minor = library.minor;
	if (!GSS_ERROR(library.init)) {
		*context = (gss_ctx_id_t)(void *)&library;
		library.made++;
	}
	return library.init;
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
	return GSS_S_COMPLETE;
}

OM_uint32 wrap_display(OM_uint32 *minor, OM_uint32 status, int type,
    gss_OID mech, OM_uint32 *more, gss_buffer_t out)
{
	static char of_mechanism[] = "words";
	static char of_major[] = "major words";

	(void)status;
	*minor = 0;
	check(mech->length == 9);
	if (library.lines == 0)
		return GSS_S_BAD_STATUS;
	library.lines--;
	*more = library.lines;
	out->value = type == GSS_C_MECH_CODE ? of_mechanism : of_major;
	out->length = strlen(out->value);
	return GSS_S_COMPLETE;
}

OM_uint32 wrap_release(OM_uint32 *minor, gss_buffer_t text)
{
	*minor = 0;
	text->length = 0;
	return GSS_S_COMPLETE;
}

static const struct {
	OM_uint32 import, init;
	int32_t minor;
	unsigned lines;
	const char *remark; /* NULL: there is a ticket */
} rows[] = {
	{ GSS_S_COMPLETE, GSS_S_CONTINUE_NEEDED, 0, 1, NULL },
	{ GSS_S_COMPLETE, GSS_S_COMPLETE, 0, 1, NULL },
	{ GSS_S_COMPLETE, GSS_S_NO_CRED, -1765328243, 1,
	    "there is no Kerberos ticket; kinit gets one (words)" },
	{ GSS_S_COMPLETE, GSS_S_FAILURE, -1765328189, 1,
	    "there is no Kerberos ticket; kinit gets one (words)" },
	{ GSS_S_COMPLETE, GSS_S_FAILURE, -1765328352, 1,
	    "the Kerberos ticket has run out; kinit gets a new one (words)" },
	{ GSS_S_COMPLETE, GSS_S_FAILURE, -1765328377, 2,
	    "the KDC knows no such service: the host is of another realm, or "
	    "has another name there (words, words)" },
	{ GSS_S_COMPLETE, GSS_S_FAILURE, -1765328228, 1,
	    "the KDC cannot be reached (words)" },
	{ GSS_S_COMPLETE, GSS_S_FAILURE, -1765328230, 1,
	    "nobody knows a KDC for the realm; see krb5.conf (words)" },
	{ GSS_S_COMPLETE, GSS_S_FAILURE, -1765328347, 1,
	    "the clocks of this computer and of the KDC are too far apart "
	    "(words)" },
	/* Not known: the library's own words, at most four lines. */
	{ GSS_S_COMPLETE, GSS_S_FAILURE, 7, 99, "words, words, words, words" },
	{ GSS_S_COMPLETE, GSS_S_FAILURE, 0, 1, "major words" },
	{ GSS_S_BAD_NAME, GSS_S_COMPLETE, 0, 1, "major words" },
	/* It has no words. */
	{ GSS_S_COMPLETE, GSS_S_FAILURE, 7, 0, "" },
};

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_buf remark;
		bool good = rows[i].remark == NULL;

		library.import = rows[i].import;
		library.init = rows[i].init;
		library.minor = (OM_uint32)rows[i].minor;
		library.lines = rows[i].lines;
		check_case("status", i);
		ph_buf_init(&remark, 512);
		check(ph_kerberos_prepare(PH_SPAN("mx.example.com"), &remark) ==
		    (good ? PH_OK : PH_EPROTO));
		check_str(ph_buf_str(&remark), good ? "" : rows[i].remark);
		check_str(library.service, "smtp@mx.example.com");
		check_int(library.made, library.freed);
		ph_buf_release(&remark);
	}
	return check_end();
}
