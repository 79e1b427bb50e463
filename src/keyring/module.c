#include "io/keyring.h"
#include "keyring/watch.h"

#include <libsecret/secret.h>

/* What an entry is found by.  The host is no part of the search: an entry for
   another one has to be seen, to be told of. */
static const SecretSchema schema = {
	"org.posthaste.Secret",
	SECRET_SCHEMA_NONE,
	{
	    { "connection", SECRET_SCHEMA_ATTRIBUTE_STRING },
	    { "role", SECRET_SCHEMA_ATTRIBUTE_STRING },
	    { "host", SECRET_SCHEMA_ATTRIBUTE_STRING },
	    { NULL, SECRET_SCHEMA_ATTRIBUTE_STRING },
	},
	/* libsecret's own use. */
	0,
	NULL,
	NULL,
	NULL,
	NULL,
	NULL,
	NULL,
	NULL,
};

static const char host_attribute[] = "host";

/* One call of ours. */
struct job {
	const struct ph_keyring_key *key;
	ph_msec timeout;
	struct ph_watch watch;
	SecretService *service;
	GList *items; /* SecretItem, of entry and role */
	GError *error;
	struct ph_fault *fault;
	const char *refused; /* why, where libsecret has no error for it */
};

static void put(GHashTable *table, const char *name, const char *value)
{
	(void)g_hash_table_insert(table, g_strdup(name), g_strdup(value));
}

static GHashTable *attributes(const struct ph_keyring_key *key, bool with_host)
{
	GHashTable *table =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	put(table, "connection", key->entry);
	put(table, "role", key->role);
	if (with_host)
		put(table, host_attribute, key->place);
	return table;
}

/* faults */

static void advise(struct ph_fault *fault)
{
	ph_fault_advise(fault,
	    "the keyring belongs to a desktop session; elsewhere use "
	    "file:PATH, command:CMD, credential:NAME or stored");
}

static void fault_text(struct job *j, const char *text)
{
	ph_fault_set(
	    j->fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG, "%s", text);
}

static enum ph_err no_bus(struct job *j)
{
	ph_fault_set(j->fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
	    "the keyring cannot be asked: there is no session bus (%s)",
	    j->error->message);
	advise(j->fault);
	return PH_EIO;
}

