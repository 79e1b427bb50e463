#include "io/tls_identity.h"

#include "base/buf.h"
#include "io/errno_text.h"
#include "io/file.h"
#include "io/tls_context.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>
#include <unistd.h>

/* What the files hold. */
struct found {
	X509 *leaf;
	STACK_OF(X509) * chain;
	EVP_PKEY *key;
};

static void found_release(struct found *f)
{
	X509_free(f->leaf);
	sk_X509_pop_free(f->chain, X509_free);
	EVP_PKEY_free(f->key);
}

/* Of the two files, the one at hand. */
enum part {
	PART_CERTIFICATE,
	PART_KEY
};

struct load {
	const struct ph_tls_identity *id;
	struct found found;
	struct ph_fault *fault;
	bool asked; /* OpenSSL wanted a passphrase */
	bool too_long;
};

static enum ph_err refuse(struct load *l, enum part part, const char *why)
{
	const struct ph_tls_identity *id = l->id;
	enum ph_cause cause = PH_CAUSE_CONFIG;

	if (!id->server) {
		cause = part == PART_KEY ? PH_CAUSE_CLIENT_KEY
					 : PH_CAUSE_CLIENT_CERTIFICATE;
	}
	ph_fault_set(l->fault, cause, PH_STAGE_CONFIG, "%s%s %s: %s",
	    id->server ? "" : "client ",
	    part == PART_KEY ? "key" : "certificate",
	    part == PART_KEY ? id->key : id->certificate, why);
	ERR_clear_error();
	return PH_EINVAL;
}

static enum ph_err refuse_locked(struct load *l, enum part part)
{
	const struct ph_tls_identity *id = l->id;

	if (l->too_long)
		return refuse(l, part, "the passphrase is too long");
	if (id->password != NULL) {
		enum ph_err err =
		    refuse(l, part, "the passphrase for it is wrong");

		ph_fault_advise(l->fault,
		    "see where client-key-password-from takes it from: "
		    "posthaste connection show");
		return err;
	}

	enum ph_err err = refuse(l, part,
	    "it is protected by a passphrase, and no source of that is named");
	if (!id->server) {
		ph_fault_advise(l->fault,
		    "say where it is: client-key-password-from = prompt, "
		    "file:PATH, command:CMD ...");
	}
	return err;
}

/* OpenSSL would ask on the terminal. */
static int give_password(char *buf, int size, int rwflag, void *arg)
{
	struct load *l = arg;
	const struct ph_secret *password = l->id->password;

	(void)rwflag;
	l->asked = true;
	if (password == NULL)
		return -1;
	if (size < 0 || password->len > (size_t)size) {
		l->too_long = true;
		return -1;
	}
	memcpy(buf, password->ptr, password->len);
	return (int)password->len;
}

static bool holds(struct ph_span bytes, const char *text)
{
	return bytes.len > 0 &&
	    memmem(bytes.ptr, bytes.len, text, strlen(text)) != NULL;
}

/* PEM */

static BIO *bio_of(struct ph_span bytes)
{
	return BIO_new_mem_buf(bytes.ptr, (int)bytes.len);
}

static bool is_end_of_pem(void)
{
	unsigned long e = ERR_peek_last_error();

	return ERR_GET_LIB(e) == ERR_LIB_PEM &&
	    ERR_GET_REASON(e) == PEM_R_NO_START_LINE;
}

static enum ph_err take_chain(struct load *l, BIO *bio)
{
	l->found.chain = sk_X509_new_null();
	if (l->found.chain == NULL)
		return PH_ENOMEM;
	for (;;) {
		X509 *x = PEM_read_bio_X509(bio, NULL, give_password, l);

		if (x == NULL)
			break;
		if (sk_X509_push(l->found.chain, x) == 0) {
			X509_free(x);
			return PH_ENOMEM;
		}
	}
	if (!is_end_of_pem())
		return refuse(l, PART_CERTIFICATE, ph_tls_reason());
	ERR_clear_error();
	return PH_OK;
}

static enum ph_err take_certificates(struct load *l, BIO *bio)
{
	l->found.leaf = PEM_read_bio_X509_AUX(bio, NULL, give_password, l);
	if (l->found.leaf != NULL)
		return take_chain(l, bio);
	return refuse(l, PART_CERTIFICATE,
	    is_end_of_pem() ? "there is no certificate in it"
			    : ph_tls_reason());
}

static enum ph_err take_key(struct load *l, BIO *bio)
{
	l->asked = false;
	l->found.key = PEM_read_bio_PrivateKey(bio, NULL, give_password, l);
	if (l->found.key != NULL)
		return PH_OK;
	if (l->asked)
		return refuse_locked(l, PART_KEY);
	return refuse(l, PART_KEY, ph_tls_reason());
}

static enum ph_err read_pem(
    struct load *l, enum part part, struct ph_span bytes)
{
	/* OpenSSL only says "unsupported" to that. */
	if (part == PART_KEY && !holds(bytes, "PRIVATE KEY-----"))
		return refuse(l, part, "there is no key in it");

	BIO *bio = bio_of(bytes);

	if (bio == NULL)
		return PH_ENOMEM;

	enum ph_err err =
	    part == PART_KEY ? take_key(l, bio) : take_certificates(l, bio);

	BIO_free(bio);
	return err;
}

/* PKCS#12 */

