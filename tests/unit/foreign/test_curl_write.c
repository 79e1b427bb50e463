#include "writing.h"

#include "check.h"

/* What is written for a connection to m.example with a few settings more. */
static const struct writing_case cases[] = {
	{
	    .settings = { "mechanisms=LOGIN", "secret:password=p",
		"username=a;b", "client-certificate=/a\\b.pfx" },
	    .want = "# sh FILE --mail-rcpt ADDRESS --upload-file ME"
		    "SSAGE\n"
		    "curl \\\n"
		    "    --url smtp://m.example:587 \\\n"
		    "    --ssl-reqd \\\n"
		    "    --tlsv1.2 \\\n"
		    "    --cert '/a\\\\b.pfx' \\\n"
		    "    --cert-type P12 \\\n"
		    "    --key '/a\\b.pfx' \\\n"
		    "    --login-options AUTH=LOGIN \\\n"
		    "    --connect-timeout 30 \\\n"
		    "    \"$@\"\n",
	},
	{
	    .settings = { "mechanisms=CRAM-MD5" },
	    .want = "# sh FILE --mail-rcpt ADDRESS --upload-file ME"
		    "SSAGE\n"
		    "curl \\\n"
		    "    --url smtp://m.example:587 \\\n"
		    "    --ssl-reqd \\\n"
		    "    --tlsv1.2 \\\n"
		    "    --user ann@x \\\n"
		    "    --login-options AUTH=CRAM-MD5 \\\n"
		    "    --connect-timeout 30 \\\n"
		    "    \"$@\"\n",
	},
	{
	    .settings = { NULL },
	    .want = "# sh FILE --mail-rcpt ADDRESS --upload-file ME"
		    "SSAGE\n"
		    "curl \\\n"
		    "    --url smtp://m.example:587 \\\n"
		    "    --ssl-reqd \\\n"
		    "    --tlsv1.2 \\\n"
		    "    --user ann@x \\\n"
		    "    --connect-timeout 30 \\\n"
		    "    \"$@\"\n",
	},
	{
	    .settings = { "port=465", "mechanisms=PLAIN",
		"secret:password=it's \"x\" #1" },
	    .want = "# sh FILE --mail-rcpt ADDRESS --upload-file ME"
		    "SSAGE\n"
		    "curl \\\n"
		    "    --url smtps://m.example:465 \\\n"
		    "    --tlsv1.2 \\\n"
		    "    --user 'ann@x:it'\\''s \"x\" #1' \\\n"
		    "    --login-options AUTH=PLAIN \\\n"
		    "    --connect-timeout 30 \\\n"
		    "    \"$@\"\n",
	},
	{
	    .settings = { "port=25", "encryption=none", "anonymous=yes",
		"username=" },
	    .want = "# sh FILE --mail-rcpt ADDRESS --upload-file ME"
		    "SSAGE\n"
		    "curl \\\n"
		    "    --url smtp://m.example:25 \\\n"
		    "    --connect-timeout 30 \\\n"
		    "    \"$@\"\n",
	},
	{
	    .settings = { "encryption=wanted", "helo=me.example",
		"timeout=1500ms", "source-address=127.0.0.2",
		"from=\"Ann \\\"B\\\"\" <ann@x>" },
	    .want = "# sh FILE --mail-rcpt ADDRESS --upload-file ME"
		    "SSAGE\n"
		    "curl \\\n"
		    "    --url smtp://m.example:587/me.example \\\n"
		    "    --ssl \\\n"
		    "    --tlsv1.2 \\\n"
		    "    --user ann@x \\\n"
		    "    --mail-from ann@x \\\n"
		    "    --connect-timeout 1.500 \\\n"
		    "    --interface 127.0.0.2 \\\n"
		    "    \"$@\"\n",
	},
	{
	    .settings = { "verify=pin",
		("pin=00112233445566778899aabbccddeeff0011223344"
		 "5566778899aabbccddeeff"),
		"client-certificate=/c:d.p12", "client-key=/k",
		"client-key-password-from=stored", "secret:client-key=pw" },
	    .want = "# sh FILE --mail-rcpt ADDRESS --upload-file ME"
		    "SSAGE\n"
		    "curl \\\n"
		    "    --url smtp://m.example:587 \\\n"
		    "    --ssl-reqd \\\n"
		    "    --insecure \\\n"
		    "    --pinnedpubkey sha256//ABEiM0RVZneImaq7zN3"
		    "u/wARIjNEVWZ3iJmqu8zd7v8= \\\n"
		    "    --tlsv1.2 \\\n"
		    "    --cert '/c\\:d.p12' \\\n"
		    "    --cert-type P12 \\\n"
		    "    --key /k \\\n"
		    "    --pass pw \\\n"
		    "    --user ann@x \\\n"
		    "    --connect-timeout 30 \\\n"
		    "    \"$@\"\n",
	},
	{
	    .settings = { "verify=off", "tls-versions=1.2",
		"password-from=command:pass show 'a b'", "rate=14/s",
		"sessions=3", "size=25M" },
	    .want = "# sh FILE --mail-rcpt ADDRESS --upload-file ME"
		    "SSAGE\n"
		    "curl \\\n"
		    "    --url smtp://m.example:587 \\\n"
		    "    --ssl-reqd \\\n"
		    "    --insecure \\\n"
		    "    --tlsv1.2 \\\n"
		    "    --tls-max 1.2 \\\n"
		    "    --user ann@x \\\n"
		    "    --connect-timeout 30 \\\n"
		    "    \"$@\"\n",
	},
	{
	    .settings = { "ca-file=/ca.pem", "verify-name=n",
		"mechanisms=XOAUTH2", "secret:password=tok",
		"proxy.type=socks5", "proxy.host=::1",
		"proxy.use-credentials=yes", "proxy.username=u",
		"secret:proxy=p:@" },
	    .want = "# sh FILE --mail-rcpt ADDRESS --upload-file ME"
		    "SSAGE\n"
		    "curl \\\n"
		    "    --url smtp://m.example:587 \\\n"
		    "    --ssl-reqd \\\n"
		    "    --cacert /ca.pem \\\n"
		    "    --tlsv1.2 \\\n"
		    "    --user ann@x \\\n"
		    "    --oauth2-bearer tok \\\n"
		    "    --login-options AUTH=XOAUTH2 \\\n"
		    "    --proxy 'socks5h://[::1]:1080' \\\n"
		    "    --proxy-user u:p:@ \\\n"
		    "    --connect-timeout 30 \\\n"
		    "    \"$@\"\n",
	},
};

int main(void)
{
	check_writing(PH_FOREIGN_CURL, cases, PH_COUNT(cases));
	return check_end();
}