static bool is_nobody(const GError *e)
{
	return g_error_matches(e, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
	    g_error_matches(e, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
	    g_error_matches(e, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_FAILED) ||
	    g_error_matches(e, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_CHILD_EXITED);
}

/* What libsecret says of a call that failed. */
static enum ph_err failed(struct job *j)
{
	if (j->error == NULL) {
		fault_text(
		    j, j->refused != NULL ? j->refused : "the keyring refused");
	} else if (is_nobody(j->error)) {
		fault_text(j,
		    "the keyring cannot be asked: nobody keeps one "
		    "(org.freedesktop.secrets) on the session bus");
		advise(j->fault);
	} else {
		ph_fault_set(j->fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
		    "the keyring failed: %s", j->error->message);
	}
	return PH_EIO;
}

static enum ph_err too_late(struct job *j)
{
	ph_fault_set(j->fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
	    "the keyring did not answer within %lld ms", (long long)j->timeout);
	advise(j->fault);
	return PH_ETIMEOUT;
}

/* the service */

static enum ph_err open_service(struct job *j)
{
	GDBusConnection *bus =
	    g_bus_get_sync(G_BUS_TYPE_SESSION, j->watch.cancel, &j->error);

	if (bus == NULL)
		return no_bus(j);
	/* GLib would end the process with the bus. */
	g_dbus_connection_set_exit_on_close(bus, FALSE);
	j->service = secret_service_get_sync(
	    SECRET_SERVICE_OPEN_SESSION, j->watch.cancel, &j->error);
	/* libsecret holds the bus as long as the service. */
	g_object_unref(bus);
	return j->service == NULL ? failed(j) : PH_OK;
}

static enum ph_err search(struct job *j)
{
	GHashTable *table = attributes(j->key, false);

	j->items = secret_service_search_sync(j->service, &schema, table,
	    SECRET_SEARCH_ALL, j->watch.cancel, &j->error);
	g_hash_table_unref(table);
	return j->error == NULL ? PH_OK : failed(j);
}

static bool is_for(SecretItem *item, const char *place)
{
	GHashTable *table = secret_item_get_attributes(item);
	const char *host =
	    table == NULL ? NULL : g_hash_table_lookup(table, host_attribute);
	bool same = host != NULL && g_ascii_strcasecmp(host, place) == 0;

	if (table != NULL)
		g_hash_table_unref(table);
	return same;
}

static SecretItem *choose(const struct job *j)
{
	for (GList *at = j->items; at != NULL; at = at->next) {
		if (is_for(at->data, j->key->place))
			return at->data;
	}
	return NULL;
}

static enum ph_err unlock(struct job *j, SecretItem *item)
{
	GList one = { .data = item };

	if (!secret_item_get_locked(item))
		return PH_OK;
	/* A person types a password now. */
	ph_watch_extend(&j->watch, PH_KEYRING_PERSON_MS);
	if (secret_service_unlock_sync(
		j->service, &one, j->watch.cancel, NULL, &j->error) > 0) {
		ph_watch_extend(&j->watch, j->timeout);
		return PH_OK;
	}
	if (j->error == NULL)
		j->refused = "the keyring is locked and was not opened";
	return failed(j);
}

static enum ph_err take(struct job *j, SecretItem *item, struct ph_secret *out)
{
	if (!secret_item_load_secret_sync(item, j->watch.cancel, &j->error))
		return failed(j);

	SecretValue *value = secret_item_get_secret(item);
	gsize len = 0;

	if (value == NULL)
		return PH_ENOTFOUND;

	const gchar *ptr = secret_value_get(value, &len);
	enum ph_err err = ph_secret_set(out, (struct ph_span){ ptr, len });

	/* Overwritten by libsecret when nobody holds it any more. */
	secret_value_unref(value);
	return err;
}

/* Deletes what was found, but for the place given (NULL: all). */
static enum ph_err drop(struct job *j, const char *but)
{
	for (GList *at = j->items; at != NULL; at = at->next) {
		if (but != NULL && is_for(at->data, but))
			continue;
		if (!secret_item_delete_sync(
			at->data, j->watch.cancel, &j->error))
			return failed(j);
	}
	return PH_OK;
}

static void begin(struct job *j)
{
	ph_watch_begin(&j->watch, j->timeout);
}

static enum ph_err end(struct job *j, enum ph_err err)
{
	bool late = ph_watch_end(&j->watch);

	g_list_free_full(j->items, g_object_unref);
	if (j->service != NULL)
		g_object_unref(j->service);
	g_clear_error(&j->error);
	return late && err == PH_EIO ? too_late(j) : err;
}

static enum ph_err find(const struct ph_keyring_key *key, ph_msec timeout,
    struct ph_secret *out, struct ph_fault *fault)
{
	struct job j = { .key = key, .timeout = timeout, .fault = fault };

	begin(&j);

	enum ph_err err = open_service(&j);
	if (err == PH_OK)
		err = search(&j);
	if (err == PH_OK) {
		SecretItem *item = choose(&j);

		if (item == NULL) {
			err = j.items == NULL ? PH_ENOTFOUND : PH_EDENIED;
		} else {
			err = unlock(&j, item);
			if (err == PH_OK)
				err = take(&j, item, out);
		}
	}
	return end(&j, err);
}

static enum ph_err put_item(
    struct job *j, const char *label, const struct ph_secret *secret)
{
	GHashTable *table = attributes(j->key, true);
	SecretValue *value =
	    secret_value_new(secret->ptr, (gssize)secret->len, "text/plain");

	/* Where there is no keyring yet, a person makes one now. */
	ph_watch_extend(&j->watch, PH_KEYRING_PERSON_MS);

	gboolean ok = secret_service_store_sync(j->service, &schema, table,
	    SECRET_COLLECTION_DEFAULT, label, value, j->watch.cancel,
	    &j->error);

	ph_watch_extend(&j->watch, j->timeout);
	secret_value_unref(value);
	g_hash_table_unref(table);
	if (ok)
		return PH_OK;
	if (j->error == NULL)
		j->refused = "the keyring did not take the secret";
	return failed(j);
}

static enum ph_err store(const struct ph_keyring_key *key, const char *label,
    const struct ph_secret *secret, ph_msec timeout, struct ph_fault *fault)
{
	struct job j = { .key = key, .timeout = timeout, .fault = fault };

	begin(&j);

	enum ph_err err = open_service(&j);
	if (err == PH_OK)
		err = put_item(&j, label, secret);
	/* What was kept for another place goes once the new one is in. */
	if (err == PH_OK)
		err = search(&j);
	if (err == PH_OK)
		err = drop(&j, key->place);
	return end(&j, err);
}

static enum ph_err forget(
    const struct ph_keyring_key *key, ph_msec timeout, struct ph_fault *fault)
{
	struct job j = { .key = key, .timeout = timeout, .fault = fault };

	begin(&j);

	enum ph_err err = open_service(&j);
	if (err == PH_OK)
		err = search(&j);
	if (err == PH_OK)
		err = j.items == NULL ? PH_ENOTFOUND : drop(&j, NULL);
	return end(&j, err);
}

__attribute__((visibility("default")))
const struct ph_keyring ph_keyring_module = {
	.find = find,
	.store = store,
	.forget = forget,
};
