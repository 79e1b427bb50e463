#include "writing.h"

#include "check.h"

/* A setting, or a few, of a connection to m.example, and what each format does
   not hold of them: msmtprc, nodemailer, postfix, curl. */
static const struct {
	const char *settings[WRITING_SETTINGS_MAX];
	const char *gaps[4];
} cases[] = {
	{
	    .settings = { NULL },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "port=465" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "port=25", "encryption=none" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "port=2525" },
	    .gaps = { "gap: connection.encryption = wanted | after-co"
		      "nnect\n",
		"", "", "" },
	},
	{
	    .settings = { "encryption=wanted" },
	    .gaps = { "gap: connection.encryption = wanted | after-co"
		      "nnect\n",
		"", "", "" },
	},
	{
	    .settings = { "encryption=after-connect", "port=25" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "encryption=wanted", "verify=off" },
	    .gaps = { "gap: connection.encryption = wanted | after-co"
		      "nnect\n",
		"", "gap: encryption.verify = off | ca\n", "" },
	},
	{
	    .settings = { "host=::1" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "verify=off" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "verify=pin",
		("pin=00112233445566778899aabbccddeeff0011223344"
		 "5566778899aabbccddeeff") },
	    .gaps = { "gap: encryption.verify = pin | off\n"
		      "gap: encryption.pin = 00112233445566778899aabb"
		      "ccddeeff00112233445566778899aabbccddeeff | \n",
		"gap: encryption.verify = pin | off\n"
		"gap: encryption.pin = 00112233445566778899aabb"
		"ccddeeff00112233445566778899aabbccddeeff | \n",
		"", "" },
	},
	{
	    .settings = { "verify=pin",
		("pin=00112233445566778899aabbccddeeff0011223344"
		 "5566778899aabbccddeeff 11112233445566778899aab"
		 "bccddeeff11112233445566778899aabbccddeeff") },
	    .gaps = { "gap: encryption.verify = pin | off\n"
		      "gap: encryption.pin = 00112233445566778899aabb"
		      "ccddeeff00112233445566778899aabbccddeeff 11112"
		      "233445566778899aabbccddeeff1111223344556677889"
		      "9aabbccddeeff | \n",
		"gap: encryption.verify = pin | off\n"
		"gap: encryption.pin = 00112233445566778899aabb"
		"ccddeeff00112233445566778899aabbccddeeff 11112"
		"233445566778899aabbccddeeff1111223344556677889"
		"9aabbccddeeff | \n",
		"", "" },
	},
	{
	    .settings = { ("pin=00112233445566778899aabbccddeeff0011223344"
			   "5566778899aabbccddeeff") },
	    .gaps = { "gap: encryption.pin = 00112233445566778899aabb"
		      "ccddeeff00112233445566778899aabbccddeeff | \n",
		"gap: encryption.pin = 00112233445566778899aabb"
		"ccddeeff00112233445566778899aabbccddeeff | \n",
		"gap: encryption.pin = 00112233445566778899aabb"
		"ccddeeff00112233445566778899aabbccddeeff | \n",
		"gap: encryption.pin = 00112233445566778899aabb"
		"ccddeeff00112233445566778899aabbccddeeff | \n" },
	},
	{
	    .settings = { "ca-file=/etc/my ca.pem" },
	    .gaps = { "", "gap: encryption.ca-file = /etc/my ca.pem | \n", "",
		"" },
	},
	{
	    .settings = { "ca-file=/etc/ssl/certs/ca-certificates.crt" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "verify-name=n.example" },
	    .gaps = { "", "", "",
		"gap: encryption.verify-name = n.example | \n" },
	},
	{
	    .settings = { "client-certificate=/c:d.pem" },
	    .gaps = { "",
		"gap: encryption.client-certificate = /c:d.pem "
		"| \n"
		"gap: encryption.client-key = /c:d.pem | \n",
		"", "" },
	},
	{
	    .settings = { "client-certificate=/c.p12", "client-key=/k",
		"client-key-password-from=stored", "secret:client-key=pw" },
	    .gaps = { "gap: encryption.client-key-password-from =  | "
		      "\n",
		"gap: encryption.client-certificate = /c.p12 | "
		"\n"
		"gap: encryption.client-key = /k | \n"
		"gap: encryption.client-key-password-from =  | "
		"\n",
		"gap: encryption.client-key-password-from =  | "
		"\n",
		"" },
	},
	{
	    .settings = { "tls-versions=1.3" },
	    .gaps = { "gap: encryption.tls-versions = 1.3 | 1.2 1.3\n", "", "",
		"" },
	},
	{
	    .settings = { "tls-versions=1.2" },
	    .gaps = { "gap: encryption.tls-versions = 1.2 | 1.2 1.3\n", "", "",
		"" },
	},
	{
	    .settings = { "tls-versions=1.0 1.1 1.2 1.3" },
	    .gaps = { "gap: encryption.tls-versions = 1.0 1.1 1.2 1.3"
		      " | 1.2 1.3\n",
		"", "", "" },
	},
	{
	    .settings = { "tls-versions=1.1 1.3" },
	    .gaps = { "refused: tls-versions: versions between two "
		      "that are named cannot be left out\n",
		"refused: tls-versions: versions between two "
		"that are named cannot be left out\n",
		"refused: tls-versions: versions between two "
		"that are named cannot be left out\n",
		"refused: tls-versions: versions between two "
		"that are named cannot be left out\n" },
	},
	{
	    .settings = { "timeout=7s" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "timeout=1500ms" },
	    .gaps = { "gap: connection.timeout = 1500ms | 2\n", "",
		"gap: connection.timeout = 1500ms | 2s\n", "" },
	},
	{
	    .settings = { "timeout-mail=2min", "timeout-rcpt=3min",
		"timeout-data=1min", "timeout-block=30s",
		"timeout-final=20min" },
	    .gaps = { "gap: connection.timeout-mail = 2min | \n"
		      "gap: connection.timeout-rcpt = 3min | \n"
		      "gap: connection.timeout-data = 1min | \n"
		      "gap: connection.timeout-block = 30s | \n"
		      "gap: connection.timeout-final = 20min | \n",
		"gap: connection.timeout-mail = 2min | \n"
		"gap: connection.timeout-rcpt = 3min | \n"
		"gap: connection.timeout-data = 1min | \n"
		"gap: connection.timeout-block = 30s | \n"
		"gap: connection.timeout-final = 20min | \n",
		"",
		"gap: connection.timeout-mail = 2min | \n"
		"gap: connection.timeout-rcpt = 3min | \n"
		"gap: connection.timeout-data = 1min | \n"
		"gap: connection.timeout-block = 30s | \n"
		"gap: connection.timeout-final = 20min | \n" },
	},
	{
	    .settings = { "helo=me.example" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "helo=[127.0.0.1]" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "source-address=127.0.0.2" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "source-address=::1" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "code-page=iso-8859-1" },
	    .gaps = { "gap: connection.code-page = iso-8859-1 | utf-8"
		      "\n",
		"gap: connection.code-page = iso-8859-1 | utf-8"
		"\n",
		"gap: connection.code-page = iso-8859-1 | utf-8"
		"\n",
		"gap: connection.code-page = iso-8859-1 | utf-8"
		"\n" },
	},
	{
	    .settings = { "mechanisms=PLAIN" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "mechanisms=SCRAM-SHA-256-PLUS" },
	    .gaps = { "gap: authentication.mechanisms = SCRAM-SHA-256"
		      "-PLUS | auto\n",
		"gap: authentication.mechanisms = SCRAM-SHA-256"
		"-PLUS | auto\n",
		"",
		"gap: authentication.mechanisms = SCRAM-SHA-256"
		"-PLUS | auto\n" },
	},
	{
	    .settings = { "mechanisms=LOGIN PLAIN" },
	    .gaps = { "gap: authentication.mechanisms = LOGIN PLAIN |"
		      " auto\n",
		"gap: authentication.mechanisms = LOGIN PLAIN |"
		" auto\n",
		"", "" },
	},
	{
	    .settings = { "mechanisms=auto" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "domain=CORP", "mechanisms=NTLM" },
	    .gaps = { "",
		"gap: authentication.mechanisms = NTLM | auto\n"
		"gap: authentication.domain = CORP | \n",
		"gap: authentication.domain = CORP | \n",
		"gap: authentication.domain = CORP | \n" },
	},
	{
	    .settings = { "anonymous=yes" },
	    .gaps = { "", "gap: authentication.username = ann@x | \n",
		"gap: authentication.username = ann@x | \n",
		"gap: authentication.username = ann@x | \n" },
	},
	{
	    .settings = { "attempts=1" },
	    .gaps = { "gap: authentication.attempts = 1 | 2\n",
		"gap: authentication.attempts = 1 | 2\n",
		"gap: authentication.attempts = 1 | 2\n",
		"gap: authentication.attempts = 1 | 2\n" },
	},
	{
	    .settings = { "allow-plaintext-password=yes" },
	    .gaps = { "gap: authentication.allow-plaintext-password ="
		      " yes | no\n",
		"gap: authentication.allow-plaintext-password ="
		" yes | no\n",
		"gap: authentication.allow-plaintext-password ="
		" yes | no\n",
		"gap: authentication.allow-plaintext-password ="
		" yes | no\n" },
	},
	{
	    .settings = { "password-from=stored" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "password-from=prompt" },
	    .gaps = { "gap: authentication.password-from = prompt | "
		      "\n",
		"gap: authentication.password-from = prompt | "
		"\n",
		"gap: authentication.password-from = prompt | "
		"\n",
		"gap: authentication.password-from = prompt | "
		"\n" },
	},
	{
	    .settings = { "password-from=keyring" },
	    .gaps = { "gap: authentication.password-from = keyring | "
		      "\n",
		"gap: authentication.password-from = keyring | "
		"\n",
		"gap: authentication.password-from = keyring | "
		"\n",
		"gap: authentication.password-from = keyring | "
		"\n" },
	},
	{
	    .settings = { "password-from=env:PW" },
	    .gaps = { "",
		"gap: authentication.password-from = env:PW | "
		"\n",
		"gap: authentication.password-from = env:PW | "
		"\n",
		"gap: authentication.password-from = env:PW | "
		"\n" },
	},
	{
	    .settings = { "password-from=file:/p w" },
	    .gaps = { "",
		"gap: authentication.password-from = file:/p w "
		"| \n",
		"gap: authentication.password-from = file:/p w "
		"| \n",
		"gap: authentication.password-from = file:/p w "
		"| \n" },
	},
	{
	    .settings = { "password-from=command:pass show 'a b'" },
	    .gaps = { "",
		"gap: authentication.password-from = command:pa"
		"ss show 'a b' | \n",
		"gap: authentication.password-from = command:pa"
		"ss show 'a b' | \n",
		"gap: authentication.password-from = command:pa"
		"ss show 'a b' | \n" },
	},
	{
	    .settings = { "password-from=command:sh -c 'a | b'" },
	    .gaps = { "",
		"gap: authentication.password-from = command:sh"
		" -c 'a | b' | \n",
		"gap: authentication.password-from = command:sh"
		" -c 'a | b' | \n",
		"gap: authentication.password-from = command:sh"
		" -c 'a | b' | \n" },
	},
	{
	    .settings = { "password-from=fd:3" },
	    .gaps = { "gap: authentication.password-from = fd:3 | \n",
		"gap: authentication.password-from = fd:3 | \n",
		"gap: authentication.password-from = fd:3 | \n",
		"gap: authentication.password-from = fd:3 | \n" },
	},
	{
	    .settings = { "secret:password=hunter2" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "secret:password=p\"q' #$%\\ \xc3\xbc" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "secret:password= x " },
	    .gaps = { "", "", "gap: authentication.password-from =  | \n", "" },
	},
	{
	    .settings = { "password-from=command:x",
		"secret:password=hunter2" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "username=a:b", "secret:password=p" },
	    .gaps = { "", "",
		"gap: authentication.username = a:b | \n"
		"gap: authentication.anonymous = no | yes\n",
		"gap: authentication.username = a:b | \n"
		"gap: authentication.password-from =  | \n"
		"gap: authentication.anonymous = no | yes\n" },
	},
	{
	    .settings = { "username=j\xc3\xbcrg" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "username=\"q\" 's" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "mechanisms=XOAUTH2", "secret:password=tok" },
	    .gaps = { "",
		"gap: authentication.mechanisms = XOAUTH2 | OAU"
		"THBEARER XOAUTH2\n",
		"", "" },
	},
	{
	    .settings = { "mechanisms=OAUTHBEARER XOAUTH2",
		"secret:password=tok" },
	    .gaps = { "gap: authentication.mechanisms = OAUTHBEARER X"
		      "OAUTH2 | auto\n",
		"", "", "" },
	},
	{
	    .settings = { "oauth.provider=google", "password-from=oauth" },
	    .gaps = { "gap: authentication.password-from = oauth | \n"
		      "gap: oauth.provider = google | none\n",
		"gap: authentication.mechanisms = auto | OAUTHB"
		"EARER XOAUTH2\n"
		"gap: authentication.password-from = oauth | \n"
		"gap: oauth.provider = google | none\n",
		"gap: authentication.password-from = oauth | \n"
		"gap: oauth.provider = google | none\n",
		"gap: authentication.password-from = oauth | \n"
		"gap: oauth.provider = google | none\n" },
	},
	{
	    .settings = { "mechanisms=XOAUTH2", "oauth.client-id=id",
		"oauth.token-endpoint=https://t/x" },
	    .gaps = { "gap: oauth.client-id = id | \n"
		      "gap: oauth.token-endpoint = https://t/x | \n",
		"gap: authentication.mechanisms = XOAUTH2 | OAU"
		"THBEARER XOAUTH2\n",
		"gap: oauth.client-id = id | \n"
		"gap: oauth.token-endpoint = https://t/x | \n",
		"gap: oauth.client-id = id | \n"
		"gap: oauth.token-endpoint = https://t/x | \n" },
	},
	{
	    .settings = { "proxy.type=socks5", "proxy.host=p" },
	    .gaps = { "", "",
		"gap: proxy.type = socks5 | none\n"
		"gap: proxy.host = p | \n"
		"gap: proxy.port = 1080 | \n",
		"" },
	},
	{
	    .settings = { "proxy.type=socks5", "proxy.host=p", "proxy.port=9",
		"proxy.use-credentials=yes", "proxy.username=u",
		"secret:proxy=pw:@" },
	    .gaps = { "gap: proxy.use-credentials = yes | no\n"
		      "gap: proxy.username = u | \n"
		      "gap: proxy.password-from =  | \n",
		"",
		"gap: proxy.type = socks5 | none\n"
		"gap: proxy.use-credentials = yes | no\n"
		"gap: proxy.host = p | \n"
		"gap: proxy.port = 9 | \n"
		"gap: proxy.username = u | \n"
		"gap: proxy.password-from =  | \n",
		"" },
	},
	{
	    .settings = { "proxy.type=http", "proxy.host=::1",
		"proxy.use-credentials=yes", "proxy.username=u" },
	    .gaps = { "gap: proxy.type = http | none\n"
		      "gap: proxy.use-credentials = yes | no\n"
		      "gap: proxy.host = ::1 | \n"
		      "gap: proxy.port = 8080 | \n"
		      "gap: proxy.username = u | \n",
		"",
		"gap: proxy.type = http | none\n"
		"gap: proxy.use-credentials = yes | no\n"
		"gap: proxy.host = ::1 | \n"
		"gap: proxy.port = 8080 | \n"
		"gap: proxy.username = u | \n",
		"" },
	},
	{
	    .settings = { "proxy.type=https", "proxy.host=p",
		"proxy.ca-file=/ca" },
	    .gaps = { "gap: proxy.type = https | none\n"
		      "gap: proxy.host = p | \n"
		      "gap: proxy.port = 443 | \n"
		      "gap: proxy.ca-file = /ca | \n",
		"gap: proxy.ca-file = /ca | \n",
		"gap: proxy.type = https | none\n"
		"gap: proxy.host = p | \n"
		"gap: proxy.port = 443 | \n"
		"gap: proxy.ca-file = /ca | \n",
		"" },
	},
	{
	    .settings = { "proxy.type=socks4a", "proxy.host=p" },
	    .gaps = { "gap: proxy.type = socks4a | none\n"
		      "gap: proxy.host = p | \n"
		      "gap: proxy.port = 1080 | \n",
		"",
		"gap: proxy.type = socks4a | none\n"
		"gap: proxy.host = p | \n"
		"gap: proxy.port = 1080 | \n",
		"" },
	},
	{
	    .settings = { "proxy.type=socks4", "proxy.host=127.0.0.1" },
	    .gaps = { "gap: proxy.type = socks4 | none\n"
		      "gap: proxy.host = 127.0.0.1 | \n"
		      "gap: proxy.port = 1080 | \n",
		"",
		"gap: proxy.type = socks4 | none\n"
		"gap: proxy.host = 127.0.0.1 | \n"
		"gap: proxy.port = 1080 | \n",
		"" },
	},
	{
	    .settings = { "proxy.type=system" },
	    .gaps = { "gap: proxy.type = system | none\n",
		"gap: proxy.type = system | none\n",
		"gap: proxy.type = system | none\n",
		"gap: proxy.type = system | none\n" },
	},
	{
	    .settings = { "proxy.host=p" },
	    .gaps = { "gap: proxy.host = p | \n", "gap: proxy.host = p | \n",
		"gap: proxy.host = p | \n", "gap: proxy.host = p | \n" },
	},
	{
	    .settings = { "proxy.type=http", "proxy.host=p", "proxy.domain=D" },
	    .gaps = { "gap: proxy.type = http | none\n"
		      "gap: proxy.host = p | \n"
		      "gap: proxy.port = 8080 | \n"
		      "gap: proxy.domain = D | \n",
		"gap: proxy.domain = D | \n",
		"gap: proxy.type = http | none\n"
		"gap: proxy.host = p | \n"
		"gap: proxy.port = 8080 | \n"
		"gap: proxy.domain = D | \n",
		"gap: proxy.domain = D | \n" },
	},
	{
	    .settings = { "from=ann@x" },
	    .gaps = { "", "gap: message.from = ann@x | \n",
		"gap: message.from = ann@x | \n", "" },
	},
	{
	    .settings = { "from=Ann <ann@x>" },
	    .gaps = { "", "gap: message.from = Ann <ann@x> | \n",
		"gap: message.from = Ann <ann@x> | \n",
		"gap: message.from = Ann <ann@x> | ann@x\n" },
	},
	{
	    .settings = { "from=\"Ann \\\"B\\\" #1\" <ann@x>" },
	    .gaps = { "",
		"gap: message.from = \"Ann \\\"B\\\" #1\" <ann@"
		"x> | \n",
		"gap: message.from = \"Ann \\\"B\\\" #1\" <ann@"
		"x> | \n",
		"gap: message.from = \"Ann \\\"B\\\" #1\" <ann@"
		"x> | ann@x\n" },
	},
	{
	    .settings = { "rewrite-from=both", "from=ann@x" },
	    .gaps = { "gap: message.rewrite-from = both | never\n",
		"gap: message.from = ann@x | \n"
		"gap: message.rewrite-from = both | never\n",
		"gap: message.from = ann@x | \n"
		"gap: message.rewrite-from = both | never\n",
		"gap: message.rewrite-from = both | never\n" },
	},
	{
	    .settings = { "sessions=7", "messages-per-session=9" },
	    .gaps = { "gap: limits.sessions = 7 | 2\n"
		      "gap: limits.messages-per-session = 9 | 100\n",
		"", "",
		"gap: limits.sessions = 7 | 2\n"
		"gap: limits.messages-per-session = 9 | 100\n" },
	},
	{
	    .settings = { "session-age=1min" },
	    .gaps = { "gap: limits.session-age = 1min | 5min\n",
		"gap: limits.session-age = 1min | 5min\n", "",
		"gap: limits.session-age = 1min | 5min\n" },
	},
	{
	    .settings = { "rate=14/s" },
	    .gaps = { "gap: limits.rate = 14/s | \n", "",
		"gap: limits.rate = 14/s | \n",
		"gap: limits.rate = 14/s | \n" },
	},
	{
	    .settings = { "rate=5/min" },
	    .gaps = { "gap: limits.rate = 5/min | \n", "",
		"gap: limits.rate = 5/min | \n",
		"gap: limits.rate = 5/min | \n" },
	},
	{
	    .settings = { "quota=500/day" },
	    .gaps = { "gap: limits.quota = 500/day | \n",
		"gap: limits.quota = 500/day | \n",
		"gap: limits.quota = 500/day | \n",
		"gap: limits.quota = 500/day | \n" },
	},
	{
	    .settings = { "recipients-per-message=50" },
	    .gaps = { "gap: limits.recipients-per-message = 50 | 100"
		      "\n",
		"gap: limits.recipients-per-message = 50 | 100"
		"\n",
		"",
		"gap: limits.recipients-per-message = 50 | 100"
		"\n" },
	},
	{
	    .settings = { "recipients-per-message=0" },
	    .gaps = { "gap: limits.recipients-per-message = 0 | 100\n",
		"gap: limits.recipients-per-message = 0 | 100\n",
		"gap: limits.recipients-per-message = 0 | 100\n",
		"gap: limits.recipients-per-message = 0 | 100\n" },
	},
	{
	    .settings = { "size=25M" },
	    .gaps = { "gap: limits.size = 25M | \n",
		"gap: limits.size = 25M | \n", "",
		"gap: limits.size = 25M | \n" },
	},
	{
	    .settings = { "size=0" },
	    .gaps = { "", "", "", "" },
	},
	{
	    .settings = { "helo=$x" },
	    .gaps = { "", "", "gap: connection.helo = $x | \n", "" },
	},
	{
	    .settings = { "ca-file=/a$b" },
	    .gaps = { "", "gap: encryption.ca-file = /a$b | \n",
		"gap: encryption.ca-file = /a$b | \n", "" },
	},
};

