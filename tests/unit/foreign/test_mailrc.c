#include "check.h"
#include "shown.h"

/* What is written there, and what becomes of it here. */
static const struct shown_case cases[] = {
	{
	    .text = "set mta=smtp://ann:hunter2@h:587 smtp-use-star"
		    "ttls\n"
		    "set from=ann@x\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = after-connect\n"
		    "authentication.username = ann\n"
		    "message.from = ann@x\n"
		    "secret password: hunter2\n",
	},
	{
	    .text = "set mta=smtps://ann%40x@h\n"
		    "set password=pw",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.username = ann@x\n"
		    "secret password: pw\n",
	},
	{
	    .text = "set mta=submission://h\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = after-connect\n",
	},
	{
	    .text = "set mta=submissions://ann@h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.username = ann\n",
	},
	{
	    .text = "set smtp=h\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n",
	},
	{
	    .text = "set smtp=h:587\n"
		    "set smtp-use-starttls\n"
		    "set smtp-auth=login\n"
		    "set smtp-auth-user=ann\n"
		    "set smtp-auth-password='a b'\n"
		    "set from=\"Ann <ann@x>\"",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = after-connect\n"
		    "authentication.mechanisms = login\n"
		    "authentication.username = ann\n"
		    "message.from = Ann <ann@x>\n"
		    "secret password: a b\n",
	},
	{
	    .text = "set smtp=smtps://h ssl-verify=ignore ssl-ca-fi"
		    "le=~/ca.pem ssl-cert=/c ssl-key=/k",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.verify = off\n"
		    "encryption.ca-file = /home/ann/ca.pem\n"
		    "encryption.client-certificate = /c\n"
		    "encryption.client-key = /k\n",
	},
	{
	    .text = "set mta=smtp://h tls-verify=strict tls-ca-file"
		    "=/c smtp-hostname=me",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "connection.helo = me\n"
		    "encryption.ca-file = /c\n",
	},
	{
	    .text = "set mta=smtp://h smtp-auth=none user=x",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "set mta=smtp://h socks-proxy=socks5://p:1080",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "proxy.type = socks5\n"
		    "proxy.host = p\n"
		    "proxy.port = 1080\n",
	},
	{
	    .text = "set mta=smtp://h socks-proxy=p:9",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "proxy.type = socks5\n"
		    "proxy.host = p\n"
		    "proxy.port = 9\n",
	},
	{
	    .text = "account work {\n"
		    " set mta=smtps://h user=ann password=hunter2\n"
		    " set from=ann@x\n"
		    "}\n"
		    "account home {\n"
		    "  set mta=smtps://i\n"
		    "}\n",
	    .want = "[work]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.username = ann\n"
		    "message.from = ann@x\n"
		    "secret password: hunter2\n"
		    "[home]\n"
		    "connection.host = i\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n",
	},
	{
	    .text = "set from=bob@y\n"
		    "account a {\n"
		    " set mta=smtp://h\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "message.from = bob@y\n",
	},
	{
	    .text = "set mta=smtp://i\n"
		    "account a {\n"
		    "set mta=smtp://h\n"
		    "}\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "[]\n"
		    "connection.host = i\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n",
	},
	{
	    .text = "set smtp=h smtp-auth-ann@h=plain smtp-auth-use"
		    "r-ann@h=bob password-bob@h=pw smtp-use-starttl"
		    "s-bob@h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.mechanisms = plain\n"
		    "authentication.username = bob\n"
		    "secret password: pw\n",
	},
	{
	    .text = "set v15-compat # x\n"
		    "set mta=smtp://h \\\n"
		    "  smtp-use-starttls\n"
		    "unset smtp-use-starttls",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n",
	},
	{
	    .text = "set mta=smtp://h smtp-use-starttls nosmtp-use-"
		    "starttls",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n",
	},
	{
	    .text = "set mta=/usr/sbin/sendmail",
	    .want = "refused: no server is named in it (read as mai"
		    "lrc)\n",
	},
	{
	    .text = "set sendmail=/usr/sbin/sendmail\n"
		    "set hold",
	    .want = "refused: no server is named in it (read as mai"
		    "lrc)\n",
	},
	{
	    .text = "set mta=file:///x",
	    .want = "refused: no server is named in it (read as mai"
		    "lrc)\n",
	},
	{
	    .text = "se smtp=smtp://h\n"
		    "varset from=a@b",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "message.from = a@b\n",
	},
	{
	    .text = "set 'x\n"
		    "set smtp=h\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "lost, line 1: ...\n",
	},
	{
	    .text = "source ~/x\n"
		    "set smtp=h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "lost, line 1: source\n",
	},
	{
	    .text = "}\n"
		    "set smtp=h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n",
	},
	{
	    .text = "set mta=imap://h",
	    .want = "refused: no server is named in it (read as mai"
		    "lrc)\n",
	},
	{
	    .text = "set smtp=",
	    .want = "refused: no server is named in it (read as mai"
		    "lrc)\n",
	},
	{
	    .text = "set smtp=h password=\"$PW\" from=nobody",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "secret password: $PW\n"
		    "lost, line 1: from\n",
	},
	{
	    .text = "set mta=smtps://h smtp-use-starttls tls-verify"
		    "=warn\n"
		    "\n"
		    "# c\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.verify = off\n",
	},
	{
	    .text = "set smtp=h smtp-authx=login smtp-auth-x=login "
		    "from=",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n",
	},
	{
	    .text = "set mta=smtp://h socks-proxy=ftp://x\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "lost, line 1: socks-proxy\n",
	},
};

static const char everything[] =
    "account a {\n"
    "set mta=smtps://ann:hunter2@h from=a@b socks-p"
    "roxy=p\n"
    "set ssl-ca-file=~/x tls-verify=ignore\n"
    "}\n"
    "set smtp=h password=hunter2\n"
    "set 'x\n";

int main(void)
{
	check_shown(PH_FOREIGN_MAILRC, cases, PH_COUNT(cases));
	check_memory(PH_FOREIGN_MAILRC, everything, "hunter2");
	return check_end();
}
