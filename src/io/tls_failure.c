#include "io/tls_session_state.h"

#include "base/utf8.h"
#include "io/errno_text.h"

#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

/* RFC 8446 5.1: a content type of 20 to 24, and a version that begins with
   3. */
static bool is_plaintext(const struct ph_tls_session *t)
{
	if (t->head_len == 0)
		return false;
	if (t->head[0] < 20 || t->head[0] > 24)
		return true;
	return t->head_len > 1 && t->head[1] != 3;
}

static struct ph_span first_line(const struct ph_tls_session *t)
{
	struct ph_span all = { t->head, t->head_len };
	struct ph_span line = ph_span_first(all, ph_span_find(all, '\n'));

	return ph_span_trim(ph_utf8_cut(line, 200));
}

static void fault_plaintext(struct ph_tls_session *t)
{
	struct ph_span line = first_line(t);
	bool text =
	    line.len > 0 && !ph_span_has_control(line) && ph_utf8_valid(line);

	/* What a client says in clear may be its password. */
	if (t->context->server || !text) {
		ph_fault_set(&t->fault, PH_CAUSE_TLS_PLAINTEXT, PH_STAGE_TLS,
		    "the other side does not speak TLS here");
		return;
	}
	ph_fault_set(&t->fault, PH_CAUSE_TLS_PLAINTEXT, PH_STAGE_TLS,
	    "the server does not speak TLS here: it said \"%.*s\"",
	    PH_SPAN_ARG(line));
}

static void fault_version(struct ph_tls_session *t)
{
	static const char *const names[] = { "1.0", "1.1", "1.2", "1.3" };
	char list[32] = "";

	for (size_t i = 0; i < PH_COUNT(names); i++) {
		size_t len = strlen(list);
		if ((t->context->versions & (1U << i)) != 0) {
			(void)snprintf(list + len, sizeof(list) - len, "%s%s",
			    len > 0 ? ", " : "", names[i]);
		}
	}
	ph_fault_set(&t->fault, PH_CAUSE_TLS_VERSION, PH_STAGE_TLS,
	    "no version of TLS in common (allowed here: %s)", list);
}

static bool is_version_reason(int reason)
{
	static const int reasons[] = {
		SSL_R_TLSV1_ALERT_PROTOCOL_VERSION,
		SSL_R_UNSUPPORTED_PROTOCOL,
		SSL_R_NO_PROTOCOLS_AVAILABLE,
		SSL_R_UNSUPPORTED_SSL_VERSION,
		SSL_R_UNKNOWN_SSL_VERSION,
		SSL_R_WRONG_SSL_VERSION,
		SSL_R_WRONG_VERSION_NUMBER,
		SSL_R_VERSION_TOO_LOW,
		SSL_R_VERSION_TOO_HIGH,
		SSL_R_UNKNOWN_PROTOCOL,
	};

	for (size_t i = 0; i < PH_COUNT(reasons); i++) {
		if (reasons[i] == reason)
			return true;
	}
	return false;
}

static bool is_alert(int reason)
{
	return reason > SSL_AD_REASON_OFFSET &&
	    reason <= SSL_AD_REASON_OFFSET + 255;
}

/* Those of TLS 1.3 have no words in OpenSSL 3.0. */
static const char *alert_text(int alert)
{
	switch (alert) {
	case SSL_AD_MISSING_EXTENSION:
		return "missing extension";
	case SSL_AD_CERTIFICATE_REQUIRED:
		return "certificate required";
	case SSL_AD_NO_APPLICATION_PROTOCOL:
		return "no application protocol";
	default:
		return SSL_alert_desc_string_long(alert);
	}
}

static void fault_alert(struct ph_tls_session *t, int reason)
{
	int alert = reason - SSL_AD_REASON_OFFSET;

	if (t->heard) {
		ph_fault_set(&t->fault, PH_CAUSE_CONNECTION_LOST,
		    PH_STAGE_GREETING,
		    "the other side broke off with the TLS alert %d, %s", alert,
		    alert_text(alert));
		return;
	}
	ph_fault_set(&t->fault, PH_CAUSE_TLS_HANDSHAKE, PH_STAGE_TLS,
	    "the other side refused with the TLS alert %d, %s", alert,
	    alert_text(alert));
}

static int ssl_reason(void)
{
	unsigned long e = ERR_peek_error();

	return ERR_GET_LIB(e) == ERR_LIB_SSL ? ERR_GET_REASON(e) : 0;
}

enum ph_err ph_tls_failure_of_handshake(struct ph_tls_session *t)
{
	int reason = ssl_reason();

	if (t->refused) {
		ERR_clear_error();
		return PH_EIO;
	}
	if (is_plaintext(t)) {
		fault_plaintext(t);
	} else if (is_version_reason(reason)) {
		fault_version(t);
	} else if (is_alert(reason)) {
		fault_alert(t, reason);
	} else {
		ph_fault_set(&t->fault, PH_CAUSE_TLS_HANDSHAKE, PH_STAGE_TLS,
		    "the TLS handshake failed: %s", ph_tls_reason());
	}
	ERR_clear_error();
	return PH_EIO;
}

/* After the handshake.  A server that wants another client certificate says so
   only now (TLS 1.3), in place of its first words; whatever else broke, the
   conversation is lost. */
enum ph_err ph_tls_failure_of_record(struct ph_tls_session *t)
{
	int reason = ssl_reason();

	if (is_alert(reason)) {
		fault_alert(t, reason);
	} else {
		ph_fault_set(&t->fault, PH_CAUSE_CONNECTION_LOST,
		    PH_STAGE_GREETING, "TLS broke: %s", ph_tls_reason());
	}
	ERR_clear_error();
	return PH_EIO;
}

void ph_tls_session_lost(struct ph_tls_session *t, int err)
{
	if (is_plaintext(t)) {
		fault_plaintext(t);
		return;
	}
	if (err == 0) {
		ph_fault_set(&t->fault, PH_CAUSE_TLS_CLOSED, PH_STAGE_TLS,
		    "the connection was closed during the TLS handshake");
		return;
	}
	ph_fault_set(&t->fault, PH_CAUSE_TLS_CLOSED, PH_STAGE_TLS,
	    "the connection was lost during the TLS handshake: %s",
	    ph_errno_text(err));
}
