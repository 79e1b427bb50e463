#include "foreign/formats.h"

#include "foreign/xml.h"

/* Thunderbird's autoconfig: the outgoingServer elements of a clientConfig. */

enum {
	TEXT_MAX = 1024
};

enum what {
	OTHER,
	PLACE,
	SOCKET,
	AUTH,
	SECRET
};

struct autoconfig {
	struct ph_foreign_reader *r;
	struct ph_buf text; /* of the element at hand; may be a password */
	unsigned skipped;   /* elements within the outgoing server below it */
	bool in_server;
	bool is_taken; /* one was read */
	struct ph_buf mechanisms;
	bool is_open; /* anybody may send */
	const char *setting;
	enum what what; /* the element at hand */
};

static const struct {
	const char *name;
	const char *setting;
	enum what what;
} elements[] = {
	{ "hostname", "host", PLACE },
	{ "port", "port", PLACE },
	{ "socketType", "encryption", SOCKET },
	{ "username", "username", PLACE },
	{ "authentication", "mechanisms", AUTH },
	{ "password", "password-from", SECRET },
};

static const struct {
	const char *word;
	const char *encryption;
} sockets[] = {
	{ "plain", "none" },
	{ "SSL", "before-connect" },
	{ "TLS", "before-connect" },
	{ "STARTTLS", "after-connect" },
};

/* mechanisms NULL: none is made. */
static const struct {
	const char *word;
	const char *mechanisms;
} logins[] = {
	{ "password-cleartext", "PLAIN LOGIN" },
	{ "plain", "PLAIN LOGIN" },
	{ "password-encrypted", "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5" },
	{ "secure", "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5" },
	{ "NTLM", "NTLM" },
	{ "GSSAPI", "GSSAPI" },
	{ "TLS-client-cert", "EXTERNAL" },
	{ "OAuth2", "OAUTHBEARER XOAUTH2" },
	{ "client-IP-address", NULL },
	{ "smtp-after-pop", NULL },
	{ "none", NULL },
};

static const char *attribute_of(const char *const *list, const char *name)
{
	for (size_t i = 0; list[i] != NULL; i += 2) {
		if (strcmp(list[i], name) == 0)
			return list[i + 1];
	}
	return "";
}

static enum ph_err begin_server(
    struct autoconfig *a, const char *const *attributes)
{
	const char *type = attribute_of(attributes, "type");

	if (strcmp(type, "smtp") != 0 && type[0] != '\0')
		return PH_OK;
	if (a->is_taken && !a->r->takes_all) {
		return ph_foreign_lose(a->r, PH_SPAN("outgoingServer"),
		    "it is another way for the same mail: the first is "
		    "taken");
	}
	a->in_server = true;
	a->is_taken = true;
	a->skipped = 0;
	a->is_open = false;
	ph_buf_clear(&a->mechanisms);
	return ph_foreign_begin(a->r, (struct ph_span){ 0 });
}

static enum ph_err on_start(
    void *ctx, const char *name, const char *const *attributes)
{
	struct autoconfig *a = ctx;

	ph_buf_clear(&a->text);
	a->what = OTHER;
	if (!a->in_server) {
		return strcmp(name, "outgoingServer") == 0
		    ? begin_server(a, attributes)
		    : PH_OK;
	}
	if (a->skipped++ > 0)
		return PH_OK;
	for (size_t i = 0; i < PH_COUNT(elements); i++) {
		if (strcmp(name, elements[i].name) != 0)
			continue;
		a->setting = elements[i].setting;
		a->what = elements[i].what;
	}
	return PH_OK;
}

static enum ph_err on_text(void *ctx, struct ph_span text)
{
	struct autoconfig *a = ctx;

	if (a->what == OTHER)
		return PH_OK;
	if (text.len <= TEXT_MAX - a->text.len)
		return ph_buf_append(&a->text, text);
	a->what = OTHER;
	return ph_foreign_lose(
	    a->r, ph_span_of(a->setting), "it is longer than any value");
}

static enum ph_err append_part(
    struct autoconfig *a, struct ph_buf *out, struct ph_span word)
{
	struct ph_span address = ph_span_of(a->r->address);
	size_t at = ph_span_find(address, '@');

	if (ph_span_eq(word, PH_SPAN("EMAILADDRESS")))
		return ph_buf_append(out, address);
	if (ph_span_eq(word, PH_SPAN("EMAILLOCALPART")))
		return ph_buf_append(out, ph_span_first(address, at));
	if (ph_span_eq(word, PH_SPAN("EMAILDOMAIN")) && at < address.len)
		return ph_buf_append(out, ph_span_skip(address, at + 1));
	return PH_EINVAL;
}

/* %EMAILADDRESS% and its kin become the user's.  PH_EINVAL: there is one that
   is not known, or no address. */
static enum ph_err fill_in(
    struct autoconfig *a, struct ph_span text, struct ph_buf *out)
{
	enum ph_err err = PH_OK;

