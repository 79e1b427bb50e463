#include "writing.h"

#include "check.h"

/* What is written for a connection to m.example with a few settings more. */
static const struct writing_case cases[] = {
	{
	    .settings = { "mechanisms=LOGIN", "secret:password=p",
		"username=a;b", "client-certificate=/a\\b.pfx" },
	    .want = "account work\n"
		    "host \"m.example\"\n"
		    "port \"587\"\n"
		    "timeout 30\n"
		    "tls on\n"
		    "tls_starttls on\n"
		    "tls_trust_file system\n"
		    "tls_cert_file \"/a\\b.pfx\"\n"
		    "tls_key_file \"/a\\b.pfx\"\n"
		    "auth login\n"
		    "user \"a;b\"\n"
		    "password \"p\"\n"
		    "\n"
		    "account default : work\n",
	},
	{
	    .settings = { "mechanisms=CRAM-MD5" },
	    .want = "account work\n"
		    "host \"m.example\"\n"
		    "port \"587\"\n"
		    "timeout 30\n"
		    "tls on\n"
		    "tls_starttls on\n"
		    "tls_trust_file system\n"
		    "auth cram-md5\n"
		    "user \"ann@x\"\n"
		    "# the password is not here; msmtp takes it fro"
		    "m a command:\n"
		    "# passwordeval \"pass show mail\"\n"
		    "\n"
		    "account default : work\n",
	},
	{
	    .settings = { NULL },
	    .want = "account work\n"
		    "host \"m.example\"\n"
		    "port \"587\"\n"
		    "timeout 30\n"
		    "tls on\n"
		    "tls_starttls on\n"
		    "tls_trust_file system\n"
		    "auth on\n"
		    "user \"ann@x\"\n"
		    "# the password is not here; msmtp takes it fro"
		    "m a command:\n"
		    "# passwordeval \"pass show mail\"\n"
		    "\n"
		    "account default : work\n",
	},
	{
	    .settings = { "port=465", "mechanisms=PLAIN",
		"secret:password=it's \"x\" #1" },
	    .want = "account work\n"
		    "host \"m.example\"\n"
		    "port \"465\"\n"
		    "timeout 30\n"
		    "tls on\n"
		    "tls_starttls off\n"
		    "tls_trust_file system\n"
		    "auth plain\n"
		    "user \"ann@x\"\n"
		    "password \"it's \"x\" #1\"\n"
		    "\n"
		    "account default : work\n",
	},
	{
	    .settings = { "port=25", "encryption=none", "anonymous=yes",
		"username=" },
	    .want = "account work\n"
		    "host \"m.example\"\n"
		    "port \"25\"\n"
		    "timeout 30\n"
		    "tls off\n"
		    "tls_trust_file system\n"
		    "auth off\n"
		    "\n"
		    "account default : work\n",
	},
	{
	    .settings = { "encryption=wanted", "helo=me.example",
		"timeout=1500ms", "source-address=127.0.0.2",
		"from=\"Ann \\\"B\\\"\" <ann@x>" },
	    .want = "account work\n"
		    "host \"m.example\"\n"
		    "port \"587\"\n"
		    "timeout 2\n"
		    "source_ip \"127.0.0.2\"\n"
		    "domain \"me.example\"\n"
		    "tls on\n"
		    "tls_starttls on\n"
		    "tls_trust_file system\n"
		    "auth on\n"
		    "user \"ann@x\"\n"
		    "# the password is not here; msmtp takes it fro"
		    "m a command:\n"
		    "# passwordeval \"pass show mail\"\n"
		    "from \"ann@x\"\n"
		    "from_full_name \"Ann \"B\"\"\n"
		    "\n"
		    "account default : work\n",
	},
	{
	    .settings = { "verify=pin",
		("pin=00112233445566778899aabbccddeeff0011223344"
		 "5566778899aabbccddeeff"),
		"client-certificate=/c:d.p12", "client-key=/k",
		"client-key-password-from=stored", "secret:client-key=pw" },
	    .want = "account work\n"
		    "host \"m.example\"\n"
		    "port \"587\"\n"
		    "timeout 30\n"
		    "tls on\n"
		    "tls_starttls on\n"
		    "tls_certcheck off\n"
		    "tls_cert_file \"/c:d.p12\"\n"
		    "tls_key_file \"/k\"\n"
		    "auth on\n"
		    "user \"ann@x\"\n"
		    "# the password is not here; msmtp takes it fro"
		    "m a command:\n"
		    "# passwordeval \"pass show mail\"\n"
		    "\n"
		    "account default : work\n",
	},
	{
	    .settings = { "verify=off", "tls-versions=1.2",
		"password-from=command:pass show 'a b'", "rate=14/s",
		"sessions=3", "size=25M" },
	    .want = "account work\n"
		    "host \"m.example\"\n"
		    "port \"587\"\n"
		    "timeout 30\n"
		    "tls on\n"
		    "tls_starttls on\n"
		    "tls_certcheck off\n"
		    "auth on\n"
		    "user \"ann@x\"\n"
		    "passwordeval \"pass show 'a b'\"\n"
		    "\n"
		    "account default : work\n",
	},
	{
	    .settings = { "ca-file=/ca.pem", "verify-name=n",
		"mechanisms=XOAUTH2", "secret:password=tok",
		"proxy.type=socks5", "proxy.host=::1",
		"proxy.use-credentials=yes", "proxy.username=u",
		"secret:proxy=p:@" },
	    .want = "account work\n"
		    "host \"m.example\"\n"
		    "port \"587\"\n"
		    "timeout 30\n"
		    "tls on\n"
		    "tls_starttls on\n"
		    "tls_trust_file \"/ca.pem\"\n"
		    "tls_host_override \"n\"\n"
		    "auth xoauth2\n"
		    "user \"ann@x\"\n"
		    "password \"tok\"\n"
		    "proxy_host \"::1\"\n"
		    "proxy_port \"1080\"\n"
		    "\n"
		    "account default : work\n",
	},
};

int main(void)
{
	check_writing(PH_FOREIGN_MSMTPRC, cases, PH_COUNT(cases));
	return check_end();
}
