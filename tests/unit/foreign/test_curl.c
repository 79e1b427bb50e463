#include "check.h"
#include "shown.h"

/* What is written there, and what becomes of it here. */
static const struct shown_case cases[] = {
	{
	    .text = "curl smtp://h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n",
	},
	{
	    .text = "curl smtps://h/me.example",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "connection.helo = me.example\n",
	},
	{
	    .text = "curl --url smtp://h:587 --ssl-reqd --user ann@"
		    "x:hunter2 --mail-from ann@x --mail-rcpt bob@x "
		    "-T m.eml",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = after-connect\n"
		    "authentication.username = ann@x\n"
		    "message.from = ann@x\n"
		    "secret password: hunter2\n"
		    "lost, line 1: mail-rcpt\n"
		    "lost, line 1: upload-file\n",
	},
	{
	    .text = "$ curl -sSv --ssl smtp://h -u 'ann:a:b c' \\\n"
		    "  --upload-file -\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = wanted\n"
		    "authentication.username = ann\n"
		    "secret password: a:b c\n"
		    "lost, line 1: upload-file\n",
	},
	{
	    .text = "#!/bin/sh\n"
		    "# mail\n"
		    "\n"
		    "curl smtp://[::1]:2525 -k \"$@\"\n",
	    .want = "[]\n"
		    "connection.host = ::1\n"
		    "connection.port = 2525\n"
		    "connection.encryption = none\n"
		    "encryption.verify = off\n",
	},
	{
	    .text = "curl smtps://ann%40x:p%3Aw%25@h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.username = ann@x\n"
		    "secret password: p:w%\n",
	},
	{
	    .text = "curl smtp://h -uann --login-options 'AUTH=PLAI"
		    "N;AUTH=LOGIN'",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.mechanisms = PLAIN LOGIN\n"
		    "authentication.username = ann\n",
	},
	{
	    .text = "curl smtp://h --login-options AUTH=* -u 'ann;A"
		    "UTH=NTLM:x'",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.username = ann\n"
		    "secret password: x\n",
	},
	{
	    .text = "curl smtp://h --login-options AUTH=+LOGIN --us"
		    "er :x",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.mechanisms = LOGIN\n"
		    "secret password: x\n",
	},
	{
	    .text = "curl smtp://h --oauth2-bearer tok --user ann",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.mechanisms = OAUTHBEARER XOAUTH"
		    "2\n"
		    "authentication.username = ann\n"
		    "secret password: tok\n",
	},
	{
	    .text = "curl smtp://h --oauth2-bearer tok --login-opti"
		    "ons AUTH=XOAUTH2",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.mechanisms = XOAUTH2\n"
		    "secret password: tok\n",
	},
	/* A token is no password, whatever else is said. */
	{
	    .text = "curl smtp://h.example --ssl-reqd -u ann:x --lo"
		    "gin-options AUTH=PLAIN --oauth2-bearer tok",
	    .want = "[]\n"
		    "connection.host = h.example\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.mechanisms = OAUTHBEARER XOAUTH"
		    "2\n"
		    "authentication.username = ann\n"
		    "secret password: tok\n"
		    "lost, line 1: the password\n"
		    "lost, line 1: login-options\n",
	},
	{
	    .text = "curl --oauth2-bearer tok --login-options 'AUTH"
		    "=PLAIN;AUTH=XOAUTH2;AUTH=LOGIN' smtp://ann:x@h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.mechanisms = XOAUTH2\n"
		    "authentication.username = ann\n"
		    "secret password: tok\n"
		    "lost, line 1: the password\n"
		    "lost, line 1: login-options\n",
	},
	{
	    .text = "curl smtps://h --tlsv1.0 --tls-max 1.1",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.tls-versions = 1.0 1.1\n",
	},
	{
	    .text = "curl smtps://h --tlsv1.3",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.tls-versions = 1.3\n",
	},
	{
	    .text = "curl smtps://h -1",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.tls-versions = 1.0 1.1 1.2 1.3\n",
	},
	{
	    .text = "curl smtps://h --tls-max default",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.tls-versions = 1.2 1.3\n",
	},
	{
	    .text = "curl smtps://h --tlsv1.3 --tls-max 1.2",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "lost, line 1: tls-max\n",
	},
	{
	    .text = "curl smtps://h --cacert ~/ca.pem --cert 'a\\:b"
		    ":pw' --key k",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.ca-file = /home/ann/ca.pem\n"
		    "encryption.client-certificate = a:b\n"
		    "encryption.client-key = k\n"
		    "encryption.client-key-password-from = stored\n"
		    "secret client-key: pw\n",
	},
	{
	    .text = "curl smtps://h -E c --pass pw",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.client-certificate = c\n"
		    "encryption.client-key-password-from = stored\n"
		    "secret client-key: pw\n",
	},
	{
	    .text = "curl smtps://h --cert c\\d",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.client-certificate = cd\n",
	},
	{
	    .text = "curl smtps://h --cacert /etc/ssl/certs/ca-cert"
		    "ificates.crt",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n",
	},
	{
	    .text = "curl smtps://h --pinnedpubkey 'sha256//ABEiM0R"
		    "VZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=;sha256//"
		    "AAEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=' "
		    "--insecure",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.verify = pin\n"
		    "encryption.pin = ABEiM0RVZneImaq7zN3u/wARIjNEV"
		    "WZ3iJmqu8zd7v8= AAEiM0RVZneImaq7zN3u/wARIjNEVW"
		    "Z3iJmqu8zd7v8=\n",
	},
	{
	    .text = "curl smtps://h --pinnedpubkey sha256//ABEiM0RV"
		    "ZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.verify = pin\n"
		    "encryption.pin = ABEiM0RVZneImaq7zN3u/wARIjNEV"
		    "WZ3iJmqu8zd7v8=\n"
		    "lost, line 1: pinnedpubkey\n",
	},
	{
	    .text = "curl smtps://h --pinnedpubkey key.pem",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "lost, line 1: pinnedpubkey\n",
	},
	{
	    .text = "curl smtps://h --pinnedpubkey sha256//x",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "lost, line 1: pinnedpubkey\n",
	},
	{
	    .text = "curl smtps://h -x socks5h://u:p@q:1",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "proxy.type = socks5\n"
		    "proxy.use-credentials = yes\n"
		    "proxy.host = q\n"
		    "proxy.port = 1\n"
		    "proxy.username = u\n"
		    "secret proxy: p\n",
	},
	{
	    .text = "curl smtps://h --proxy q:3128 -U u:p",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "proxy.type = http\n"
		    "proxy.use-credentials = yes\n"
		    "proxy.host = q\n"
		    "proxy.port = 3128\n"
		    "proxy.username = u\n"
		    "secret proxy: p\n",
	},
	{
	    .text = "curl smtps://h --proxy https://q --proxy-cacer"
		    "t /c --proxy-user u",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "proxy.type = https\n"
		    "proxy.use-credentials = yes\n"
		    "proxy.host = q\n"
		    "proxy.username = u\n"
		    "proxy.ca-file = /c\n",
	},
	{
	    .text = "curl smtps://h --socks4 q",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "proxy.type = socks4\n"
		    "proxy.host = q\n",
	},
	{
	    .text = "curl smtps://h --socks5-hostname u@q:9",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "proxy.type = socks5\n"
		    "proxy.use-credentials = yes\n"
		    "proxy.host = q\n"
		    "proxy.port = 9\n"
		    "proxy.username = u\n",
	},
	{
	    .text = "curl smtps://h -x ''",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n",
	},
	{
	    .text = "curl smtps://h -x ftp://q",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "lost, line 1: proxy\n",
	},
	{
	    .text = "curl smtps://h --connect-timeout 7 --interface"
		    " 127.0.0.2",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "connection.timeout = 7\n"
		    "connection.source-address = 127.0.0.2\n",
	},
	{
	    .text = "curl smtps://h --connect-timeout 2.5 --interfa"
		    "ce eth0",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "connection.timeout = 2s500ms\n"
		    "lost, line 1: interface\n",
	},
	{
	    .text = "curl smtps://h --connect-timeout 1.x",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "lost, line 1: connect-timeout\n",
	},
	{
	    .text = "curl smtps://h --interface 'host!::1'",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "connection.source-address = ::1\n",
	},
	{
	    .text = "curl smtps://h smtps://i",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "lost, line 1: url\n",
	},
	{
	    .text = "curl http://h",
	    .want = "refused: line 1: no smtp:// or smtps:// is in "
		    "it\n",
	},
	{
	    .text = "curl",
	    .want = "refused: line 1: no smtp:// or smtps:// is in "
		    "it\n",
	},
	{
	    .text = "curl smtp://h --user",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "lost, line 1: user\n",
	},
	{
	    .text = "curl smtp://h -u",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "lost, line 1: user\n",
	},
	{
	    .text = "curl smtp://h --frob -Q -m 5 --next smtp://i",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "lost, line 1: frob\n"
		    "lost, line 1: -Q\n"
		    "lost, line 1: max-time\n"
		    "lost, line 1: next\n",
	},
	{
	    .text = "curl smtp://h --no-ssl --no-keepalive",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n",
	},
	{
	    .text = "curl 'smtp://h",
	    .want = "refused: line 1: a quote in it has no end\n",
	},
	{
	    .text = "/usr/bin/curl smtp://h:x",
	    .want = "refused: line 1: port: \"x\" is not a num"
		    "ber from 1 to 65535\n",
	},
	{
	    .text = "curl --ssl-reqd --ssl smtp://h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n",
	},
	{
	    .text = "curl smtp://h --proxy-ntlm -4 -n --capath d",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "lost, line 1: proxy-ntlm\n"
		    "lost, line 1: ipv4\n"
		    "lost, line 1: netrc\n"
		    "lost, line 1: capath\n",
	},
	{
	    .text = "curl smtps://h --cert 'c\\d' --login-options A"
		    "UTH=XOAUTH2 --oauth2-bearer t",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.mechanisms = XOAUTH2\n"
		    "encryption.client-certificate = c\\d\n"
		    "secret password: t\n",
	},
	{
	    .text = "curl smtps://h --pinnedpubkey 'sha256//ABEiM0R"
		    "VZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=;x' -k",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.verify = pin\n"
		    "encryption.pin = ABEiM0RVZneImaq7zN3u/wARIjNEV"
		    "WZ3iJmqu8zd7v8=\n",
	},
	{
	    .text = "curl smtps://h --tls-max 1.1",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.tls-versions = 1.1\n",
	},
	{
	    .text = "curl smtps://h --cert 'c\\'",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.client-certificate = c\\\n",
	},
};

static const char everything[] =
    "curl --url smtps://h/me -u ann:hunter2 --cacer"
    "t ~/x --cert 'c:pw' --login-options AUTH=PLAIN"
    " --pinnedpubkey sha256//ABEiM0RVZneImaq7zN3u/w"
    "ARIjNEVWZ3iJmqu8zd7v8= -x socks5://u:p@q --con"
    "nect-timeout 1.5 --frob --tlsv1.2\n";

int main(void)
{
	check_shown(PH_FOREIGN_CURL, cases, PH_COUNT(cases));
	check_memory(PH_FOREIGN_CURL, everything, "hunter2");
	return check_end();
}
