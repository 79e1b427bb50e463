#include "check.h"
#include "shown.h"

/* What is written there, and what becomes of it here. */
static const struct shown_case cases[] = {
	{
	    .text = "swaks --server h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "swaks -s h:26 -tls -a PLAIN -au ann -ap hunter"
		    "2 -f ann@x -t bob@x",
	    .want = "[]\n"
		    "connection.host = h:26\n"
		    "connection.encryption = after-connect\n"
		    "authentication.mechanisms = PLAIN\n"
		    "authentication.username = ann\n"
		    "message.from = ann@x\n"
		    "secret password: hunter2\n"
		    "lost, line 1: t\n"
		    "lost, line 0: tls-verify\n",
	},
	{
	    .text = "$ swaks --server h --tls-on-connect --auth-use"
		    "r ann --auth-password 'a b' \\\n"
		    " --helo me",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "connection.helo = me\n"
		    "authentication.username = ann\n"
		    "secret password: a b\n"
		    "lost, line 0: tls-verify\n",
	},
	{
	    .text = "swaks -s h -p 587 -tlso -a",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n"
		    "lost, line 0: tls-verify\n",
	},
	{
	    .text = "swaks -s h --tls-optional-strict --auth ANY --"
		    "timeout 7s",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = wanted\n"
		    "connection.timeout = 7s\n"
		    "lost, line 0: tls-verify\n",
	},
	{
	    .text = "swaks -s [::1]:25 -tlsc -p 466",
	    .want = "[]\n"
		    "connection.host = [::1]:25\n"
		    "connection.port = 466\n"
		    "connection.encryption = before-connect\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 0: tls-verify\n",
	},
	{
	    .text = "swaks -s ::1 -tlsc",
	    .want = "[]\n"
		    "connection.host = ::1\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 0: tls-verify\n",
	},
	{
	    .text = "swaks -s h/2525",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 2525\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "swaks -s h --port=26 --auth=LOGIN,PLAIN",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 26\n"
		    "connection.encryption = none\n"
		    "authentication.mechanisms = LOGIN,PLAIN\n",
	},
	{
	    .text = "swaks -s h --auth LOGIN-INITIAL --auth-extra d"
		    "omain=D,realm=r",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.mechanisms = LOGIN\n"
		    "authentication.domain = D\n"
		    "lost, line 1: auth-extra\n",
	},
	{
	    .text = "swaks -s h -a CRAM-MD5 -ao",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.mechanisms = CRAM-MD5\n",
	},
	{
	    .text = "swaks -s h -a SPA",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "lost, line 1: auth\n",
	},
	{
	    .text = "swaks -s h -tls --tls-verify --tls-ca-path /ca"
		    " --tls-cert /c --tls-key ~/k --tls-sni n --tls"
		    "-cipher X",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.anonymous = yes\n"
		    "encryption.ca-file = /ca\n"
		    "encryption.verify-name = n\n"
		    "encryption.client-certificate = /c\n"
		    "encryption.client-key = /home/ann/k\n"
		    "lost, line 1: tls-cipher\n",
	},
	{
	    .text = "swaks -s h -tlsc --tls-verify --tls-protocol t"
		    "lsv1_2,tlsv1_3",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.anonymous = yes\n"
		    "encryption.tls-versions = 1.2 1.3\n",
	},
	{
	    .text = "swaks -s h -tlsc --tls-verify -tlsp no_tlsv1_2",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.anonymous = yes\n"
		    "encryption.tls-versions = 1.3\n",
	},
	{
	    .text = "swaks -s h -tlsp sslv3",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 1: tls-protocol\n",
	},
	{
	    .text = "swaks -s h --protocol ESMTPSA",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "lost, line 0: tls-verify\n",
	},
	{
	    .text = "swaks -s h --protocol SSMTP",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 0: tls-verify\n",
	},
	{
	    .text = "swaks -s h --protocol LMTP",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 1: protocol\n",
	},
	{
	    .text = "swaks -s h --protocol ESMTPA",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n",
	},
	{
	    .text = "swaks -s h --protocol smtp",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "swaks -s h -li 127.0.0.2 -lp 9 -4 --socket x",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "connection.source-address = 127.0.0.2\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 1: lp\n"
		    "lost, line 1: 4\n"
		    "lost, line 1: socket\n",
	},
	{
	    .text = "swaks -s h --h-Subject: x --header 'Subject: y"
		    "' --body z --frob -q EHLO -stl",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 1: h-\n"
		    "lost, line 1: header\n"
		    "lost, line 1: body\n"
		    "lost, line 1: frob\n"
		    "lost, line 1: q\n",
	},
	{
	    .text = "swaks --to bob@x",
	    .want = "refused: line 1: no --server is in it\n",
	},
	{
	    .text = "swaks",
	    .want = "refused: line 1: no --server is in it\n",
	},
	{
	    .text = "swaks -s",
	    .want = "refused: line 1: no --server is in it\n",
	},
	{
	    .text = "swaks -s h -ap",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n",
	},
	{
	    .text = "swaks -s 'h",
	    .want = "refused: line 1: a quote in it has no end\n",
	},
	{
	    .text = "# mine\n"
		    "server h\n"
		    "--port 587\n"
		    "-tls\n"
		    "auth PLAIN\n"
		    "auth-user ann\n"
		    "auth-password p 'w\n"
		    "h-From: \"A\" <a@b>\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = after-connect\n"
		    "authentication.mechanisms = PLAIN\n"
		    "authentication.username = ann\n"
		    "secret password: p 'w\n"
		    "lost, line 8: h-\n"
		    "lost, line 0: tls-verify\n",
	},
	{
	    .text = "--server h\n"
		    "tls-on-connect\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 0: tls-verify\n",
	},
	{
	    .text = "server h\n"
		    "frob 1\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 2: frob\n",
	},
	{
	    .text = "--server h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "/usr/bin/swaks -s h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "swaks x -s h --copy-routing d",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 1: copy-routing\n",
	},
	{
	    .text = "port 25\n",
	    .want = "refused: line 1: no --server is in it\n",
	},
	{
	    .text = "swaks -s h -p smtp --from x",
	    .want = "refused: line 1: port: \"smtp\" is not a num"
		    "ber from 1 to 65535\n",
	},
	{
	    .text = "swaks -s h --from x",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 1: from\n",
	},
	{
	    .text = "swaks -s h '' x -a '' --h 'm e'",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "lost, line 1: h\n",
	},
	{
	    .text = "swaks\t-s h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "swaks\n"
		    "-s h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "# c\n"
		    "\n"
		    "server h\n"
		    "this-option-has-a-name-that-is-far-too-long x"
		    "\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 4: this-option-has-a-name-that-is-f"
		    "ar-too-long\n",
	},
	{
	    .text = "swaks -s h -tlsp no_tlsv1,tlsv1_3 -ae ''",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "encryption.tls-versions = 1.2\n",
	},
	{
	    .text = "swaks -s h/x",
	    .want = "refused: line 1: port: \"x\" is not a num"
		    "ber from 1 to 65535\n",
	},
};

static const char everything[] =
    "swaks -s h/1 -tls -a PLAIN -au ann -ap hunter2"
    " --tls-key ~/k --tls-protocol tlsv1_2 --frob -"
    "ae domain=D,x=y --protocol LMTP\n";

int main(void)
{
	check_shown(PH_FOREIGN_SWAKS, cases, PH_COUNT(cases));
	check_memory(PH_FOREIGN_SWAKS, everything, "hunter2");
	return check_end();
}
