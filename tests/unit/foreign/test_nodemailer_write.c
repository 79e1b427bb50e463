#include "writing.h"

#include "check.h"

/* What is written for a connection to m.example with a few settings more. */
static const struct writing_case cases[] = {
	{
	    .settings = { "mechanisms=LOGIN", "secret:password=p",
		"username=a;b", "client-certificate=/a\\b.pfx" },
	    .want = "{\n"
		    "  \"host\": \"m.example\",\n"
		    "  \"port\": 587,\n"
		    "  \"secure\": false,\n"
		    "  \"requireTLS\": true,\n"
		    "  \"connectionTimeout\": 30000,\n"
		    "  \"greetingTimeout\": 30000,\n"
		    "  \"authMethod\": \"LOGIN\",\n"
		    "  \"auth\": {\n"
		    "    \"user\": \"a;b\",\n"
		    "    \"pass\": \"p\"\n"
		    "  },\n"
		    "  \"tls\": {\n"
		    "    \"minVersion\": \"TLSv1.2\",\n"
		    "    \"maxVersion\": \"TLSv1.3\",\n"
		    "    \"rejectUnauthorized\": true\n"
		    "  },\n"
		    "  \"pool\": true,\n"
		    "  \"maxConnections\": 2,\n"
		    "  \"maxMessages\": 100\n"
		    "}\n",
	},
	{
	    .settings = { "mechanisms=CRAM-MD5" },
	    .want = "{\n"
		    "  \"host\": \"m.example\",\n"
		    "  \"port\": 587,\n"
		    "  \"secure\": false,\n"
		    "  \"requireTLS\": true,\n"
		    "  \"connectionTimeout\": 30000,\n"
		    "  \"greetingTimeout\": 30000,\n"
		    "  \"authMethod\": \"CRAM-MD5\",\n"
		    "  \"auth\": {\n"
		    "    \"user\": \"ann@x\"\n"
		    "  },\n"
		    "  \"tls\": {\n"
		    "    \"minVersion\": \"TLSv1.2\",\n"
		    "    \"maxVersion\": \"TLSv1.3\",\n"
		    "    \"rejectUnauthorized\": true\n"
		    "  },\n"
		    "  \"pool\": true,\n"
		    "  \"maxConnections\": 2,\n"
		    "  \"maxMessages\": 100\n"
		    "}\n",
	},
	{
	    .settings = { NULL },
	    .want = "{\n"
		    "  \"host\": \"m.example\",\n"
		    "  \"port\": 587,\n"
		    "  \"secure\": false,\n"
		    "  \"requireTLS\": true,\n"
		    "  \"connectionTimeout\": 30000,\n"
		    "  \"greetingTimeout\": 30000,\n"
		    "  \"auth\": {\n"
		    "    \"user\": \"ann@x\"\n"
		    "  },\n"
		    "  \"tls\": {\n"
		    "    \"minVersion\": \"TLSv1.2\",\n"
		    "    \"maxVersion\": \"TLSv1.3\",\n"
		    "    \"rejectUnauthorized\": true\n"
		    "  },\n"
		    "  \"pool\": true,\n"
		    "  \"maxConnections\": 2,\n"
		    "  \"maxMessages\": 100\n"
		    "}\n",
	},
	{
	    .settings = { "port=465", "mechanisms=PLAIN",
		"secret:password=it's \"x\" #1" },
	    .want = "{\n"
		    "  \"host\": \"m.example\",\n"
		    "  \"port\": 465,\n"
		    "  \"secure\": true,\n"
		    "  \"connectionTimeout\": 30000,\n"
		    "  \"greetingTimeout\": 30000,\n"
		    "  \"authMethod\": \"PLAIN\",\n"
		    "  \"auth\": {\n"
		    "    \"user\": \"ann@x\",\n"
		    "    \"pass\": \"it's \\\"x\\\" #1\"\n"
		    "  },\n"
		    "  \"tls\": {\n"
		    "    \"minVersion\": \"TLSv1.2\",\n"
		    "    \"maxVersion\": \"TLSv1.3\",\n"
		    "    \"rejectUnauthorized\": true\n"
		    "  },\n"
		    "  \"pool\": true,\n"
		    "  \"maxConnections\": 2,\n"
		    "  \"maxMessages\": 100\n"
		    "}\n",
	},
	{
	    .settings = { "port=25", "encryption=none", "anonymous=yes",
		"username=" },
	    .want = "{\n"
		    "  \"host\": \"m.example\",\n"
		    "  \"port\": 25,\n"
		    "  \"secure\": false,\n"
		    "  \"ignoreTLS\": true,\n"
		    "  \"connectionTimeout\": 30000,\n"
		    "  \"greetingTimeout\": 30000,\n"
		    "  \"tls\": {\n"
		    "    \"minVersion\": \"TLSv1.2\",\n"
		    "    \"maxVersion\": \"TLSv1.3\",\n"
		    "    \"rejectUnauthorized\": true\n"
		    "  },\n"
		    "  \"pool\": true,\n"
		    "  \"maxConnections\": 2,\n"
		    "  \"maxMessages\": 100\n"
		    "}\n",
	},
	{
	    .settings = { "encryption=wanted", "helo=me.example",
		"timeout=1500ms", "source-address=127.0.0.2",
		"from=\"Ann \\\"B\\\"\" <ann@x>" },
	    .want = "{\n"
		    "  \"host\": \"m.example\",\n"
		    "  \"port\": 587,\n"
		    "  \"secure\": false,\n"
		    "  \"name\": \"me.example\",\n"
		    "  \"localAddress\": \"127.0.0.2\",\n"
		    "  \"connectionTimeout\": 1500,\n"
		    "  \"greetingTimeout\": 1500,\n"
		    "  \"auth\": {\n"
		    "    \"user\": \"ann@x\"\n"
		    "  },\n"
		    "  \"tls\": {\n"
		    "    \"minVersion\": \"TLSv1.2\",\n"
		    "    \"maxVersion\": \"TLSv1.3\",\n"
		    "    \"rejectUnauthorized\": true\n"
		    "  },\n"
		    "  \"pool\": true,\n"
		    "  \"maxConnections\": 2,\n"
		    "  \"maxMessages\": 100\n"
		    "}\n",
	},
	{
	    .settings = { "verify=pin",
		("pin=00112233445566778899aabbccddeeff0011223344"
		 "5566778899aabbccddeeff"),
		"client-certificate=/c:d.p12", "client-key=/k",
		"client-key-password-from=stored", "secret:client-key=pw" },
	    .want = "{\n"
		    "  \"host\": \"m.example\",\n"
		    "  \"port\": 587,\n"
		    "  \"secure\": false,\n"
		    "  \"requireTLS\": true,\n"
		    "  \"connectionTimeout\": 30000,\n"
		    "  \"greetingTimeout\": 30000,\n"
		    "  \"auth\": {\n"
		    "    \"user\": \"ann@x\"\n"
		    "  },\n"
		    "  \"tls\": {\n"
		    "    \"minVersion\": \"TLSv1.2\",\n"
		    "    \"maxVersion\": \"TLSv1.3\",\n"
		    "    \"rejectUnauthorized\": false\n"
		    "  },\n"
		    "  \"pool\": true,\n"
		    "  \"maxConnections\": 2,\n"
		    "  \"maxMessages\": 100\n"
		    "}\n",
	},
	{
	    .settings = { "verify=off", "tls-versions=1.2",
		"password-from=command:pass show 'a b'", "rate=14/s",
		"sessions=3", "size=25M" },
	    .want = "{\n"
		    "  \"host\": \"m.example\",\n"
		    "  \"port\": 587,\n"
		    "  \"secure\": false,\n"
		    "  \"requireTLS\": true,\n"
		    "  \"connectionTimeout\": 30000,\n"
		    "  \"greetingTimeout\": 30000,\n"
		    "  \"auth\": {\n"
		    "    \"user\": \"ann@x\"\n"
		    "  },\n"
		    "  \"tls\": {\n"
		    "    \"minVersion\": \"TLSv1.2\",\n"
		    "    \"maxVersion\": \"TLSv1.2\",\n"
		    "    \"rejectUnauthorized\": false\n"
		    "  },\n"
		    "  \"pool\": true,\n"
		    "  \"maxConnections\": 3,\n"
		    "  \"maxMessages\": 100,\n"
		    "  \"rateLimit\": 14,\n"
		    "  \"rateDelta\": 1000\n"
		    "}\n",
	},
	{
	    .settings = { "ca-file=/ca.pem", "verify-name=n",
		"mechanisms=XOAUTH2", "secret:password=tok",
		"proxy.type=socks5", "proxy.host=::1",
		"proxy.use-credentials=yes", "proxy.username=u",
		"secret:proxy=p:@" },
	    .want = "{\n"
		    "  \"host\": \"m.example\",\n"
		    "  \"port\": 587,\n"
		    "  \"secure\": false,\n"
		    "  \"requireTLS\": true,\n"
		    "  \"connectionTimeout\": 30000,\n"
		    "  \"greetingTimeout\": 30000,\n"
		    "  \"auth\": {\n"
		    "    \"type\": \"OAuth2\",\n"
		    "    \"user\": \"ann@x\",\n"
		    "    \"accessToken\": \"tok\"\n"
		    "  },\n"
		    "  \"tls\": {\n"
		    "    \"minVersion\": \"TLSv1.2\",\n"
		    "    \"maxVersion\": \"TLSv1.3\",\n"
		    "    \"servername\": \"n\",\n"
		    "    \"rejectUnauthorized\": true\n"
		    "  },\n"
		    "  \"pool\": true,\n"
		    "  \"maxConnections\": 2,\n"
		    "  \"maxMessages\": 100,\n"
		    "  \"proxy\": \"socks5://u:p%3A%40@[::1]:1080\""
		    "\n"
		    "}\n",
	},
};

int main(void)
{
	check_writing(PH_FOREIGN_NODEMAILER, cases, PH_COUNT(cases));
	return check_end();
}