/* The passphrase that opens it: none, an empty one, or ours.  PH_EDENIED. */
static enum ph_err find_password(
    const struct load *l, PKCS12 *p, const char **out)
{
	const struct ph_secret *password = l->id->password;

	*out = NULL;
	/* Not sealed: nor is anything in it, as far as OpenSSL reads it. */
	if (PKCS12_mac_present(p) == 0 || PKCS12_verify_mac(p, NULL, 0) == 1)
		return PH_OK;
	*out = password == NULL ? NULL : password->ptr;
	if (password != NULL &&
	    PKCS12_verify_mac(p, password->ptr, (int)password->len) == 1)
		return PH_OK;
	*out = "";
	return PKCS12_verify_mac(p, "", 0) == 1 ? PH_OK : PH_EDENIED;
}

static bool is_unsupported(void)
{
	unsigned long e = ERR_peek_error();

	return ERR_GET_REASON(e) == ERR_R_UNSUPPORTED ||
	    ERR_GET_REASON(e) == EVP_R_UNSUPPORTED_ALGORITHM;
}

static enum ph_err refuse_pkcs12(struct load *l, enum part part)
{
	const char *path = part == PART_KEY ? l->id->key : l->id->certificate;

	if (!is_unsupported())
		return refuse_locked(l, part);

	enum ph_err err = refuse(
	    l, part, "it is protected by a cipher that OpenSSL has put aside");

	ph_fault_advise(l->fault,
	    "openssl pkcs12 -legacy -in %s -out NEW.pem makes a file that can "
	    "be read",
	    path);
	return err;
}

/* OpenSSL knows the one that belongs to the key, if a key is there. */
static void find_leaf(struct found *f)
{
	for (int i = 0; f->leaf == NULL && i < sk_X509_num(f->chain); i++) {
		if (X509_check_ca(sk_X509_value(f->chain, i)) == 0)
			f->leaf = sk_X509_delete(f->chain, i);
	}
}

/* Keeps of one what the other file does not give. */
static enum ph_err keep_part(struct load *l, enum part part, struct found *all)
{
	struct found *f = &l->found;

	if (part == PART_KEY) {
		f->key = all->key;
		all->key = NULL;
		return f->key != NULL
		    ? PH_OK
		    : refuse(l, part, "there is no key in it");
	}
	find_leaf(all);
	f->leaf = all->leaf;
	f->chain = all->chain;
	all->leaf = NULL;
	all->chain = NULL;
	return f->leaf != NULL
	    ? PH_OK
	    : refuse(l, part, "there is no certificate in it");
}

static enum ph_err open_pkcs12(struct load *l, enum part part, PKCS12 *p)
{
	PH_CLEANUP(found_release) struct found all = { 0 };
	const char *password = NULL;

	if (find_password(l, p, &password) != PH_OK)
		return refuse_pkcs12(l, part);
	ERR_clear_error();
	if (PKCS12_parse(p, password, &all.key, &all.leaf, &all.chain) != 1)
		return refuse_pkcs12(l, part);
	return keep_part(l, part, &all);
}

static enum ph_err read_pkcs12(
    struct load *l, enum part part, struct ph_span bytes)
{
	BIO *bio = bio_of(bytes);

	if (bio == NULL)
		return PH_ENOMEM;

	PKCS12 *p = d2i_PKCS12_bio(bio, NULL);
	enum ph_err err = p == NULL
	    ? refuse(l, part, "it is neither PEM nor PKCS#12")
	    : open_pkcs12(l, part, p);

	PKCS12_free(p);
	BIO_free(bio);
	return err;
}

/* both */

static enum ph_err read_part(struct load *l, enum part part)
{
	const char *path = part == PART_KEY ? l->id->key : l->id->certificate;
	PH_CLEANUP(ph_buf_wipe) struct ph_buf bytes;

	ph_buf_init(&bytes, PH_TLS_IDENTITY_FILE_MAX);
	if (access(path, R_OK) != 0)
		return refuse(l, part, ph_errno_text(errno));

	enum ph_err err = ph_file_read(path, &bytes, NULL);
	if (err == PH_ENOMEM)
		return err;
	if (err != PH_OK)
		return refuse(l, part, "it is no file, or too long a one");
	if (bytes.len == 0)
		return refuse(l, part, "it is empty");
	if (holds(ph_buf_span(&bytes), "-----BEGIN "))
		return read_pem(l, part, ph_buf_span(&bytes));
	return read_pkcs12(l, part, ph_buf_span(&bytes));
}

static enum ph_err give(struct load *l, SSL_CTX *ctx)
{
	struct found *f = &l->found;

	if (X509_check_private_key(f->leaf, f->key) != 1) {
		return refuse(
		    l, PART_KEY, "it does not belong to the certificate");
	}
	if (SSL_CTX_use_cert_and_key(ctx, f->leaf, f->key, f->chain, 1) != 1)
		return refuse(l, PART_CERTIFICATE, ph_tls_reason());
	return PH_OK;
}

enum ph_err ph_tls_identity_load(
    const struct ph_tls_identity *id, SSL_CTX *ctx, struct ph_fault *fault)
{
	struct load l = { .id = id, .fault = fault };

	ERR_clear_error();

	enum ph_err err = read_part(&l, PART_CERTIFICATE);
	if (err == PH_OK)
		err = read_part(&l, PART_KEY);
	if (err == PH_OK)
		err = give(&l, ctx);
	ERR_clear_error();
	found_release(&l.found);
	return err;
}
