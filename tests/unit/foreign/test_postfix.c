#include "check.h"
#include "shown.h"

#include <stdio.h>
#include <stdlib.h>

/* What is written there, and what becomes of it here. */
static const struct shown_case cases[] = {
	{
	    .text = "relayhost = [h]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = hash:/etc/postfix/sa"
		    "sl_passwd\n"
		    "smtp_sasl_security_options = noanonymous\n"
		    "smtp_tls_security_level = encrypt\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = after-connect\n"
		    "encryption.verify = off\n"
		    "lost, line 3: smtp_sasl_password_maps\n"
		    "lost, line 4: smtp_sasl_security_options\n",
	},
	{
	    .text = "relayhost = [h]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = hash:/x\n"
		    "smtp_tls_security_level = secure\n"
		    "\n"
		    "[h]:587 ann@x:hun:ter2\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = after-connect\n"
		    "authentication.username = ann@x\n"
		    "secret password: hun:ter2\n",
	},
	{
	    .text = "relayhost=[h]:smtps\n"
		    "smtp_tls_wrappermode=yes\n"
		    "smtp_tls_security_level=encrypt\n"
		    "smtp_sasl_auth_enable=yes\n"
		    "#sasl_passwd [h]:smtps ann:pw\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.username = ann\n"
		    "encryption.verify = off\n"
		    "secret password: pw\n",
	},
	{
	    .text = "[h]:587\tann@x:pw\n"
		    "# c\n"
		    "[i] bob:pw2\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "authentication.username = ann@x\n"
		    "secret password: pw\n"
		    "[]\n"
		    "connection.host = i\n"
		    "connection.port = 25\n"
		    "authentication.username = bob\n"
		    "secret password: pw2\n",
	},
	{
	    .text = "h:25 ann:pw",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "authentication.username = ann\n"
		    "secret password: pw\n"
		    "lost, line 1: relayhost\n",
	},
	{
	    .text = "relayhost = h\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 1: relayhost\n",
	},
	{
	    .text = "relayhost = 127.0.0.1:26\n",
	    .want = "[]\n"
		    "connection.host = 127.0.0.1\n"
		    "connection.port = 26\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "relayhost = [ipv6:::1]:submission\n",
	    .want = "[]\n"
		    "connection.host = ::1\n"
		    "connection.port = 587\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "relayhost = [h\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "relayhost =\n",
	    .want = "refused: line 1: its relayhost is empty: mail "
		    "goes to each domain's own server\n",
	},
	{
	    .text = "relayhost = $mydomain\n",
	    .want = "refused: line 1: its relayhost names another p"
		    "arameter\n",
	},
	{
	    .text = "myhostname = x\n",
	    .want = "refused: no server is named in it (read as pos"
		    "tfix)\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_tls_security_level = may\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = wanted\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_use_tls = yes\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = wanted\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_enforce_tls = yes\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.anonymous = yes\n"
		    "encryption.verify = off\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_tls_security_level = dane\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 2: smtp_tls_security_level\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_tls_security_level = verify\n"
		    "smtp_tls_verify_cert_match = n.example\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.anonymous = yes\n"
		    "encryption.verify-name = n.example\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_tls_security_level = secure\n"
		    "smtp_tls_secure_cert_match = nexthop\n"
		    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificat"
		    "es.crt\n"
		    "smtp_tls_CApath = /x\n"
		    "smtp_tls_cert_file = /c\n"
		    "smtp_tls_key_file = /k\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.anonymous = yes\n"
		    "encryption.ca-file = /x\n"
		    "encryption.client-certificate = /c\n"
		    "encryption.client-key = /k\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_tls_security_level = fingerprint\n"
		    "smtp_tls_fingerprint_digest = sha256\n"
		    "smtp_tls_fingerprint_cert_match = 00:00:00:00:"
		    "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:0"
		    "0:00:00:00:00:00:00:00:00:00:00:00:00 | A1:A1:"
		    "A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A"
		    "1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.anonymous = yes\n"
		    "encryption.verify = pin\n"
		    "encryption.pin = 00:00:00:00:00:00:00:00:00:00"
		    ":00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:"
		    "00:00:00:00:00:00:00   A1:A1:A1:A1:A1:A1:A1:A1"
		    ":A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:A1:"
		    "A1:A1:A1:A1:A1:A1:A1:A1:A1\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_tls_security_level = fingerprint\n"
		    "smtp_tls_fingerprint_cert_match = 00\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 3: smtp_tls_fingerprint_cert_match"
		    "\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_tls_security_level = fingerprint\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_tls_security_level = fingerprint\n"
		    "smtp_tls_fingerprint_digest = sha256\n"
		    "smtp_tls_fingerprint_cert_match = zz\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 3: smtp_tls_fingerprint_cert_match"
		    "\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_tls_protocols = !SSLv2, !SSLv3,\n"
		    "  !TLSv1 !TLSv1.1\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "encryption.tls-versions = 1.2 1.3\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_tls_mandatory_protocols = >=TLSv1.2\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "encryption.tls-versions = 1.2 1.3\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_tls_protocols = <=TLSv1.2\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "encryption.tls-versions = 1.0 1.1 1.2\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_tls_protocols = TLSv1.3\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "encryption.tls-versions = 1.3\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_tls_protocols = !TLSv1, !TLSv1.1, !TLSv1."
		    "2, !TLSv1.3\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 2: smtp_tls_protocols\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_helo_name = $myhostname\n"
		    "smtp_bind_address = 127.0.0.2\n"
		    "smtp_connect_timeout = 7s\n"
		    "smtp_mail_timeout = 1m\n"
		    "smtp_rcpt_timeout = 2h\n"
		    "smtp_data_init_timeout = 3\n"
		    "smtp_data_xfer_timeout = 4s\n"
		    "smtp_data_done_timeout = 5s\n"
		    "smtp_destination_concurrency_limit = 3\n"
		    "smtp_destination_recipient_limit = 50\n"
		    "message_size_limit = 1000\n"
		    "smtp_connection_reuse_count_limit = 8\n"
		    "smtp_connection_reuse_time_limit = 90s\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "connection.timeout = 7s\n"
		    "connection.timeout-mail = 1m\n"
		    "connection.timeout-rcpt = 2h\n"
		    "connection.timeout-data = 3\n"
		    "connection.timeout-block = 4s\n"
		    "connection.timeout-final = 5s\n"
		    "connection.source-address = 127.0.0.2\n"
		    "authentication.anonymous = yes\n"
		    "limits.sessions = 3\n"
		    "limits.messages-per-session = 8\n"
		    "limits.session-age = 90s\n"
		    "limits.recipients-per-message = 50\n"
		    "limits.size = 1000\n"
		    "lost, line 2: smtp_helo_name\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "message_size_limit = 0\n"
		    "smtp_frob = 1\n"
		    "smtpd_x = y\n"
		    "smtp_tls_policy_maps = hash:/x\n"
		    "transport_maps = x\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 5: smtp_tls_policy_maps\n"
		    "lost, line 6: transport_maps\n"
		    "lost, line 3: smtp_frob\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "relayhost = [i]\n",
	    .want = "[]\n"
		    "connection.host = i\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "hunter2\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 2: ...\n",
	},
	{
	    .text = "relayhost =\n"
		    "   [h]:587\n"
		    "# c\n"
		    "\tx\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 4: ...\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_mechanism_filter = plain, login\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.mechanisms = plain, login\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_mechanism_filter = !gssapi, static:r"
		    "est\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "lost, line 3: smtp_sasl_mechanism_filter\n",
	},
	{
	    .text = "relayhost = [h]:25\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "[h]:587 ann:pw\n"
		    "h ann2:pw2\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.username = ann2\n"
		    "secret password: pw2\n"
		    "lost, line 3: sasl_passwd\n",
	},
	/* Postfix finds no login for these, and neither is one made up. */
	{
	    .text = "relayhost = [h]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "h:587 ann:pw\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = none\n"
		    "lost, line 3: sasl_passwd\n",
	},
	{
	    .text = "relayhost = [h]:587\n"
		    "[h]:587 ann:pw\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 2: sasl_passwd\n",
	},
	{
	    .text = "[h]:25 ann:",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "authentication.username = ann\n",
	},
	{
	    .text = "[h]:25 :pw",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "secret password: pw\n",
	},
	{
	    .text = "relayhost = [h]\n"
		    "a-b = c\n"
		    "smtp_tls_verify_cert_match = hostname\n"
		    " #c\n"
		    "\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 2: ...\n",
	},
	{
	    .text = "relayhost = [h]x\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_mechanism_filter = static:rest\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "lost, line 3: smtp_sasl_mechanism_filter\n",
	},
	{
	    .text = "relayhost = h:\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 1: relayhost\n",
	},
};

static const char everything[] =
    "relayhost = [h]:587\n"
    "smtp_sasl_auth_enable = yes\n"
    "smtp_tls_security_level = fingerprint\n"
    "smtp_tls_fingerprint_digest = sha256\n"
    "smtp_tls_fingerprint_cert_match = 00:00:00:00:"
    "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:0"
    "0:00:00:00:00:00:00:00:00:00:00:00:00\n"
    "smtp_tls_protocols = TLSv1.3\n"
    "smtp_tls_CAfile = ~/x\n"
    "smtp_frob = 1\n"
    "smtp_mail_timeout = 5\n"
    "[h]:587 ann:hunter2\n";

/* A relayhost, and `count` lines with a number between the ends. */
static char *lines(const char *before, const char *behind, size_t count)
{
	size_t room = (count + 1) * 64;
	char *text = calloc(1, room);
	size_t n = 0;

	if (text == NULL)
		abort();
	n = (size_t)snprintf(text, room, "relayhost = [h]\n");
	for (size_t i = 0; i < count; i++) {
		n += (size_t)snprintf(
		    text + n, room - n, "%s%zu%s\n", before, i, behind);
	}
	return text;
}

/* A file that is no person's is refused, and not worked at for hours. */
static void test_too_many(void)
{
	static const struct {
		const char *before;
		const char *behind;
		size_t count;
		bool taken;
	} files[] = {
		{ "p", " = x", 4095, true },
		{ "p", " = x", 4096, false },
		{ "[h", "] ann:x", 4095, true },
		{ "[h", "] ann:x", 4096, false },
		/* The same name again takes no room. */
		{ "p = ", "", 10000, true },
	};

	for (size_t i = 0; i < PH_COUNT(files); i++) {
		char *text =
		    lines(files[i].before, files[i].behind, files[i].count);
		struct shown s = show(PH_FOREIGN_POSTFIX, text, "");
		bool refused = strstr(s.text, "refused: ") == s.text;

		check_case(files[i].before, files[i].count);
		check_int(refused, !files[i].taken);
		check(!refused || strstr(s.text, "too many lines") != NULL);
		free(text);
	}
	check_case(NULL, 0);
}

int main(void)
{
	test_too_many();
	check_shown(PH_FOREIGN_POSTFIX, cases, PH_COUNT(cases));
	check_memory(PH_FOREIGN_POSTFIX, everything, "hunter2");
	return check_end();
}
