#include "io/tls_context.h"

#include "io/errno_text.h"
#include "io/tls_identity.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	unsigned bit;
	int version;
	uint64_t op_no;
} versions[] = {
	{ 1, TLS1_VERSION, SSL_OP_NO_TLSv1 },
	{ 2, TLS1_1_VERSION, SSL_OP_NO_TLSv1_1 },
	{ 4, TLS1_2_VERSION, SSL_OP_NO_TLSv1_2 },
	{ 8, TLS1_3_VERSION, SSL_OP_NO_TLSv1_3 },
};

const char *ph_tls_reason(void)
{
	unsigned long e = ERR_get_error();
	const char *text = ERR_reason_error_string(e);

	ERR_clear_error();
	if (text == NULL && ERR_SYSTEM_ERROR(e))
		return ph_errno_text(ERR_GET_REASON(e));
	return text == NULL ? "no reason given" : text;
}

static enum ph_err config_fault(
    struct ph_fault *fault, const char *what, const char *path, const char *why)
{
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG, "%s %s: %s", what,
	    path, why);
	ph_fault_suspect(fault, "certificate");
	return PH_EINVAL;
}

enum ph_err ph_tls_context_new(
    bool server, struct ph_tls_context **out, struct ph_fault *fault)
{
	struct ph_tls_context *c = calloc(1, sizeof(*c));
	if (c == NULL)
		return PH_ENOMEM;
	ERR_clear_error();
	c->ctx =
	    SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
	if (c->ctx == NULL) {
		ph_fault_set(fault, PH_CAUSE_INTERNAL, PH_STAGE_CONFIG,
		    "OpenSSL cannot start: %s", ph_tls_reason());
		free(c);
		return PH_ENOMEM;
	}
	c->refs = 1;
	c->server = server;
	c->versions = PH_TLS_VERSIONS_DEFAULT;
	c->level = SSL_CTX_get_security_level(c->ctx);
	/* What a cut without close_notify lost, the protocol above knows. */
	(void)SSL_CTX_set_options(c->ctx,
	    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
		SSL_OP_IGNORE_UNEXPECTED_EOF);
	(void)SSL_CTX_set_mode(c->ctx,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	(void)SSL_CTX_set_session_cache_mode(c->ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_num_tickets(c->ctx, 0);
	*out = c;
	return PH_OK;
}

void ph_tls_context_ref(struct ph_tls_context *c)
{
	c->refs++;
}

void ph_tls_context_free(struct ph_tls_context *c)
{
	if (c == NULL)
		return;
	c->refs--;
	if (c->refs > 0)
		return;
	SSL_CTX_free(c->ctx);
	BIO_meth_free(c->bio);
	free(c->pins);
	free(c->ca_file);
	free(c);
}

PH_DEFINE_CLEANUP(ph_tls_context_free, struct ph_tls_context)

static enum ph_err set_versions(
    struct ph_tls_context *c, unsigned mask, struct ph_fault *fault)
{
	int lowest = 0;
	int highest = 0;
	uint64_t off = 0;

	c->versions = mask == 0 ? PH_TLS_VERSIONS_DEFAULT : mask;
	for (size_t i = 0; i < PH_COUNT(versions); i++) {
		if ((c->versions & versions[i].bit) == 0) {
			off |= versions[i].op_no;
			continue;
		}
		if (lowest == 0)
			lowest = versions[i].version;
		highest = versions[i].version;
	}
	if (lowest == 0 || SSL_CTX_set_min_proto_version(c->ctx, lowest) != 1 ||
	    SSL_CTX_set_max_proto_version(c->ctx, highest) != 1) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "no such version of TLS");
		ph_fault_suspect(fault, "tls-version");
		return PH_EINVAL;
	}
	(void)SSL_CTX_set_options(c->ctx, off);
	/* Their handshakes are signed with MD5 and SHA-1, which OpenSSL's
	   default security level forbids; who names them wants them.  Sessions
	   raise it again when something newer was agreed. */
	if (lowest < TLS1_2_VERSION &&
	    SSL_CTX_set_cipher_list(c->ctx, "DEFAULT:@SECLEVEL=0") != 1) {
		return PH_ENOMEM;
	}
	return PH_OK;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The directory of hashed names, of which only what is needed is read.  The
   file with all of them is left for when that does not suffice: loading it
   takes longer than everything else a short session does. */
static void system_authorities(struct ph_tls_context *c)
{
	(void)SSL_CTX_set_default_verify_dir(c->ctx);
	c->file_left = true;
	ERR_clear_error();
}

bool ph_tls_context_more_authorities(struct ph_tls_context *c)
{
	if (!c->file_left)
		return false;
	c->file_left = false;
	int ok = SSL_CTX_set_default_verify_file(c->ctx);
	ERR_clear_error();
	return ok == 1;
}

static enum ph_err set_authorities(
    struct ph_tls_context *c, const char *path, struct ph_fault *fault)
{
	if (path == NULL || path[0] == '\0') {
		system_authorities(c);
		return PH_OK;
	}
	c->ca_file = strdup(path);
	if (c->ca_file == NULL)
		return PH_ENOMEM;
	/* What the user trusts need not be self-signed. */
	(void)X509_VERIFY_PARAM_set_flags(
	    SSL_CTX_get0_param(c->ctx), X509_V_FLAG_PARTIAL_CHAIN);
	if (access(path, R_OK) != 0) {
		return config_fault(
		    fault, "CA file", path, ph_errno_text(errno));
	}

	int ok = is_directory(path) ? SSL_CTX_load_verify_dir(c->ctx, path)
				    : SSL_CTX_load_verify_file(c->ctx, path);
	if (ok != 1) {
		ERR_clear_error();
		return config_fault(fault, "CA file", path,
		    "no certificate in PEM format in it");
	}
	return PH_OK;
}

static enum ph_err set_pins(struct ph_tls_context *c,
    const struct ph_span *pins, size_t count, struct ph_fault *fault)
{
	if (count == 0 && c->verify == PH_TLS_VERIFY_PIN) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "verification by pin, and no pin given");
		ph_fault_suspect(fault, "certificate");
		return PH_EINVAL;
	}
	if (count == 0)
		return PH_OK;
	c->pins = calloc(count, sizeof(*c->pins));
	if (c->pins == NULL)
		return PH_ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct ph_span pin = ph_span_trim(pins[i]);
		if (ph_pin_parse(pin, c->pins[i])) {
			c->pin_count++;
			continue;
		}
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "pin \"%.*s\" is not a SHA-256 (64 hex digits or base64)",
		    pin.len > 100 ? 100 : (int)pin.len, pin.ptr);
		ph_fault_suspect(fault, "certificate");
		return PH_EINVAL;
	}
	return PH_OK;
}

