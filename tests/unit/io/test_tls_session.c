#include "certs.h"
#include "check.h"
#include "tls_pair.h"

#include <stdlib.h>
#include <string.h>

enum {
	DAY = 24 * 3600
};

/* Where the network cuts must not matter; and the contexts may go first. */
static void test_cuts(void)
{
	for (size_t step = 1; step < 3000; step = step * 3 + 1) {
		char *ca;
		struct tls_pair b;
		struct ph_tls_context *server = tls_pair_self_made(&ca);
		unsigned versions = step % 2 == 0 ? 4 : 0;
		struct ph_tls_context *client =
		    tls_pair_client_context(ca, PH_TLS_VERIFY_CA, versions);

		check_case("step", step);
		tls_pair_init(&b, client, server, "::1");
		ph_tls_context_free(client);
		ph_tls_context_free(server);
		tls_pair_shake(&b, step);
		tls_pair_check_good(&b, versions == 4 ? "TLSv1.2" : "TLSv1.3");
		tls_pair_release(&b);
		free(ca);
	}
	check_case(NULL, 0);
}

static void test_data(void)
{
	static char big[300 * 1024];
	static char in[64 * 1024];
	char *ca;
	struct tls_pair b;
	struct ph_tls_context *server = tls_pair_self_made(&ca);
	struct ph_tls_context *client =
	    tls_pair_client_context(ca, PH_TLS_VERIFY_CA, 0);
	struct ph_span spans[] = { { "MAIL", 4 }, { "", 0 }, { " FROM", 5 },
		{ big, sizeof(big) }, { "end", 3 } };
	size_t total = sizeof(big) + 12;
	size_t sent = 0;
	size_t received = 0;
	size_t n;
	unsigned sum = 0;

	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 31);
	tls_pair_init(&b, client, server, "::1");
	tls_pair_shake(&b, SIZE_MAX);
	while (received < total) {
		if (sent < total) {
			enum ph_err err = ph_tls_session_write(
			    b.client, spans, PH_COUNT(spans), sent, &n);
			if (err == PH_OK)
				sent += n;
			/* It is bounded, and says so. */
			check(ph_tls_session_pending(b.client).len < 81 * 1024);
			check(err == PH_OK || err == PH_AGAIN);
		}
		(void)tls_pair_carry(b.client, b.server, 5000);
		while (ph_tls_session_read(b.server, in, sizeof(in), &n) ==
		    PH_OK) {
			for (size_t i = 0; i < n; i++)
				sum += (unsigned char)in[i];
			received += n;
		}
		check(!ph_tls_session_buffered(b.server));
	}
	unsigned want = 0;
	for (size_t i = 0; i < PH_COUNT(spans); i++) {
		for (size_t k = 0; k < spans[i].len; k++)
			want += (unsigned char)spans[i].ptr[k];
	}
	check_int(sum, want);
	check_int(
	    ph_tls_session_write(b.client, spans, PH_COUNT(spans), total, &n),
	    PH_AGAIN);

	ph_tls_session_shutdown(b.client);
	(void)tls_pair_carry(b.client, b.server, SIZE_MAX);
	check_int(ph_tls_session_read(b.server, in, sizeof(in), &n), PH_EOF);

	/* Noise where a record was due. */
	tls_pair_feed(b.client, "\027\003\003\000\020aaaaaaaaaaaaaaaa", 21);
	check_int(ph_tls_session_read(b.client, in, sizeof(in), &n), PH_EIO);
	check_int(
	    ph_tls_session_fault(b.client)->cause, PH_CAUSE_CONNECTION_LOST);
	tls_pair_release(&b);
	ph_tls_context_free(client);
	ph_tls_context_free(server);
	free(ca);
}

/* A server that wants a certificate of the client: with and without one. */
static void test_client_certificate(void)
{
	const struct cert_spec spec = { "client", NULL, -DAY, DAY, false,
		NULL };
	struct cert leaf = cert_make(&spec, NULL);
	char *both_pem = cert_write(temp_dir(), "cl.pem", &leaf, NULL, false);
	char *ca;

	for (int with = 0; with < 2; with++) {
		struct ph_tls_context *server = tls_pair_self_made(&ca);
		struct ph_tls_context *client = NULL;
		struct ph_tls_client_config cfg = {
			.ca_file = ca,
			.client_certificate = with ? both_pem : NULL,
		};
		struct tls_pair b;
		char in[8];
		size_t got;

		check_case("with", (size_t)with);
		SSL_CTX_set_verify(server->ctx,
		    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
		check(SSL_CTX_load_verify_file(server->ctx, both_pem) == 1);
		check(ph_tls_client_context(&cfg, &client, NULL) == PH_OK);
		tls_pair_init(&b, client, server, "::1");
		tls_pair_shake(&b, SIZE_MAX);
		check_int(b.client_err, PH_OK);
		check_int(b.server_err, with ? PH_OK : PH_EIO);
		if (!with) {
			check_int(
			    ph_tls_session_read(b.client, in, sizeof(in), &got),
			    PH_EIO);
			check_int(ph_tls_session_fault(b.client)->cause,
			    PH_CAUSE_TLS_HANDSHAKE);
			check_str(ph_tls_session_fault(b.client)->text,
			    "the other side refused with the TLS alert 116, "
			    "certificate required");
		}
		tls_pair_release(&b);
		ph_tls_context_free(client);
		ph_tls_context_free(server);
		free(ca);
	}
	check_case(NULL, 0);
	cert_free(&leaf);
	free(both_pem);
}

int main(void)
{
	test_cuts();
	test_data();
	test_client_certificate();
	return check_end();
}