static void test_gaps(void)
{
	static const enum ph_foreign_format formats[] = { PH_FOREIGN_MSMTPRC,
		PH_FOREIGN_NODEMAILER, PH_FOREIGN_POSTFIX, PH_FOREIGN_CURL };
	static struct written w;

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].settings[0] == NULL ? "nothing more"
							: cases[i].settings[0],
		    i);
		for (size_t k = 0; k < PH_COUNT(formats); k++) {
			(void)write_one(formats[k], cases[i].settings, &w);
			check_str(w.gaps, cases[i].gaps[k]);
		}
	}
	check_case(NULL, 0);
}

/* What a file of one line a value cannot hold. */
static void test_refused(void)
{
	static const char *const newline[] = { "secret:password=a\nb", NULL };
	static const char *const bad_port[] = { "port=0", NULL };
	static const char *const plain[] = { NULL };
	static struct written w;

	check(write_one(PH_FOREIGN_CURL, newline, &w) == PH_EINVAL);
	check(strstr(w.gaps, "control byte") != NULL);
	check(write_one(PH_FOREIGN_CURL, bad_port, &w) == PH_EINVAL);
	check(strstr(w.gaps, "port") != NULL);
	for (int i = 0; i < PH_FOREIGN_FORMAT_COUNT; i++) {
		enum ph_foreign_format f = (enum ph_foreign_format)i;

		check((write_one(f, plain, &w) == PH_OK) ==
		    ph_foreign_can_write(f));
		check(ph_foreign_can_write(f) ||
		    strstr(w.gaps, "is read and not written") != NULL);
	}
}

