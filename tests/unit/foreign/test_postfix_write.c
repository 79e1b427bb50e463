#include "writing.h"

#include "check.h"

/* What is written for a connection to m.example with a few settings more. */
static const struct writing_case cases[] = {
	{
	    .settings = { "mechanisms=LOGIN", "secret:password=p",
		"username=a;b", "client-certificate=/a\\b.pfx" },
	    .want = "relayhost = [m.example]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/postfi"
		    "x/sasl_passwd\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_sasl_mechanism_filter = LOGIN\n"
		    "smtp_tls_security_level = secure\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_tls_secure_cert_match = nexthop\n"
		    "smtp_tls_protocols = TLSv1.2, TLSv1.3\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2, TLSv1."
		    "3\n"
		    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificat"
		    "es.crt\n"
		    "smtp_tls_cert_file = /a\\b.pfx\n"
		    "smtp_tls_key_file = /a\\b.pfx\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "# /etc/postfix/sasl_passwd, of mode 0600, with"
		    "out the word before it:\n"
		    "#sasl_passwd [m.example]:587 a;b:p\n",
	},
	{
	    .settings = { "mechanisms=LOGIN", "secret:password=p",
		"username=a;b", "client-certificate=/a\\b.pfx",
		"map=/etc/map" },
	    .want = "relayhost = [m.example]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/map\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_sasl_mechanism_filter = LOGIN\n"
		    "smtp_tls_security_level = secure\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_tls_secure_cert_match = nexthop\n"
		    "smtp_tls_protocols = TLSv1.2, TLSv1.3\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2, TLSv1."
		    "3\n"
		    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificat"
		    "es.crt\n"
		    "smtp_tls_cert_file = /a\\b.pfx\n"
		    "smtp_tls_key_file = /a\\b.pfx\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "---- map\n"
		    "[m.example]:587 a;b:p\n",
	},
	{
	    .settings = { "mechanisms=CRAM-MD5" },
	    .want = "relayhost = [m.example]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/postfi"
		    "x/sasl_passwd\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_sasl_mechanism_filter = CRAM-MD5\n"
		    "smtp_tls_security_level = secure\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_tls_secure_cert_match = nexthop\n"
		    "smtp_tls_protocols = TLSv1.2, TLSv1.3\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2, TLSv1."
		    "3\n"
		    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificat"
		    "es.crt\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "# /etc/postfix/sasl_passwd, of mode 0600, with"
		    "out the word before it:\n"
		    "#sasl_passwd [m.example]:587 ann@x:\n",
	},
	{
	    .settings = { "mechanisms=CRAM-MD5", "map=/etc/map" },
	    .want = "relayhost = [m.example]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/map\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_sasl_mechanism_filter = CRAM-MD5\n"
		    "smtp_tls_security_level = secure\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_tls_secure_cert_match = nexthop\n"
		    "smtp_tls_protocols = TLSv1.2, TLSv1.3\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2, TLSv1."
		    "3\n"
		    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificat"
		    "es.crt\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "---- map\n"
		    "[m.example]:587 ann@x:\n",
	},
	{
	    .settings = { NULL },
	    .want = "relayhost = [m.example]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/postfi"
		    "x/sasl_passwd\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_tls_security_level = secure\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_tls_secure_cert_match = nexthop\n"
		    "smtp_tls_protocols = TLSv1.2, TLSv1.3\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2, TLSv1."
		    "3\n"
		    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificat"
		    "es.crt\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "# /etc/postfix/sasl_passwd, of mode 0600, with"
		    "out the word before it:\n"
		    "#sasl_passwd [m.example]:587 ann@x:\n",
	},
	{
	    .settings = { "map=/etc/map" },
	    .want = "relayhost = [m.example]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/map\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_tls_security_level = secure\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_tls_secure_cert_match = nexthop\n"
		    "smtp_tls_protocols = TLSv1.2, TLSv1.3\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2, TLSv1."
		    "3\n"
		    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificat"
		    "es.crt\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "---- map\n"
		    "[m.example]:587 ann@x:\n",
	},
	{
	    .settings = { "port=465", "mechanisms=PLAIN",
		"secret:password=it's \"x\" #1" },
	    .want = "relayhost = [m.example]:465\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/postfi"
		    "x/sasl_passwd\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_sasl_mechanism_filter = PLAIN\n"
		    "smtp_tls_security_level = secure\n"
		    "smtp_tls_wrappermode = yes\n"
		    "smtp_tls_secure_cert_match = nexthop\n"
		    "smtp_tls_protocols = TLSv1.2, TLSv1.3\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2, TLSv1."
		    "3\n"
		    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificat"
		    "es.crt\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "# /etc/postfix/sasl_passwd, of mode 0600, with"
		    "out the word before it:\n"
		    "#sasl_passwd [m.example]:465 ann@x:it's \"x\" "
		    "#1\n",
	},
	{
	    .settings = { "port=465", "mechanisms=PLAIN",
		"secret:password=it's \"x\" #1", "map=/etc/map" },
	    .want = "relayhost = [m.example]:465\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/map\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_sasl_mechanism_filter = PLAIN\n"
		    "smtp_tls_security_level = secure\n"
		    "smtp_tls_wrappermode = yes\n"
		    "smtp_tls_secure_cert_match = nexthop\n"
		    "smtp_tls_protocols = TLSv1.2, TLSv1.3\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2, TLSv1."
		    "3\n"
		    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificat"
		    "es.crt\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "---- map\n"
		    "[m.example]:465 ann@x:it's \"x\" #1\n",
	},
	{
	    .settings = { "port=25", "encryption=none", "anonymous=yes",
		"username=" },
	    .want = "relayhost = [m.example]:25\n"
		    "smtp_sasl_auth_enable = no\n"
		    "smtp_tls_security_level = none\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n",
	},
	{
	    .settings = { "port=25", "encryption=none", "anonymous=yes",
		"username=", "map=/etc/map" },
	    .want = "relayhost = [m.example]:25\n"
		    "smtp_sasl_auth_enable = no\n"
		    "smtp_tls_security_level = none\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n",
	},
	{
	    .settings = { "encryption=wanted", "helo=me.example",
		"timeout=1500ms", "source-address=127.0.0.2",
		"from=\"Ann \\\"B\\\"\" <ann@x>" },
	    .want = "relayhost = [m.example]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/postfi"
		    "x/sasl_passwd\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_tls_security_level = may\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_tls_protocols = TLSv1.2, TLSv1.3\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2, TLSv1."
		    "3\n"
		    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificat"
		    "es.crt\n"
		    "smtp_helo_name = me.example\n"
		    "smtp_bind_address = 127.0.0.2\n"
		    "smtp_connect_timeout = 2s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "# /etc/postfix/sasl_passwd, of mode 0600, with"
		    "out the word before it:\n"
		    "#sasl_passwd [m.example]:587 ann@x:\n",
	},
	{
	    .settings = { "encryption=wanted", "helo=me.example",
		"timeout=1500ms", "source-address=127.0.0.2",
		"from=\"Ann \\\"B\\\"\" <ann@x>", "map=/etc/map" },
	    .want = "relayhost = [m.example]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/map\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_tls_security_level = may\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_tls_protocols = TLSv1.2, TLSv1.3\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2, TLSv1."
		    "3\n"
		    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificat"
		    "es.crt\n"
		    "smtp_helo_name = me.example\n"
		    "smtp_bind_address = 127.0.0.2\n"
		    "smtp_connect_timeout = 2s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "---- map\n"
		    "[m.example]:587 ann@x:\n",
	},
	{
	    .settings = { "verify=pin",
		("pin=00112233445566778899aabbccddeeff0011223344"
		 "5566778899aabbccddeeff"),
		"client-certificate=/c:d.p12", "client-key=/k",
		"client-key-password-from=stored", "secret:client-key=pw" },
	    .want = "relayhost = [m.example]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/postfi"
		    "x/sasl_passwd\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_tls_security_level = fingerprint\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_tls_fingerprint_digest = sha256\n"
		    "smtp_tls_fingerprint_cert_match = 00:11:22:33:"
		    "44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:3"
		    "3:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\n"
		    "smtp_tls_protocols = TLSv1.2, TLSv1.3\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2, TLSv1."
		    "3\n"
		    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificat"
		    "es.crt\n"
		    "smtp_tls_cert_file = /c:d.p12\n"
		    "smtp_tls_key_file = /k\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "# /etc/postfix/sasl_passwd, of mode 0600, with"
		    "out the word before it:\n"
		    "#sasl_passwd [m.example]:587 ann@x:\n",
	},
	{
	    .settings = { "verify=pin",
		("pin=00112233445566778899aabbccddeeff0011223344"
		 "5566778899aabbccddeeff"),
		"client-certificate=/c:d.p12", "client-key=/k",
		"client-key-password-from=stored", "secret:client-key=pw",
		"map=/etc/map" },
	    .want = "relayhost = [m.example]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/map\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_tls_security_level = fingerprint\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_tls_fingerprint_digest = sha256\n"
		    "smtp_tls_fingerprint_cert_match = 00:11:22:33:"
		    "44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:3"
		    "3:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\n"
		    "smtp_tls_protocols = TLSv1.2, TLSv1.3\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2, TLSv1."
		    "3\n"
		    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificat"
		    "es.crt\n"
		    "smtp_tls_cert_file = /c:d.p12\n"
		    "smtp_tls_key_file = /k\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "---- map\n"
		    "[m.example]:587 ann@x:\n",
	},
	{
	    .settings = { "verify=off", "tls-versions=1.2",
		"password-from=command:pass show 'a b'", "rate=14/s",
		"sessions=3", "size=25M" },
	    .want = "relayhost = [m.example]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/postfi"
		    "x/sasl_passwd\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_tls_security_level = encrypt\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_tls_protocols = TLSv1.2\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2\n"
		    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificat"
		    "es.crt\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 3\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "message_size_limit = 26214400\n"
		    "# /etc/postfix/sasl_passwd, of mode 0600, with"
		    "out the word before it:\n"
		    "#sasl_passwd [m.example]:587 ann@x:\n",
	},
	{
	    .settings = { "verify=off", "tls-versions=1.2",
		"password-from=command:pass show 'a b'", "rate=14/s",
		"sessions=3", "size=25M", "map=/etc/map" },
	    .want = "relayhost = [m.example]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/map\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_tls_security_level = encrypt\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_tls_protocols = TLSv1.2\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2\n"
		    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificat"
		    "es.crt\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 3\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "message_size_limit = 26214400\n"
		    "---- map\n"
		    "[m.example]:587 ann@x:\n",
	},
	{
	    .settings = { "ca-file=/ca.pem", "verify-name=n",
		"mechanisms=XOAUTH2", "secret:password=tok",
		"proxy.type=socks5", "proxy.host=::1",
		"proxy.use-credentials=yes", "proxy.username=u",
		"secret:proxy=p:@" },
	    .want = "relayhost = [m.example]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/postfi"
		    "x/sasl_passwd\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_sasl_mechanism_filter = XOAUTH2\n"
		    "smtp_tls_security_level = secure\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_tls_secure_cert_match = n\n"
		    "smtp_tls_protocols = TLSv1.2, TLSv1.3\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2, TLSv1."
		    "3\n"
		    "smtp_tls_CAfile = /ca.pem\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "# /etc/postfix/sasl_passwd, of mode 0600, with"
		    "out the word before it:\n"
		    "#sasl_passwd [m.example]:587 ann@x:tok\n",
	},
	{
	    .settings = { "ca-file=/ca.pem", "verify-name=n",
		"mechanisms=XOAUTH2", "secret:password=tok",
		"proxy.type=socks5", "proxy.host=::1",
		"proxy.use-credentials=yes", "proxy.username=u",
		"secret:proxy=p:@", "map=/etc/map" },
	    .want = "relayhost = [m.example]:587\n"
		    "smtp_sasl_auth_enable = yes\n"
		    "smtp_sasl_password_maps = texthash:/etc/map\n"
		    "smtp_sasl_security_options = noanonymous, nopl"
		    "aintext\n"
		    "smtp_sasl_tls_security_options = noanonymous\n"
		    "smtp_sasl_mechanism_filter = XOAUTH2\n"
		    "smtp_tls_security_level = secure\n"
		    "smtp_tls_wrappermode = no\n"
		    "smtp_tls_secure_cert_match = n\n"
		    "smtp_tls_protocols = TLSv1.2, TLSv1.3\n"
		    "smtp_tls_mandatory_protocols = TLSv1.2, TLSv1."
		    "3\n"
		    "smtp_tls_CAfile = /ca.pem\n"
		    "smtp_connect_timeout = 30s\n"
		    "smtp_connection_reuse_time_limit = 300s\n"
		    "smtp_destination_concurrency_limit = 2\n"
		    "smtp_connection_reuse_count_limit = 100\n"
		    "smtp_destination_recipient_limit = 100\n"
		    "---- map\n"
		    "[m.example]:587 ann@x:tok\n",
	},
};

int main(void)
{
	check_writing(PH_FOREIGN_POSTFIX, cases, PH_COUNT(cases));
	return check_end();
}
