#include "tls_pair.h"

#include "base/buf.h"
#include "certs.h"
#include "check.h"

#include <string.h>

size_t tls_pair_carry(
    struct ph_tls_session *from, struct ph_tls_session *to, size_t step)
{
	struct ph_span out = ph_tls_session_pending(from);
	size_t cap;
	char *room = ph_tls_session_room(to, &cap);
	size_t n = out.len < step ? out.len : step;

	if (n > cap)
		n = cap;
	if (n > 0)
		memcpy(room, out.ptr, n);
	ph_tls_session_received(to, n);
	ph_tls_session_sent(from, n);
	return n;
}

void tls_pair_shake(struct tls_pair *b, size_t step)
{
	b->client_err = PH_AGAIN;
	b->server_err = PH_AGAIN;
	for (;;) {
		if (b->client_err == PH_AGAIN)
			b->client_err = ph_tls_session_handshake(b->client);
		size_t moved = tls_pair_carry(b->client, b->server, step);
		if (b->server_err == PH_AGAIN)
			b->server_err = ph_tls_session_handshake(b->server);
		moved += tls_pair_carry(b->server, b->client, step);
		if (moved == 0)
			return;
	}
}

void tls_pair_init(struct tls_pair *b, struct ph_tls_context *client,
    struct ph_tls_context *server, const char *host)
{
	struct ph_tls_options c = { .context = client, .host = host };
	struct ph_tls_options s = { .context = server };

	*b = (struct tls_pair){ 0 };
	check(ph_tls_session_new(&c, &b->client) == PH_OK);
	check(ph_tls_session_new(&s, &b->server) == PH_OK);
}

void tls_pair_init_named(struct tls_pair *b, struct ph_tls_context *client,
    struct ph_tls_context *server, const char *host, const char *verify_name)
{
	struct ph_tls_options c = { client, host, verify_name };
	struct ph_tls_options s = { .context = server };

	*b = (struct tls_pair){ 0 };
	check(ph_tls_session_new(&c, &b->client) == PH_OK);
	check(ph_tls_session_new(&s, &b->server) == PH_OK);
}

void tls_pair_release(struct tls_pair *b)
{
	ph_tls_session_free(b->client);
	ph_tls_session_free(b->server);
}

struct ph_tls_context *tls_pair_client_context(
    const char *ca_file, enum ph_tls_verify verify, unsigned versions)
{
	struct ph_tls_client_config cfg = {
		.ca_file = ca_file,
		.verify = verify,
		.versions = versions,
	};
	struct ph_tls_context *c = NULL;
	struct ph_fault fault = { 0 };

	check_int(ph_tls_client_context(&cfg, &c, &fault), PH_OK);
	check_str(fault.text, "");
	return c;
}

const char *const tls_pair_names[] = { "mail.example.test", "*.wild.test",
	"127.0.0.1", "::1" };

struct ph_tls_context *tls_pair_self_made(char **ca_file)
{
	struct ph_tls_context *made[PH_TLS_FLAW_COUNT];

	tls_pair_flawed(0, made, ca_file);
	for (size_t i = 1; i < PH_TLS_FLAW_COUNT; i++)
		check(made[i] == NULL);
	return made[PH_TLS_FLAW_NONE];
}

void tls_pair_flawed(unsigned flaws,
    struct ph_tls_context *out[PH_TLS_FLAW_COUNT], char **ca_file)
{
	struct ph_buf pem;
	struct ph_fault fault = { 0 };

	ph_buf_init(&pem, 8192);
	check_int(ph_tls_self_made_contexts(tls_pair_names,
		      PH_COUNT(tls_pair_names), flaws, out, &pem, &fault),
	    PH_OK);
	check_str(fault.text, "");
	*ca_file = temp_path("ca.pem");
	temp_write(*ca_file, ph_buf_str(&pem));
	ph_buf_release(&pem);
}

void tls_pair_check_good(const struct tls_pair *b, const char *version)
{
	const struct ph_tls_info *c = ph_tls_session_info(b->client);
	const struct ph_tls_info *s = ph_tls_session_info(b->server);

	check_int(b->client_err, PH_OK);
	check_int(b->server_err, PH_OK);
	check_str(ph_tls_session_fault(b->client)->text, "");
	check_str(c->version, version);
	check(c->cipher[0] != '\0');
	check(c->has_certificate && !s->has_certificate);
	check_int(c->binding_is_exporter, strcmp(version, "TLSv1.3") == 0);
	check_int(c->binding_len, c->binding_is_exporter ? 32 : 12);
	check_int(c->binding_len, s->binding_len);
	check(memcmp(c->binding, s->binding, c->binding_len) == 0);
}

void tls_pair_feed(struct ph_tls_session *t, const char *text, size_t len)
{
	size_t cap;
	char *room = ph_tls_session_room(t, &cap);

	memcpy(room, text, len);
	ph_tls_session_received(t, len);
}
