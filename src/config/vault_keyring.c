#include "config/vault_keyring.h"

#include "config/vault_part.h"
#include "io/keyring.h"

enum {
	LABEL_MAX = 1024
};

static struct ph_keyring_key key_of(
    const struct ph_connection *conn, enum ph_role role)
{
	return (struct ph_keyring_key){
		.entry = conn->name,
		.role = ph_role_name(role),
		.place = ph_role_place(conn, role),
	};
}

static enum ph_err check_entry(
    const struct ph_keyring_key *key, struct ph_fault *fault)
{
	if (key->entry[0] != '\0')
		return PH_OK;
	ph_fault_set(fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
	    "a server named on the spot has no entry in the keyring");
	ph_fault_advise(fault,
	    "keep the server as a connection (posthaste connection add), or "
	    "use another source");
	return PH_EINVAL;
}

enum ph_err ph_vault_keyring_set(const struct ph_connection *conn,
    enum ph_role role, const struct ph_secret *secret, struct ph_fault *fault)
{
	const struct ph_keyring_key key = key_of(conn, role);
	PH_CLEANUP(ph_buf_release) struct ph_buf label;

	ph_buf_init(&label, LABEL_MAX);

	enum ph_err err = ph_vault_check_place(conn, role, fault);
	if (err == PH_OK)
		err = check_entry(&key, fault);
	if (err != PH_OK)
		return err;

	const struct ph_keyring *k = ph_keyring(fault);
	if (k == NULL)
		return PH_EIO;
	err = ph_buf_append_str(&label, "Posthaste: ");
	if (err == PH_OK)
		err = ph_role_describe(conn, role, &label);
	/* The label is for a person; one that is too long is a short one. */
	return k->store(&key, err == PH_OK ? ph_buf_str(&label) : "Posthaste",
	    secret, conn->timeout, fault);
}

enum ph_err ph_vault_keyring_forget(const char *name, enum ph_role role,
    ph_msec timeout, struct ph_fault *fault)
{
	const struct ph_keyring_key key = {
		.entry = name,
		.role = ph_role_name(role),
		.place = "",
	};
	const struct ph_keyring *k = ph_keyring(fault);

	if (k == NULL)
		return PH_EIO;

	enum ph_err err = k->forget(&key, timeout, fault);

	if (err == PH_ENOTFOUND) {
		ph_fault_set(fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
		    "the keyring holds no %s of connection \"%s\"",
		    ph_role_noun(role), name);
		ph_fault_advise(fault,
		    "posthaste secret set %s --keyring stores one", name);
	}
	return err;
}

enum ph_err ph_vault_keyring_find(const struct ph_connection *conn,
    enum ph_role role, struct ph_secret *out, struct ph_fault *fault)
{
	const struct ph_keyring_key key = key_of(conn, role);

	enum ph_err err = check_entry(&key, fault);
	if (err != PH_OK)
		return err;

	const struct ph_keyring *k = ph_keyring(fault);
	if (k == NULL)
		return PH_EIO;
	err = k->find(&key, conn->timeout, out, fault);
	if (err == PH_EDENIED)
		ph_vault_refuse_place(conn, role, " --keyring", fault);
	return err;
}
