#include "check.h"
#include "shown.h"

/* What is written there, and what becomes of it here. */
static const struct shown_case cases[] = {
	{
	    .text = "{\"host\":\"h\"}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n",
	},
	{
	    .text = "{\"host\":\"h\",\"port\":465}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n",
	},
	{
	    .text = "{\"host\":\"h\",\"port\":465,\"secure\":false}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = wanted\n",
	},
	{
	    .text = "{\"host\":\"h\",\"secure\":true,\"auth\":{\"us"
		    "er\":\"ann\",\"pass\":\"hunter2\"}}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.username = ann\n"
		    "secret password: hunter2\n",
	},
	{
	    .text = "{\"host\":\"h\",\"requireTLS\":true,\"name\":"
		    "\"me\",\"localAddress\":\"127.0.0.2\"}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = after-connect\n"
		    "connection.helo = me\n"
		    "connection.source-address = 127.0.0.2\n",
	},
	{
	    .text = "{\"host\":\"h\",\"port\":25,\"ignoreTLS\":true"
		    "}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n",
	},
	{
	    .text = "{\"port\":\"587\",\"host\":\"h\"}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n",
	},
	{
	    .text = "{\"service\":\"gmail\",\"auth\":{\"user\":\"an"
		    "n@gmail.com\",\"pass\":\"pw\"}}",
	    .want = "[]\n"
		    "connection.host = smtp.gmail.com\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.username = ann@gmail.com\n"
		    "limits.quota = 500/day\n"
		    "secret password: pw\n",
	},
	{
	    .text = "{\"service\":\"Nowhere\"}",
	    .want = "refused: there is no preset \"Nowhere\"\n",
	},
	{
	    .text = "{\"service\":\"SES-EU-WEST-1\"}",
	    .want = "[]\n"
		    "connection.host = email-smtp.eu-west-1.amazona"
		    "ws.com\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "limits.recipients-per-message = 50\n",
	},
	{
	    .text = "{\"host\":\"h\",\"authMethod\":\"LOGIN\",\"aut"
		    "h\":{\"user\":\"a\",\"pass\":\"\"}}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "authentication.mechanisms = LOGIN\n"
		    "authentication.username = a\n",
	},
	{
	    .text = "{\"host\":\"h\",\"auth\":{\"type\":\"OAuth2\","
		    "\"user\":\"a\",\"clientId\":\"id\",\"clientSec"
		    "ret\":\"cs\",\"refreshToken\":\"rt\",\"accessT"
		    "oken\":\"tok\",\"accessUrl\":\"https://t/x\","
		    "\"expires\":1}}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "authentication.mechanisms = OAUTHBEARER XOAUTH"
		    "2\n"
		    "authentication.username = a\n"
		    "oauth.client-id = id\n"
		    "oauth.token-endpoint = https://t/x\n"
		    "secret password: tok\n"
		    "lost, line 0: clientSecret\n"
		    "lost, line 0: refreshToken\n",
	},
	{
	    .text = "{\"host\":\"h\",\"auth\":{\"type\":\"login\","
		    "\"method\":\"PLAIN\"}}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "authentication.mechanisms = PLAIN\n",
	},
	{
	    .text = "{\"host\":\"h\",\"tls\":{\"rejectUnauthorized"
		    "\":false,\"servername\":\"n\",\"minVersion\":"
		    "\"TLSv1\",\"maxVersion\":\"TLSv1.2\",\"ca\":["
		    "\"x\"],\"ciphers\":\"y\",\"frob\":1}}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "encryption.tls-versions = 1.0 1.1 1.2\n"
		    "encryption.verify = off\n"
		    "encryption.verify-name = n\n"
		    "lost, line 0: ca\n"
		    "lost, line 0: ciphers\n"
		    "lost, line 0: frob\n",
	},
	{
	    .text = "{\"host\":\"h\",\"tls\":{\"minVersion\":\"TLSv"
		    "1.3\"}}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "encryption.tls-versions = 1.3\n",
	},
	{
	    .text = "{\"host\":\"h\",\"tls\":{\"minVersion\":\"TLSv"
		    "1.3\",\"maxVersion\":\"TLSv1.2\"}}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "lost, line 0: maxVersion\n",
	},
	{
	    .text = "{\"host\":\"h\",\"tls\":{\"maxVersion\":\"TLSv"
		    "9\"}}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "encryption.tls-versions = 1.2 1.3\n",
	},
	{
	    .text = "{\"host\":\"h\",\"pool\":true,\"maxConnections"
		    "\":5,\"maxMessages\":9,\"rateLimit\":14,\"rate"
		    "Delta\":1000}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "limits.sessions = 5\n"
		    "limits.messages-per-session = 9\n"
		    "limits.rate = 14/s\n",
	},
	{
	    .text = "{\"host\":\"h\",\"rateLimit\":5}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "limits.rate = 5/s\n",
	},
	{
	    .text = "{\"host\":\"h\",\"rateLimit\":5,\"rateDelta\":"
		    "60000}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "limits.rate = 5/min\n",
	},
	{
	    .text = "{\"host\":\"h\",\"rateLimit\":5,\"rateDelta\":"
		    "7}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "lost, line 0: rateLimit\n",
	},
	{
	    .text = "{\"host\":\"h\",\"rateLimit\":false}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n",
	},
	{
	    .text = "{\"host\":\"h\",\"rateLimit\":\"x\"}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "lost, line 0: rateLimit\n",
	},
	{
	    .text = "{\"host\":\"h\",\"connectionTimeout\":5000,\"g"
		    "reetingTimeout\":5000,\"socketTimeout\":7}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "connection.timeout = 5000ms\n"
		    "lost, line 0: socketTimeout\n",
	},
	{
	    .text = "{\"host\":\"h\",\"connectionTimeout\":5000,\"g"
		    "reetingTimeout\":6000}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "connection.timeout = 5000ms\n"
		    "lost, line 0: greetingTimeout\n",
	},
	{
	    .text = "{\"host\":\"h\",\"connectionTimeout\":\"x\"}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "lost, line 0: connectionTimeout\n",
	},
	{
	    .text = "{\"host\":\"h\",\"proxy\":\"socks5://u:p%40@q:"
		    "1080\"}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "proxy.type = socks5\n"
		    "proxy.use-credentials = yes\n"
		    "proxy.host = q\n"
		    "proxy.port = 1080\n"
		    "proxy.username = u\n"
		    "secret proxy: p@\n",
	},
	{
	    .text = "{\"host\":\"h\",\"proxy\":\"http://q\"}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "proxy.type = http\n"
		    "proxy.host = q\n",
	},
	{
	    .text = "{\"host\":\"h\",\"proxy\":null,\"lmtp\":true,"
		    "\"dkim\":{},\"frob\":[],\"debug\":true}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "lost, line 0: lmtp\n"
		    "lost, line 0: dkim\n"
		    "lost, line 0: frob\n",
	},
	{
	    .text = "{\"transport\":{\"host\":\"h\"},\"defaults\":{"
		    "\"from\":\"Ann <ann@x>\"}}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "message.from = Ann <ann@x>\n",
	},
	{
	    .text = "{\"transport\":\"smtps://ann:pw@h\",\"defaults"
		    "\":{\"from\":\"ann@x\"}}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.username = ann\n"
		    "message.from = ann@x\n"
		    "secret password: pw\n",
	},
	{
	    .text = "{\"transport\":\"http://x\"}",
	    .want = "refused: line 1: the URL's scheme is not one o"
		    "f SMTP\n",
	},
	{
	    .text = "{\"host\":\"h\",\"from\":\"ann@x\",\"port\":true}",
	    .want = "refused: port: \"true\" is not a number from "
		    "1 to 65535\n",
	},
	{
	    .text = "{\"host\":\"h\",\"from\":\"ann@x\",\"name\":{}}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "message.from = ann@x\n"
		    "lost, line 0: name\n",
	},
	{
	    .text = "{}",
	    .want = "refused: it names neither host nor service\n",
	},
	{
	    .text = "[]",
	    .want = "refused: it is JSON, and no object\n",
	},
	{
	    .text = "{\"host\":\"h\"",
	    .want = "refused: line 1: it is not JSON from here on ("
		    "names and texts stand in double quotes)\n",
	},
	{
	    .text = "{host:\"h\"}",
	    .want = "refused: line 1: it is not JSON from here on ("
		    "names and texts stand in double quotes)\n",
	},
	{
	    .text = "{\"host\":\"h\",\"host\":\"i\"}",
	    .want = "refused: line 1: it is not JSON from here on ("
		    "names and texts stand in double quotes)\n",
	},
	{
	    .text = "{\"port\":587}",
	    .want = "[]\n"
		    "connection.host = localhost\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n",
	},
	{
	    .text = "{\"host\":\"h\",\"auth\":\"x\"}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n",
	},
	{
	    .text = "{\n"
		    "  \"host\": \"h\",\n"
		    "  x\n"
		    "}",
	    .want = "refused: line 3: it is not JSON from here on ("
		    "names and texts stand in double quotes)\n",
	},
	{
	    .text = "{\"host\":7}",
	    .want = "[]\n"
		    "connection.host = 7\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n",
	},
	{
	    .text = "{\"host\":\"h\",\"auth\":{\"user\":\"a\\u0000b"
		    "\",\"pass\":\"c\\nd\"}}",
	    .want = "refused: line 1: it is not JSON from here on ("
		    "names and texts stand in double quotes)\n",
	},
	{
	    .text = "{\"transport\":\"x\"}",
	    .want = "refused: its transport is no URL of SMTP\n",
	},
	{
	    .text = "{\"host\":\"h\",\"tls\":{\"maxVersion\":\"TLSv"
		    "1.2\"}}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "encryption.tls-versions = 1.2\n",
	},
	{
	    .text = "{\"host\":\"h\",\"auth\":{\"type\":\"OAuth2\"}"
		    "}",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "authentication.mechanisms = OAUTHBEARER XOAUTH"
		    "2\n",
	},
};

static const char everything[] =
    "{\"host\":\"h\",\"auth\":{\"type\":\"OAuth2\","
    "\"user\":\"a\",\"clientId\":\"c\",\"accessToke"
    "n\":\"hunter2\"},\"tls\":{\"minVersion\":\"TLS"
    "v1.2\",\"ca\":\"x\"},\"proxy\":\"http://u:p@q"
    "\",\"rateLimit\":1,\"connectionTimeout\":5,\"f"
    "rob\":1}\n";

int main(void)
{
	check_shown(PH_FOREIGN_NODEMAILER, cases, PH_COUNT(cases));
	check_memory(PH_FOREIGN_NODEMAILER, everything, "hunter2");
	return check_end();
}
