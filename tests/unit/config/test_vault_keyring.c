#include "check.h"
#include "config/vault.h"
#include "config/vault_keyring.h"
#include "io/keyring.h"

#include <stdio.h>
#include <string.h>

/* A keyring with room for one entry, in place of the module. */
static struct {
	bool missing; /* the module */
	char entry[64];
	char role[32];
	char place[64];
	char label[128];
	char secret[64];
	ph_msec timeout;
} ring;

static bool is_same(const struct ph_keyring_key *key)
{
	return ring.entry[0] != '\0' && strcmp(ring.entry, key->entry) == 0 &&
	    strcmp(ring.role, key->role) == 0;
}

static enum ph_err find(const struct ph_keyring_key *key, ph_msec timeout,
    struct ph_secret *out, struct ph_fault *fault)
{
	(void)fault;
	ring.timeout = timeout;
	if (!is_same(key))
		return PH_ENOTFOUND;
	if (strcmp(ring.place, key->place) != 0)
		return PH_EDENIED;
	return ph_secret_set(out, ph_span_of(ring.secret));
}

static enum ph_err store(const struct ph_keyring_key *key, const char *label,
    const struct ph_secret *secret, ph_msec timeout, struct ph_fault *fault)
{
	(void)fault;
	ring.timeout = timeout;
	(void)snprintf(ring.entry, sizeof(ring.entry), "%s", key->entry);
	(void)snprintf(ring.role, sizeof(ring.role), "%s", key->role);
	(void)snprintf(ring.place, sizeof(ring.place), "%s", key->place);
	(void)snprintf(ring.label, sizeof(ring.label), "%s", label);
	(void)snprintf(ring.secret, sizeof(ring.secret), "%s", secret->ptr);
	return PH_OK;
}

static enum ph_err forget(
    const struct ph_keyring_key *key, ph_msec timeout, struct ph_fault *fault)
{
	(void)fault;
	ring.timeout = timeout;
	if (!is_same(key))
		return PH_ENOTFOUND;
	ring.entry[0] = '\0';
	return PH_OK;
}

const struct ph_keyring *wrap_ph_keyring(struct ph_fault *fault) __asm__(
    "__wrap_ph_keyring");

const struct ph_keyring *wrap_ph_keyring(struct ph_fault *fault)
{
	static const struct ph_keyring fake = { find, store, forget };

	if (ring.missing)
		ph_fault_set(fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG, "?");
	return ring.missing ? NULL : &fake;
}

static struct ph_connection connection(const char *name)
{
	return (struct ph_connection){ .name = name,
		.host = "smtp.example.com",
		.username = "ann",
		.timeout = 1234,
		.password_from = { .kind = PH_SECRET_KEYRING, .fd = -1 },
		.client_certificate = "",
		.client_key = "",
		.proxy = { .host = "proxy.example.com",
		    .username = "pat",
		    .password_from = {
			.kind = PH_SECRET_KEYRING, .fd = -1 } } };
}

static enum ph_err fetch(struct ph_connection *c, enum ph_role role,
    const char *want, struct ph_fault *fault)
{
	struct ph_secret s = { 0 };

	*fault = (struct ph_fault){ 0 };

	enum ph_err err = ph_vault_secret("/none", c, role, &s, fault);

	check_int(err == PH_OK, want != NULL);
	if (err == PH_OK)
		check_str(s.ptr, want);
	ph_secret_release(&s);
	return err;
}

static void put(
    struct ph_connection *c, enum ph_role role, char *text, enum ph_err want)
{
	const struct ph_secret s = { text, strlen(text) };
	struct ph_fault fault = { 0 };

	check_int(ph_vault_keyring_set(c, role, &s, &fault), want);
	check_int(ph_fault_is_set(&fault), want != PH_OK);
	check(strstr(fault.text, text) == NULL);
}

static char word[] = "hunter2";

static void test_round(void)
{
	struct ph_connection c = connection("work");
	struct ph_fault f;

	check_int(fetch(&c, PH_ROLE_PASSWORD, NULL, &f), PH_ENOTFOUND);
	check_str(
	    f.text, "the keyring holds no password of connection \"work\"");
	check_str(f.advice, "posthaste secret set work --keyring stores one");
	put(&c, PH_ROLE_PASSWORD, word, PH_OK);
	check_str(ring.entry, "work");
	check_str(ring.role, "password");
	check_str(ring.place, "smtp.example.com");
	check_str(
	    ring.label, "Posthaste: password for ann at smtp.example.com");
	check_int(ring.timeout, 1234);
	ring.timeout = 0;
	check_int(fetch(&c, PH_ROLE_PASSWORD, word, &f), PH_OK);
	check_int(ring.timeout, 1234);
	/* Each role has its own. */
	check_int(fetch(&c, PH_ROLE_PROXY, NULL, &f), PH_ENOTFOUND);
	check_str(f.advice,
	    "posthaste secret set work --for proxy --keyring stores one");
	c.host = "smtp.example.org";
	check_int(fetch(&c, PH_ROLE_PASSWORD, NULL, &f), PH_EDENIED);
	check(strstr(f.text, "belongs to another host than smtp.example.org") !=
	    NULL);
	check(strstr(f.advice, "posthaste secret set work --keyring") != NULL);
	check_int(ph_vault_keyring_forget("work", PH_ROLE_PROXY, 99, &f),
	    PH_ENOTFOUND);
	check_int(
	    ph_vault_keyring_forget("work", PH_ROLE_PASSWORD, 99, &f), PH_OK);
	check_int(ring.timeout, 99);
	check_int(ph_vault_keyring_forget("work", PH_ROLE_PASSWORD, 99, &f),
	    PH_ENOTFOUND);
	check_int(f.cause, PH_CAUSE_NO_PASSWORD);
}

static void test_nowhere(void)
{
	struct ph_connection c = connection("");
	struct ph_fault f = { 0 };

	check_int(fetch(&c, PH_ROLE_PASSWORD, NULL, &f), PH_EINVAL);
	check(strstr(f.text, "named on the spot has no entry") != NULL);
	put(&c, PH_ROLE_PASSWORD, word, PH_EINVAL);
	/* Nothing it could be for. */
	c = connection("work");
	put(&c, PH_ROLE_CLIENT_KEY, word, PH_EINVAL);
	check_str(ring.entry, "");
}

static void test_no_module(void)
{
	struct ph_connection c = connection("work");
	struct ph_fault f = { 0 };

	ring.missing = true;
	check_int(fetch(&c, PH_ROLE_PASSWORD, NULL, &f), PH_EIO);
	put(&c, PH_ROLE_PASSWORD, word, PH_EIO);
	check_int(
	    ph_vault_keyring_forget("work", PH_ROLE_PASSWORD, 1, &f), PH_EIO);
	ring.missing = false;
}

/* A label that does not fit is a short one. */
static void test_long_label(void)
{
	char user[2000];
	struct ph_connection c = connection("work");

	memset(user, 'u', sizeof(user) - 1);
	user[sizeof(user) - 1] = '\0';
	c.username = user;
	put(&c, PH_ROLE_PASSWORD, word, PH_OK);
	check_str(ring.label, "Posthaste");
}

int main(void)
{
	test_round();
	test_nowhere();
	test_no_module();
	test_long_label();
	return check_end();
}