static void test_names(void)
{
	static const char *const names[] = { "msmtprc", "mailrc", "swaks",
		"url", "nodemailer", "autoconfig", "postfix", "curl" };
	static const char *const others[] = { "msmtp", "mailx", "swaksrc",
		"DSN", "json", "xml", "main.cf", "CURL" };
	enum ph_foreign_format f = PH_FOREIGN_MSMTPRC;

	for (size_t i = 0; i < PH_COUNT(names); i++) {
		check_str(ph_foreign_format_name((enum ph_foreign_format)i),
		    names[i]);
		check(
		    ph_foreign_format_parse(ph_span_of(names[i]), &f) == PH_OK);
		check_int(f, i);
		check(ph_foreign_format_parse(ph_span_of(others[i]), &f) ==
		    PH_OK);
		check_int(f, i);
		check(ph_foreign_has_map(f) == (f == PH_FOREIGN_POSTFIX));
	}
	check(ph_foreign_format_parse(PH_SPAN(""), &f) == PH_EINVAL);
	check(ph_foreign_format_parse(PH_SPAN("pine"), &f) == PH_EINVAL);
}

static void check_refused(struct ph_span text, const char *why)
{
	struct ph_foreign_source in = { .text = text };

	for (int i = 0; i < PH_FOREIGN_FORMAT_COUNT; i++) {
		struct ph_foreign f = { .connection_count = 77 };
		struct ph_fault fault = { 0 };

		check_case(why, (size_t)i);
		check(ph_foreign_read((enum ph_foreign_format)i, &in, &f,
			  &fault) == PH_EINVAL);
		check_int(f.connection_count, 77);
		check(strstr(fault.text, why) != NULL);
		check_int(fault.cause, PH_CAUSE_BAD_INPUT);
		check(strstr(fault.advice, "--format") != NULL);
	}
	check_case(NULL, 0);
}

