#include "gsasl/kerberos.h"

#include <gssapi/gssapi.h>
#include <stdlib.h>

enum {
	SERVICE_MAX = 300,
	/* A status has one line; some libraries tell what led to it. */
	LINES_MAX = 4
};

struct ph_kerberos_context {
	gss_ctx_id_t context;
	struct ph_buf service;
	bool is_through;
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
	    "the KDC knows no such service: the host is of another realm, or "
	    "has another name there" },
	{ KDC_SILENT, "the KDC cannot be reached" },
	{ NO_REALM, "nobody knows a KDC for the realm; see krb5.conf" },
	{ CLOCK_SKEW,
	    "the clocks of this computer and of the KDC are too far apart" },
};

/* 1.2.840.113554.1.2.2 (RFC 4121). */
static const unsigned char krb5_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12,
	0x01, 0x02, 0x02 };

/* what went wrong */

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

/* the login */

enum ph_err ph_kerberos_begin(
    struct ph_span service, struct ph_kerberos_context **out)
{
	struct ph_kerberos_context *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return PH_ENOMEM;
	k->context = GSS_C_NO_CONTEXT;
	ph_buf_init(&k->service, SERVICE_MAX);

	enum ph_err err = ph_buf_append(&k->service, service);
	if (err != PH_OK) {
		ph_kerberos_end(k);
		return err;
	}
	*out = k;
	return PH_OK;
}

void ph_kerberos_end(struct ph_kerberos_context *k)
{
	OM_uint32 ignored = 0;

	if (k == NULL)
		return;
	if (k->context != GSS_C_NO_CONTEXT) {
		(void)gss_delete_sec_context(
		    &ignored, &k->context, GSS_C_NO_BUFFER);
	}
	ph_buf_release(&k->service);
	free(k);
}

/* libgssglue knows no SPNEGO, and MIT's would hide what Kerberos says. */
static OM_uint32 speak(struct ph_kerberos_context *k,
    const struct ph_buf *challenge, gss_buffer_t token, OM_uint32 *minor)
{
	unsigned char octets[sizeof(krb5_oid)];
	gss_OID_desc krb5 = { sizeof(octets), octets };
	gss_buffer_desc service = { k->service.len, k->service.ptr };
	gss_buffer_desc heard = { challenge->len, challenge->ptr };
	gss_name_t name = GSS_C_NO_NAME;
	OM_uint32 ignored = 0;
	OM_uint32 major;

	memcpy(octets, krb5_oid, sizeof(octets));
	major =
	    gss_import_name(minor, &service, GSS_C_NT_HOSTBASED_SERVICE, &name);
	if (!GSS_ERROR(major)) {
		major = gss_init_sec_context(minor, GSS_C_NO_CREDENTIAL,
		    &k->context, name, &krb5, GSS_C_MUTUAL_FLAG, 0,
		    GSS_C_NO_CHANNEL_BINDINGS,
		    heard.length == 0 ? GSS_C_NO_BUFFER : &heard, NULL, token,
		    NULL, NULL);
	}
	if (name != GSS_C_NO_NAME)
		(void)gss_release_name(&ignored, &name);
	return major;
}

enum ph_err ph_kerberos_step(struct ph_kerberos_context *k,
    struct ph_span challenge, struct ph_buf *out, struct ph_buf *remark)
{
	gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
	OM_uint32 ignored = 0;
	OM_uint32 minor = 0;
	PH_CLEANUP(ph_buf_wipe) struct ph_buf heard;

	ph_buf_clear(out);
	ph_buf_init(&heard, challenge.len);
	if (k->is_through)
		return PH_EPROTO;

	enum ph_err err = ph_buf_append(&heard, challenge);
	if (err != PH_OK)
		return err;

	OM_uint32 major = speak(k, &heard, &token, &minor);
	err = ph_buf_append(out, (struct ph_span){ token.value, token.length });
	(void)gss_release_buffer(&ignored, &token);
	if (GSS_ERROR(major)) {
		ph_buf_clear(out);
		explain(major, minor, remark);
		return PH_EPROTO;
	}
	k->is_through = major == GSS_S_COMPLETE;
	if (err != PH_OK)
		return err;
	return k->is_through ? PH_EOF : PH_OK;
}
