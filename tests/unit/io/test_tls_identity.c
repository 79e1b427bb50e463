#include "certs.h"
#include "check.h"
#include "freewatch.h"
#include "io/tls_identity.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	DAY = 24 * 3600
};

static const char word[] = "hunter2";
static char password_text[] = "hunter2";
static char wrong_text[] = "hunter3";
static char long_text[2048];

static const struct ph_secret password = { password_text, 7 };
static const struct ph_secret wrong = { wrong_text, 7 };
static struct ph_secret too_long = { long_text, sizeof(long_text) - 1 };

static struct cert authority;
static struct cert mine;
static struct cert other;

static FILE *open_file(const char *name)
{
	char *path = temp_path(name);
	FILE *f = fopen(path, "w");

	check(f != NULL);
	free(path);
	return f;
}

static void write_key(const char *name, const EVP_CIPHER *cipher, bool old)
{
	const unsigned char *pass =
	    cipher == NULL ? NULL : (const unsigned char *)word;
	int len = cipher == NULL ? 0 : (int)strlen(word);
	FILE *f = open_file(name);
	BIO *bio = BIO_new_fp(f, BIO_CLOSE);
	int ok = old ? PEM_write_bio_PrivateKey_traditional(
			   bio, mine.key, cipher, pass, len, NULL, NULL)
		     : PEM_write_bio_PrivateKey(
			   bio, mine.key, cipher, pass, len, NULL, NULL);

	check_int(ok, 1);
	BIO_free(bio);
}

/* certificate and key with the parts named; pass NULL: no protection. */
static void write_pkcs12(
    const char *name, const char *pass, bool with_key, bool with_leaf)
{
	STACK_OF(X509) *more = sk_X509_new_null();
	int cipher = pass == NULL ? -1 : NID_aes_256_cbc;
	FILE *f = open_file(name);

	check(sk_X509_push(more, authority.x) > 0);

	PKCS12 *p = PKCS12_create(pass, "me", with_key ? mine.key : NULL,
	    with_leaf ? mine.x : NULL, more, cipher, cipher, 0,
	    pass == NULL ? -1 : 0, 0);

	check(p != NULL);
	check_int(i2d_PKCS12_fp(f, p), 1);
	check(fclose(f) == 0);
	PKCS12_free(p);
	sk_X509_free(more);
}

static void write_junk(const char *name, const char *text)
{
	char *path = temp_path(name);

	temp_write(path, text);
	free(path);
}

