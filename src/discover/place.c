#include "discover/place.h"

#include "base/ascii.h"

enum {
	URL_MAX = 2048
};

static const char well_known[] = "/.well-known/autoconfig/mail/config-v1.1.xml";

static enum ph_err add(struct ph_places *p, struct ph_arena *a,
    enum ph_found found, const char *const parts[4])
{
	struct ph_buf url;
	enum ph_err err = PH_OK;

	ph_buf_init(&url, URL_MAX);
	for (size_t i = 0; i < 4 && err == PH_OK && parts[i] != NULL; i++)
		err = ph_buf_append_str(&url, parts[i]);

	const char *text =
	    err == PH_OK ? ph_arena_str(a, ph_buf_span(&url)) : NULL;

	ph_buf_release(&url);
	/* What no URL can be is not asked. */
	if (err == PH_ETOOBIG)
		return PH_OK;
	if (text == NULL)
		return PH_ENOMEM;
	p->items[p->count++] = (struct ph_place){ .found = found, .url = text };
	return PH_OK;
}

static enum ph_err add_autoconfig(struct ph_places *p, struct ph_arena *a,
    enum ph_found found, const char *domain)
{
	bool is_http = found == PH_FOUND_HTTP;
	const char *const first[4] = { is_http ? "http://autoconfig."
					       : "https://autoconfig.",
		domain, "/mail/config-v1.1.xml" };
	const char *const second[4] = { is_http ? "http://" : "https://",
		domain, well_known };
	enum ph_err err = add(p, a, found, first);

	return err == PH_OK ? add(p, a, found, second) : err;
}

/* RFC 3986 2.3. */
static enum ph_err append_encoded(struct ph_buf *b, const char *text)
{
	enum ph_err err = PH_OK;

	for (; err == PH_OK && *text != '\0'; text++) {
		if (ph_ascii_is_alnum(*text) || strchr("-._~", *text) != NULL) {
			err = ph_buf_append_char(b, *text);
		} else {
			err = ph_buf_appendf(
			    b, "%%%02X", (unsigned)(unsigned char)*text);
		}
	}
	return err;
}

static enum ph_err add_autodiscover(
    struct ph_places *p, struct ph_arena *a, const struct ph_subject *s)
{
	const char *parts[4] = { "https://autodiscover.", s->domain,
		"/autodiscover/autodiscover.json/v1.0/", NULL };
	struct ph_buf rest;

	ph_buf_init(&rest, URL_MAX);

	enum ph_err err = append_encoded(&rest, s->local);
	if (err == PH_OK) {
		err = ph_buf_appendf(
		    &rest, "%%40%s?Protocol=AutodiscoverV1", s->domain);
	}
	if (err == PH_OK) {
		parts[3] = rest.ptr;
		err = add(p, a, PH_FOUND_AUTODISCOVER, parts);
	}
	if (err == PH_OK)
		p->items[p->count - 1].tells_address = true;
	ph_buf_release(&rest);
	return err == PH_ETOOBIG ? PH_OK : err;
}

enum ph_err ph_places_of_domain(const struct ph_subject *s,
    const char *collection, struct ph_arena *a, struct ph_places *out)
{
	const char *const parts[4] = { collection, s->domain };
	enum ph_err err =
	    add_autoconfig(out, a, PH_FOUND_AUTOCONFIG, s->domain);

	if (err == PH_OK && collection != NULL)
		err = add(out, a, PH_FOUND_COLLECTION, parts);
	if (err == PH_OK)
		err = add_autodiscover(out, a, s);
	if (err == PH_OK)
		err = add_autoconfig(out, a, PH_FOUND_HTTP, s->domain);
	return err;
}

static bool may_ask(const struct ph_subject *s, const char *name)
{
	return !ph_subject_is_below(s, ph_span_of(name)) &&
	    !ph_subject_has(s, ph_span_of(name));
}

enum ph_err ph_places_of_hoster(const struct ph_subject *s, const char *mx,
    const char *registrable, struct ph_arena *a, struct ph_places *out)
{
	const char *dot = strchr(mx, '.');
	enum ph_err err = PH_OK;

	if (registrable == NULL || dot == NULL)
		return PH_OK;
	/* The host itself may be the registrable part. */
	if (strlen(dot + 1) > strlen(registrable) && may_ask(s, dot + 1))
		err = add_autoconfig(out, a, PH_FOUND_HOSTER, dot + 1);
	if (err == PH_OK && may_ask(s, registrable))
		err = add_autoconfig(out, a, PH_FOUND_HOSTER, registrable);
	return err;
}

static const char *join(
    const char *first, const char *second, struct ph_arena *a)
{
	size_t len = strlen(first);
	size_t more = strlen(second);
	char *text = ph_arena_alloc(a, len + more + 1);

	if (text != NULL) {
		memcpy(text, first, len);
		memcpy(text + len, second, more);
	}
	return text;
}

const char *ph_place_srv(
    const struct ph_subject *s, bool is_tls_first, struct ph_arena *a)
{
	return join(is_tls_first ? "_submissions._tcp." : "_submission._tcp.",
	    s->domain, a);
}

const char *ph_guess_host(
    const struct ph_subject *s, size_t i, struct ph_arena *a)
{
	static const char *const before[PH_GUESS_HOSTS] = { "smtp.", "mail.",
		"" };

	return join(before[i], s->domain, a);
}

uint16_t ph_guess_port(size_t i)
{
	static const uint16_t ports[PH_GUESS_PORTS] = { 465, 587, 25, 2525,
		26 };

	return ports[i];
}

bool ph_guess_encryption(uint16_t port, size_t i, enum ph_encryption *out)
{
	static const enum ph_encryption first[] = {
		PH_ENCRYPTION_BEFORE_CONNECT, PH_ENCRYPTION_AFTER_CONNECT
	};

	static const enum ph_encryption usual[] = { PH_ENCRYPTION_AFTER_CONNECT,
		PH_ENCRYPTION_BEFORE_CONNECT, PH_ENCRYPTION_NONE };

	if (i >= (port == 465 ? PH_COUNT(first) : PH_COUNT(usual)))
		return false;
	*out = port == 465 ? first[i] : usual[i];
	return true;
}