static void test_texts(void)
{
	static char large[PH_FOREIGN_TEXT_MAX + 1];

	memset(large, ' ', sizeof(large));
	check_refused((struct ph_span){ large, sizeof(large) }, "larger");
	check_refused((struct ph_span){ "host\0 h", 7 }, "NUL");
	check_refused(PH_SPAN(""), "");
}

/* A connection by itself, and one that contradicts itself. */
static void test_resolve(void)
{
	struct ph_foreign_source in = { .text = PH_SPAN("host h\ntls on\n") };
	struct ph_foreign f = { 0 };
	struct ph_connection c;
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	ph_arena_init(&a, 1024 * 1024);
	check(ph_foreign_read(PH_FOREIGN_MSMTPRC, &in, &f, NULL) == PH_OK);
	check(ph_foreign_resolve(f.connections, &a, &c, NULL) == PH_OK);
	check_str(c.host, "h");
	check_int(c.port, 25);
	check_int(c.encryption, PH_ENCRYPTION_AFTER_CONNECT);
	ph_foreign_release(&f);
	in.text = PH_SPAN("host h:26\nport 27\n");
	check(ph_foreign_read(PH_FOREIGN_MSMTPRC, &in, &f, NULL) == PH_OK);
	check(ph_foreign_resolve(f.connections, &a, &c, &fault) == PH_EINVAL);
	check_int(fault.cause, PH_CAUSE_PORTS_DISAGREE);
	ph_foreign_release(&f);
	ph_arena_release(&a);
}

int main(void)
{
	test_gaps();
	test_refused();
	test_names();
	test_texts();
	test_resolve();
	return check_end();
}
