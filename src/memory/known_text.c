#include "memory/known.h"

#include "base/num.h"
#include "memory/words.h"

/* posthaste server 1
   host smtp.example.com 587
   seen 1764279455
   good 1764279455 starttls TLSv1.3
   key 1764279455 verified 5d41...
   mechanism CRAM-MD5 og 1764279455 120 1764279455 1800 3

   Of a mechanism: o (offered), g (in the good offer), v (its last failure was
   over verified TLS) or -; last success and its milliseconds; last failure, its
   milliseconds, and how many running. */

static const char magic[] = "posthaste server 1";

static enum ph_err read_host(struct ph_span *rest, struct ph_known *k)
{
	struct ph_span host;
	uint64_t port = 0;

	if (!ph_words_next(rest, &host) || host.len >= sizeof(k->host) ||
	    ph_words_number(rest, UINT16_MAX, &port) != PH_OK)
		return PH_EPROTO;
	memcpy(k->host, host.ptr, host.len);
	k->host[host.len] = '\0';
	k->port = (uint16_t)port;
	return PH_OK;
}

static enum ph_err read_seen(struct ph_span *rest, struct ph_known *k)
{
	return ph_words_time(rest, &k->seen);
}

static enum ph_err read_good(struct ph_span *rest, struct ph_known *k)
{
	struct ph_span how;
	struct ph_span version;

	if (ph_words_time(rest, &k->good) != PH_OK ||
	    !ph_words_next(rest, &how) || !ph_words_next(rest, &version) ||
	    version.len >= sizeof(k->good_version))
		return PH_EPROTO;
	k->good_starttls = ph_span_eq(how, PH_SPAN("starttls"));
	if (!k->good_starttls && !ph_span_eq(how, PH_SPAN("first")))
		return PH_EPROTO;
	memcpy(k->good_version, version.ptr, version.len);
	k->good_version[version.len] = '\0';
	return PH_OK;
}

static enum ph_err read_key(struct ph_span *rest, struct ph_known *k)
{
	struct ph_span how;
	struct ph_span key;

	if (ph_words_time(rest, &k->key_since) != PH_OK ||
	    !ph_words_next(rest, &how) || !ph_words_next(rest, &key) ||
	    key.len != sizeof(k->key) - 1)
		return PH_EPROTO;
	k->key_good = ph_span_eq(how, PH_SPAN("verified"));
	if (!k->key_good && !ph_span_eq(how, PH_SPAN("unverified")))
		return PH_EPROTO;
	memcpy(k->key, key.ptr, key.len);
	k->key[key.len] = '\0';
	return PH_OK;
}

static bool has(struct ph_span flags, char c)
{
	return ph_span_find(flags, c) < flags.len;
}

static enum ph_err read_mechanism(struct ph_span *rest, struct ph_known *k)
{
	struct ph_known_mechanism m = { 0 };
	struct ph_span name;
	struct ph_span flags;
	uint64_t n[3] = { 0 };

	if (!ph_words_next(rest, &name) || name.len >= sizeof(m.name) ||
	    !ph_words_next(rest, &flags) ||
	    ph_words_time(rest, &m.worked) != PH_OK ||
	    ph_words_number(rest, UINT32_MAX, &n[0]) != PH_OK ||
	    ph_words_time(rest, &m.broken) != PH_OK ||
	    ph_words_number(rest, UINT32_MAX, &n[1]) != PH_OK ||
	    ph_words_number(rest, UINT32_MAX, &n[2]) != PH_OK ||
	    k->mechanism_count == PH_KNOWN_MECHANISMS_MAX)
		return PH_EPROTO;
	memcpy(m.name, name.ptr, name.len);
	m.offered = has(flags, 'o');
	m.good = has(flags, 'g');
	m.broken_good = has(flags, 'v');
	m.worked_ms = (uint32_t)n[0];
	m.broken_ms = (uint32_t)n[1];
	m.broken_count = (uint32_t)n[2];
	k->mechanisms[k->mechanism_count++] = m;
	return PH_OK;
}

static const struct {
	struct ph_span word;
	enum ph_err (*read)(struct ph_span *rest, struct ph_known *k);
} lines[] = {
	{ PH_SPAN_INIT("host"), read_host },
	{ PH_SPAN_INIT("seen"), read_seen },
	{ PH_SPAN_INIT("good"), read_good },
	{ PH_SPAN_INIT("key"), read_key },
	{ PH_SPAN_INIT("mechanism"), read_mechanism },
};

static enum ph_err read_line(struct ph_span line, struct ph_known *k)
{
	struct ph_span word;

	if (!ph_words_next(&line, &word))
		return PH_EPROTO;
	for (size_t i = 0; i < PH_COUNT(lines); i++) {
		if (!ph_span_eq(word, lines[i].word))
			continue;

		enum ph_err err = lines[i].read(&line, k);

		return err == PH_OK && line.len > 0 ? PH_EPROTO : err;
	}
	return PH_OK;
}

enum ph_err ph_known_read(
    struct ph_span text, ph_unixtime now, struct ph_known *out)
{
	struct ph_known k = { 0 };
	struct ph_span line;

	*out = (struct ph_known){ 0 };
	if (ph_words_begin(&text, PH_KNOWN_TEXT_MAX, magic) != PH_OK)
		return PH_EPROTO;
	while (text.len > 0 && ph_span_split(&text, '\n', &line)) {
		enum ph_err err = read_line(line, &k);
		if (err != PH_OK)
			return err;
	}
	if (k.host[0] == '\0' || k.seen == 0)
		return PH_EPROTO;
	ph_known_expire(&k, now);
	*out = k;
	return PH_OK;
}

static enum ph_err write_mechanism(
    const struct ph_known_mechanism *m, struct ph_buf *out)
{
	bool none = !m->offered && !m->good && !m->broken_good;

	return ph_buf_appendf(out,
	    "mechanism %s %s%s%s%s %lld %lu %lld %lu %lu\n", m->name,
	    m->offered ? "o" : "", m->good ? "g" : "",
	    m->broken_good ? "v" : "", none ? "-" : "", (long long)m->worked,
	    (unsigned long)m->worked_ms, (long long)m->broken,
	    (unsigned long)m->broken_ms, (unsigned long)m->broken_count);
}

enum ph_err ph_known_write(const struct ph_known *k, struct ph_buf *out)
{
	enum ph_err err = ph_buf_appendf(out, "%s\nhost %s %u\nseen %lld\n",
	    magic, k->host, (unsigned)k->port, (long long)k->seen);

	if (err == PH_OK && k->good != 0) {
		err = ph_buf_appendf(out, "good %lld %s %s\n",
		    (long long)k->good, k->good_starttls ? "starttls" : "first",
		    k->good_version);
	}
	if (err == PH_OK && k->key[0] != '\0') {
		err = ph_buf_appendf(out, "key %lld %s %s\n",
		    (long long)k->key_since,
		    k->key_good ? "verified" : "unverified", k->key);
	}
	for (size_t i = 0; err == PH_OK && i < k->mechanism_count; i++)
		err = write_mechanism(&k->mechanisms[i], out);
	return err;
}