	while (err == PH_OK && text.len > 0) {
		size_t n = ph_span_find(text, '%');
		struct ph_span rest =
		    ph_span_skip(text, n < text.len ? n + 1 : n);
		size_t end = ph_span_find(rest, '%');

		err = ph_buf_append(out, ph_span_first(text, n));
		if (err != PH_OK || n == text.len)
			return err;
		if (end == rest.len || a->r->address[0] == '\0')
			return PH_EINVAL;
		err = append_part(a, out, ph_span_first(rest, end));
		text = ph_span_skip(rest, end + 1);
	}
	return err;
}

static enum ph_err put(
    struct autoconfig *a, const char *setting, struct ph_span text)
{
	struct ph_buf b;
	enum ph_err err;

	if (text.len == 0)
		return PH_OK;
	ph_buf_init(&b, (size_t)4 * TEXT_MAX);
	err = fill_in(a, text, &b);
	if (err == PH_OK) {
		err = ph_foreign_set(a->r, setting, ph_buf_span(&b), setting);
	} else if (err == PH_EINVAL || err == PH_ETOOBIG) {
		err = ph_foreign_lose(a->r, ph_span_of(setting),
		    a->r->address[0] == '\0'
			? "it is made of the address: --address says which"
			: "it is made of what is not known");
	}
	ph_buf_release(&b);
	return err;
}

static enum ph_err put_socket(struct autoconfig *a, struct ph_span word)
{
	for (size_t i = 0; i < PH_COUNT(sockets); i++) {
		if (ph_span_eq_nocase(word, ph_span_of(sockets[i].word))) {
			return put(
			    a, "encryption", ph_span_of(sockets[i].encryption));
		}
	}
	return ph_foreign_lose(
	    a->r, PH_SPAN("socketType"), "no such word is known");
}

static enum ph_err add_login(struct autoconfig *a, struct ph_span word)
{
	for (size_t i = 0; i < PH_COUNT(logins); i++) {
		enum ph_err err = PH_OK;

		if (!ph_span_eq_nocase(word, ph_span_of(logins[i].word)))
			continue;
		if (logins[i].mechanisms == NULL) {
			a->is_open = true;
			return PH_OK;
		}
		if (a->mechanisms.len > 0)
			err = ph_buf_append_char(&a->mechanisms, ' ');
		if (err == PH_OK) {
			err = ph_buf_append_str(
			    &a->mechanisms, logins[i].mechanisms);
		}
		/* So often is none repeated. */
		return err == PH_ETOOBIG ? PH_OK : err;
	}
	return ph_foreign_lose(
	    a->r, PH_SPAN("authentication"), "no such word is known");
}

static enum ph_err end_server(struct autoconfig *a)
{
	a->in_server = false;
	if (a->mechanisms.len > 0)
		return put(a, "mechanisms", ph_buf_span(&a->mechanisms));
	return a->is_open ? put(a, "anonymous", PH_SPAN("yes")) : PH_OK;
}

static enum ph_err end_element(struct autoconfig *a)
{
	struct ph_span text = ph_span_trim(ph_buf_span(&a->text));

	switch (a->what) {
	case PLACE:
		return put(a, a->setting, text);
	case SOCKET:
		return put_socket(a, text);
	case AUTH:
		return add_login(a, text);
	case SECRET:
		return text.len == 0
		    ? PH_OK
		    : ph_foreign_keep(a->r, PH_ROLE_PASSWORD, text, "password");
	case OTHER:
		break;
	}
	return PH_OK;
}

static enum ph_err on_end(void *ctx)
{
	struct autoconfig *a = ctx;
	enum ph_err err = PH_OK;

	if (!a->in_server)
		return PH_OK;
	if (a->skipped == 0)
		return end_server(a);
	if (--a->skipped == 0)
		err = end_element(a);
	a->what = OTHER;
	return err;
}

/* An address that was given is the sender where it fits the form. */
static enum ph_err put_from(struct ph_foreign_reader *r)
{
	if (r->current == NULL || r->address[0] == '\0')
		return PH_OK;
	r->line = 0;
	return ph_foreign_set(r, "from", ph_span_of(r->address), "--address");
}

enum ph_err ph_foreign_read_autoconfig(struct ph_foreign_reader *r)
{
	const struct ph_xml *xml = ph_xml();
	struct autoconfig a = { .r = r };
	struct ph_xml_handler handler = { &a, on_start, on_text, on_end };
	const char *why = "";

	if (xml == NULL) {
		return ph_foreign_refuse(r,
		    "the module %s is missing, which reads XML", PH_XML_FILE);
	}
	ph_buf_init(&a.text, TEXT_MAX);
	ph_buf_init(&a.mechanisms, 512);

	enum ph_err err = ph_buf_reserve(&a.text, TEXT_MAX);

	if (err == PH_OK)
		err = xml->read(r->text, &handler, &r->line, &why);
	if (err == PH_EINVAL && why[0] != '\0')
		err = ph_foreign_refuse(r, "%s", why);
	if (err == PH_OK)
		err = put_from(r);
	ph_buf_wipe(&a.text);
	ph_buf_release(&a.mechanisms);
	return err;
}
