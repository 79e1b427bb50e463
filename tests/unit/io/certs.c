#include "certs.h"

#include <ftw.h>
#include <limits.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "certs: %s\n", what);
	exit(2);
}

static void add(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX v3;

	if (value == NULL)
		return;
	X509V3_set_ctx(&v3, issuer, x, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &v3, nid, value);
	must(e != NULL && X509_add_ext(x, e, -1) == 1, value);
	X509_EXTENSION_free(e);
}

static struct cert make(
    EVP_PKEY *key, const struct cert_spec *spec, const struct cert *issuer)
{
	static long serial = 1;
	struct cert c = { key, X509_new() };
	const struct cert *by = issuer == NULL ? &c : issuer;

	must(c.key != NULL && c.x != NULL, "memory");
	(void)X509_set_version(c.x, X509_VERSION_3);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(c.x), serial++);
	(void)X509_gmtime_adj(X509_getm_notBefore(c.x), spec->from);
	(void)X509_gmtime_adj(X509_getm_notAfter(c.x), spec->until);
	(void)X509_NAME_add_entry_by_txt(X509_get_subject_name(c.x), "CN",
	    MBSTRING_UTF8, (const unsigned char *)spec->name, -1, -1, 0);
	(void)X509_set_pubkey(c.x, c.key);
	(void)X509_set_issuer_name(c.x, X509_get_subject_name(by->x));
	add(c.x, by->x, NID_basic_constraints,
	    spec->ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	add(c.x, by->x, NID_subject_key_identifier, "hash");
	add(c.x, by->x, NID_subject_alt_name, spec->san);
	add(c.x, by->x, NID_ext_key_usage, spec->purpose);
	must(X509_sign(c.x, by->key, EVP_sha256()) > 0, "sign");
	return c;
}

struct cert cert_make(const struct cert_spec *spec, const struct cert *issuer)
{
	return make(EVP_EC_gen("P-256"), spec, issuer);
}

struct cert cert_make_rsa(const struct cert_spec *spec, unsigned bits)
{
	return make(EVP_RSA_gen(bits), spec, NULL);
}

void cert_free(struct cert *c)
{
	EVP_PKEY_free(c->key);
	X509_free(c->x);
}

char *cert_write(const char *dir, const char *file, const struct cert *c,
    const struct cert *issuer, bool no_key)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, file);
	FILE *f = fopen(path, "w");
	must(f != NULL, path);
	must(PEM_write_X509(f, c->x) == 1, "write");
	if (issuer != NULL)
		must(PEM_write_X509(f, issuer->x) == 1, "write");
	if (!no_key) {
		must(PEM_write_PrivateKey(
			 f, c->key, NULL, NULL, 0, NULL, NULL) == 1,
		    "write");
	}
	must(fclose(f) == 0, "close");
	return strdup(path);
}

static char dir_path[PATH_MAX];

static int remove_one(
    const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_all(void)
{
	(void)nftw(dir_path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *temp_dir(void)
{
	const char *tmp = getenv("TMPDIR");

	if (dir_path[0] != '\0')
		return dir_path;
	(void)snprintf(dir_path, sizeof(dir_path), "%s/ph-io-XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	must(mkdtemp(dir_path) != NULL, dir_path);
	(void)atexit(remove_all);
	return dir_path;
}

char *temp_path(const char *file)
{
	char path[PATH_MAX * 2];

	(void)snprintf(path, sizeof(path), "%s/%s", temp_dir(), file);
	return strdup(path);
}

void temp_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	must(f != NULL, path);
	must(fputs(text, f) >= 0 && fclose(f) == 0, path);
}