static void make_files(void)
{
	const struct cert_spec ca = { "ca", NULL, -DAY, DAY, true, NULL };
	const struct cert_spec leaf = { "me", NULL, -DAY, DAY, false, NULL };

	authority = cert_make(&ca, NULL);
	mine = cert_make(&leaf, &authority);
	other = cert_make(&leaf, &authority);
	free(cert_write(temp_dir(), "both.pem", &mine, NULL, false));
	free(cert_write(temp_dir(), "chain.pem", &mine, &authority, true));
	free(cert_write(temp_dir(), "other.pem", &other, NULL, false));
	write_key("key.pem", NULL, false);
	write_key("locked.pem", EVP_aes_128_cbc(), false);
	write_key("locked-old.pem", EVP_aes_128_cbc(), true);
	write_pkcs12("locked.p12", word, true, true);
	write_pkcs12("empty.p12", "", true, true);
	write_pkcs12("open.p12", NULL, true, true);
	write_pkcs12("no-key.p12", word, false, true);
	write_pkcs12("no-leaf.p12", word, false, false);
	write_junk("junk", "this is neither\n");
	write_junk("empty", "");
	write_junk("broken.pem",
	    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	write_junk("broken-key.pem",
	    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
	write_junk("cut.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
	memset(long_text, 'x', sizeof(long_text) - 1);
}

static const struct {
	const char *certificate;
	const char *key;
	const struct ph_secret *password;
	/* 0, and how many stand in the chain; else what it says. */
	enum ph_cause cause;
	int chain;
	const char *text;
	const char *advice;
} cases[] = {
	{ "both.pem", "both.pem", NULL, 0, 0, "", "" },
	{ "both.pem", "both.pem", &password, 0, 0, "", "" },
	{ "chain.pem", "key.pem", NULL, 0, 1, "", "" },
	{ "chain.pem", "locked.pem", &password, 0, 1, "", "" },
	{ "chain.pem", "locked-old.pem", &password, 0, 1, "", "" },
	{ "locked.p12", "locked.p12", &password, 0, 1, "", "" },
	{ "empty.p12", "empty.p12", NULL, 0, 1, "", "" },
	{ "open.p12", "open.p12", NULL, 0, 1, "", "" },
	{ "open.p12", "open.p12", &password, 0, 1, "", "" },
	{ "chain.pem", "locked.p12", &password, 0, 1, "", "" },
	{ "no-key.p12", "locked.pem", &password, 0, 1, "", "" },

	{ "none", "none", NULL, PH_CAUSE_CLIENT_CERTIFICATE, 0, "no such file",
	    "" },
	{ ".", ".", NULL, PH_CAUSE_CLIENT_CERTIFICATE, 0, "it is no file", "" },
	{ "chain.pem", "none", NULL, PH_CAUSE_CLIENT_KEY, 0, "no such file",
	    "" },
	{ "junk", "junk", NULL, PH_CAUSE_CLIENT_CERTIFICATE, 0,
	    "it is neither PEM nor PKCS#12", "" },
	{ "empty", "empty", NULL, PH_CAUSE_CLIENT_CERTIFICATE, 0, "it is empty",
	    "" },
	{ "broken.pem", "key.pem", NULL, PH_CAUSE_CLIENT_CERTIFICATE, 0, ": ",
	    "" },
	{ "cut.pem", "key.pem", NULL, PH_CAUSE_CLIENT_CERTIFICATE, 0, ": ",
	    "" },
	{ "key.pem", "key.pem", NULL, PH_CAUSE_CLIENT_CERTIFICATE, 0,
	    "there is no certificate in it", "" },
	{ "chain.pem", "junk", NULL, PH_CAUSE_CLIENT_KEY, 0,
	    "it is neither PEM nor PKCS#12", "" },
	{ "chain.pem", "chain.pem", NULL, PH_CAUSE_CLIENT_KEY, 0,
	    "there is no key in it", "" },
	{ "chain.pem", "broken-key.pem", NULL, PH_CAUSE_CLIENT_KEY, 0, ": ",
	    "" },
	{ "other.pem", "key.pem", NULL, PH_CAUSE_CLIENT_KEY, 0,
	    "it does not belong to the certificate", "" },
	{ "chain.pem", "locked.pem", NULL, PH_CAUSE_CLIENT_KEY, 0,
	    "protected by a passphrase, and no source of that is named",
	    "client-key-password-from = prompt" },
	{ "chain.pem", "locked-old.pem", NULL, PH_CAUSE_CLIENT_KEY, 0,
	    "no source of that is named", "client-key-password-from" },
	{ "chain.pem", "locked.pem", &wrong, PH_CAUSE_CLIENT_KEY, 0,
	    "the passphrase for it is wrong", "client-key-password-from" },
	{ "chain.pem", "locked-old.pem", &wrong, PH_CAUSE_CLIENT_KEY, 0,
	    "the passphrase for it is wrong", "" },
	{ "chain.pem", "locked.pem", &too_long, PH_CAUSE_CLIENT_KEY, 0,
	    "the passphrase is too long", "" },
	{ "locked.p12", "locked.p12", NULL, PH_CAUSE_CLIENT_CERTIFICATE, 0,
	    "no source of that is named", "client-key-password-from" },
	{ "locked.p12", "locked.p12", &wrong, PH_CAUSE_CLIENT_CERTIFICATE, 0,
	    "the passphrase for it is wrong", "" },
	{ "chain.pem", "locked.p12", &wrong, PH_CAUSE_CLIENT_KEY, 0,
	    "the passphrase for it is wrong", "" },
	{ "no-leaf.p12", "key.pem", &password, PH_CAUSE_CLIENT_CERTIFICATE, 0,
	    "there is no certificate in it", "" },
	{ "chain.pem", "no-key.p12", &password, PH_CAUSE_CLIENT_KEY, 0,
	    "there is no key in it", "" },
};

static void check_loaded(SSL_CTX *ctx, int chain)
{
	STACK_OF(X509) *got = NULL;

	check(X509_cmp(SSL_CTX_get0_certificate(ctx), mine.x) == 0);
	check(EVP_PKEY_eq(SSL_CTX_get0_privatekey(ctx), mine.key) == 1);
	(void)SSL_CTX_get0_chain_certs(ctx, &got);
	check_int(got == NULL ? 0 : sk_X509_num(got), chain);
}

static void check_one(size_t i, bool server)
{
	char *certificate = temp_path(cases[i].certificate);
	char *key = temp_path(cases[i].key);
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());
	struct ph_fault f = { 0 };
	struct ph_tls_identity id = { certificate, key, cases[i].password,
		server };
	enum ph_err err = ph_tls_identity_load(&id, ctx, &f);
	enum ph_cause cause =
	    server && cases[i].cause != 0 ? PH_CAUSE_CONFIG : cases[i].cause;

	check_int(f.cause, cause);
	check_int(err, cause == 0 ? PH_OK : PH_EINVAL);
	check(strstr(f.text, cases[i].text) != NULL);
	check(strstr(f.text, word) == NULL);
	if (!server)
		check(strstr(f.advice, cases[i].advice) != NULL);
	if (cause == 0) {
		check_loaded(ctx, cases[i].chain);
	} else {
		bool about_key = cases[i].cause == PH_CAUSE_CLIENT_KEY;

		check(strstr(f.text, about_key ? key : certificate) != NULL);
		check(strstr(f.text, about_key ? "key " : "certificate ") !=
		    NULL);
		/* And without anyone to tell. */
		check_int(ph_tls_identity_load(&id, ctx, NULL), PH_EINVAL);
	}
	SSL_CTX_free(ctx);
	free(certificate);
	free(key);
}

/* The file's bytes are overwritten before they are given back. */
static void test_wiped(void)
{
	char *path = temp_path("key.pem");
	char *chain = temp_path("chain.pem");
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());
	struct ph_tls_identity id = { .certificate = chain, .key = path };
	char line[80] = "";
	FILE *f = fopen(path, "r");

	check(fgets(line, sizeof(line), f) != NULL);
	check(fgets(line, sizeof(line), f) != NULL);
	check(fclose(f) == 0);
	line[strcspn(line, "\n")] = '\0';
	freewatch_for(line);
	check_int(ph_tls_identity_load(&id, ctx, NULL), PH_OK);
	check_int(freewatch_found(), 0);
	freewatch_for(NULL);
	SSL_CTX_free(ctx);
	free(path);
	free(chain);
}

int main(void)
{
	make_files();
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].certificate, i);
		check_one(i, false);
		check_one(i, true);
	}
	check_case(NULL, 0);
	test_wiped();
	cert_free(&authority);
	cert_free(&mine);
	cert_free(&other);
	return check_end();
}