static bool given(const char *s)
{
	return s != NULL && s[0] != '\0';
}

static enum ph_err set_identity(struct ph_tls_context *c,
    const struct ph_tls_client_config *cfg, struct ph_fault *fault)
{
	if (!given(cfg->client_certificate))
		return PH_OK;
	return ph_tls_identity_load(
	    &(struct ph_tls_identity){
		.certificate = cfg->client_certificate,
		.key = given(cfg->client_key) ? cfg->client_key
					      : cfg->client_certificate,
		.password = cfg->key_password,
	    },
	    c->ctx, fault);
}

enum ph_err ph_tls_client_context(const struct ph_tls_client_config *cfg,
    struct ph_tls_context **out, struct ph_fault *fault)
{
	PH_CLEANUP(ph_tls_context_freep) struct ph_tls_context *c = NULL;

	enum ph_err err = ph_tls_context_new(false, &c, fault);
	if (err != PH_OK)
		return err;
	c->verify = cfg->verify;
	err = set_versions(c, cfg->versions, fault);
	if (err != PH_OK)
		return err;
	if (cfg->verify == PH_TLS_VERIFY_CA) {
		err = set_authorities(c, cfg->ca_file, fault);
		if (err != PH_OK)
			return err;
	}
	err = set_pins(c, cfg->pins, cfg->pin_count, fault);
	if (err != PH_OK)
		return err;
	err = set_identity(c, cfg, fault);
	if (err != PH_OK)
		return err;
	*out = c;
	c = NULL;
	return PH_OK;
}

enum ph_err ph_tls_server_context(const char *certificate,
    struct ph_tls_context **out, struct ph_fault *fault)
{
	PH_CLEANUP(ph_tls_context_freep) struct ph_tls_context *c = NULL;

	enum ph_err err = ph_tls_context_new(true, &c, fault);
	if (err != PH_OK)
		return err;
	err = set_versions(c, 0, fault);
	if (err != PH_OK)
		return err;
	err = ph_tls_identity_load(
	    &(struct ph_tls_identity){
		.certificate = certificate,
		.key = certificate,
		.server = true,
	    },
	    c->ctx, fault);
	if (err != PH_OK)
		return err;
	*out = c;
	c = NULL;
	return PH_OK;
}
