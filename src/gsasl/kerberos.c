#include "gsasl/kerberos.h"

#include <gssapi/gssapi.h>

enum {
	SERVICE_MAX = 300,
	/* A status has one line; some libraries tell what led to it. */
	LINES_MAX = 4
};

/* What Kerberos says (its error tables, com_err numbers), and what it means
   here.  What is none of these is told in the library's own words alone. */
enum status {
	NO_SUCH_FILE = -1765328189,
	NO_CACHE = -1765328243,
	EXPIRED = -1765328352,
	NO_SUCH_SERVICE = -1765328377,
	KDC_SILENT = -1765328228,
	NO_REALM = -1765328230,
	CLOCK_SKEW = -1765328347
};

static const struct {
	enum status status;
	const char *words;
} meanings[] = {
	{ NO_SUCH_FILE, "there is no Kerberos ticket; kinit gets one" },
	{ NO_CACHE, "there is no Kerberos ticket; kinit gets one" },
	{ EXPIRED, "the Kerberos ticket has run out; kinit gets a new one" },
	{ NO_SUCH_SERVICE,
	    "the KDC knows no such service: the server is of another realm, or "
	    "has another name there" },
	{ KDC_SILENT, "the KDC cannot be reached" },
	{ NO_REALM, "nobody knows a KDC for the realm; see krb5.conf" },
	{ CLOCK_SKEW,
	    "the clocks of this computer and of the KDC are too far apart" },
};

/* 1.2.840.113554.1.2.2 (RFC 1964). */
static const unsigned char krb5_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12,
	0x01, 0x02, 0x02 };

static void add_words(OM_uint32 minor, int type, struct ph_buf *remark)
{
	unsigned char octets[sizeof(krb5_oid)];
	gss_OID_desc krb5 = { sizeof(octets), octets };
	OM_uint32 more = 0;

	memcpy(octets, krb5_oid, sizeof(octets));
	for (int i = 0; i < LINES_MAX && (i == 0 || more != 0); i++) {
		gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
		OM_uint32 ignored = 0;

		if (GSS_ERROR(gss_display_status(
			&ignored, minor, type, &krb5, &more, &text)))
			return;
		/* Words that do not fit in are left out. */
		(void)!ph_buf_appendf(remark, "%s%.*s", i == 0 ? "" : ", ",
		    (int)text.length, (const char *)text.value);
		(void)gss_release_buffer(&ignored, &text);
	}
}

static void explain(OM_uint32 major, OM_uint32 minor, struct ph_buf *remark)
{
	for (size_t i = 0; i < PH_COUNT(meanings); i++) {
		if ((enum status)minor == meanings[i].status) {
			(void)!ph_buf_appendf(
			    remark, "%s (", meanings[i].words);
			add_words(minor, GSS_C_MECH_CODE, remark);
			(void)!ph_buf_append_str(remark, ")");
			return;
		}
	}
	if (minor != 0) {
		add_words(minor, GSS_C_MECH_CODE, remark);
	} else {
		add_words(major, GSS_C_GSS_CODE, remark);
	}
}

static OM_uint32 get_ticket(
    const struct ph_buf *service, OM_uint32 *minor, OM_uint32 *major)
{
	gss_buffer_desc text = { service->len, service->ptr };
	gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
	gss_name_t name = GSS_C_NO_NAME;
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	OM_uint32 ignored = 0;

	*major =
	    gss_import_name(minor, &text, GSS_C_NT_HOSTBASED_SERVICE, &name);
	if (!GSS_ERROR(*major)) {
		*major = gss_init_sec_context(minor, GSS_C_NO_CREDENTIAL,
		    &context, name, GSS_C_NO_OID, GSS_C_MUTUAL_FLAG, 0,
		    GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER, NULL, &token,
		    NULL, NULL);
	}
	(void)gss_release_buffer(&ignored, &token);
	if (context != GSS_C_NO_CONTEXT) {
		(void)gss_delete_sec_context(
		    &ignored, &context, GSS_C_NO_BUFFER);
	}
	if (name != GSS_C_NO_NAME)
		(void)gss_release_name(&ignored, &name);
	return GSS_ERROR(*major);
}

enum ph_err ph_kerberos_prepare(struct ph_span host, struct ph_buf *remark)
{
	struct ph_buf service;
	OM_uint32 minor = 0;
	OM_uint32 major = 0;

	ph_buf_init(&service, SERVICE_MAX);

	enum ph_err err =
	    ph_buf_appendf(&service, "smtp@%.*s", PH_SPAN_ARG(host));
	if (err == PH_OK && get_ticket(&service, &minor, &major) != 0) {
		explain(major, minor, remark);
		err = PH_EPROTO;
	}
	ph_buf_release(&service);
	return err;
}
