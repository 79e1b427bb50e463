#include "check.h"
#include "shown.h"

/* What is written there, and what becomes of it here. */
static const struct shown_case cases[] = {
	{
	    .text = "account a\n"
		    "host h\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "tls on\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "tls\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "tls on\n"
		    "tls_starttls off\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "tls_starttls off\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "port 2525\n"
		    "tls on\n"
		    "auth on\n"
		    "user u\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 2525\n"
		    "connection.encryption = after-connect\n"
		    "authentication.username = u\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "auth\n"
		    "user u\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.username = u\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "auth login\n"
		    "user u\n"
		    "password  a b\t\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.mechanisms = login\n"
		    "authentication.username = u\n"
		    "secret password: a b\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "auth scram-sha-256\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.mechanisms = scram-sha-256\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "auth digest-md5\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "lost, line 3: auth\n",
	},
	{
	    .text = "account a\n"
		    "host \"h\"\n"
		    "auth on\n"
		    "password \" p\"q# \"\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "secret password:  p\"q# \n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "auth on\n"
		    "password #1\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "secret password: #1\n",
	},
	{
	    .text = "  # c\n"
		    "\n"
		    "\taccount\ta\n"
		    " \thost\th\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "defaults\n"
		    "tls on\n"
		    "auth on\n"
		    "account a\n"
		    "host h\n"
		    "user u\n"
		    "account b : a\n"
		    "host i\n"
		    "tls off\n"
		    "account default : b\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.username = u\n"
		    "[b] default\n"
		    "connection.host = i\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.username = u\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "account b\n"
		    "host i\n"
		    "account c : a , b\n"
		    "user u\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "[b]\n"
		    "connection.host = i\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "[c]\n"
		    "connection.host = i\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.username = u\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "account default\n"
		    "host h\n",
	    .want = "[default] default\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "account default : a\n"
		    "port 26\n",
	    .want = "[a] default\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "[default]\n"
		    "connection.host = h\n"
		    "connection.port = 26\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "account b : c\n",
	    .want = "refused: line 3: account inherits from one tha"
		    "t is not above it\n",
	},
	{
	    .text = "account\n"
		    "host h\n",
	    .want = "refused: line 1: account without a name\n",
	},
	{
	    .text = "account a\n"
		    "account b\n"
		    "host h\n",
	    .want = "[b]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 1: a\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "host i\n",
	    .want = "[a]\n"
		    "connection.host = i\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "host h\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "account a\n"
		    "user u\n",
	    .want = "refused: no server is named in it (read as msm"
		    "tprc)\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "timeout 7\n"
		    "domain me\n"
		    "source_ip 127.0.0.2\n"
		    "ntlmdomain D\n"
		    "auth on\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "connection.timeout = 7\n"
		    "connection.helo = me\n"
		    "connection.source-address = 127.0.0.2\n"
		    "authentication.domain = D\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "proxy_host p\n"
		    "proxy_port 1080\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "proxy.type = socks5\n"
		    "proxy.host = p\n"
		    "proxy.port = 1080\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "proxy_host\n"
		    "proxy_port 1080\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "from ann@x\n"
		    "from_full_name \"Ann \"B\\\"\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "message.from = \"Ann \\\"B\\\\\" <ann@x>\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "from ann@x\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "message.from = ann@x\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "from *@x\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 3: from\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "domain %H\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 3: domain\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "timeout off\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 3: timeout\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "protocol lmtp\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 3: protocol\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "protocol smtp\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "port smtp\n",
	    .want = "refused: line 3: port: \"smtp\" is not a num"
		    "ber from 1 to 65535\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "tls on\n"
		    "tls_certcheck off\n"
		    "tls_trust_file /x\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.anonymous = yes\n"
		    "encryption.verify = off\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "tls_trust_file ~/ca.pem\n"
		    "tls_key_file /k\n"
		    "tls_cert_file /c\n"
		    "tls_host_override n\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "encryption.ca-file = /home/ann/ca.pem\n"
		    "encryption.verify-name = n\n"
		    "encryption.client-certificate = /c\n"
		    "encryption.client-key = /k\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "tls_trust_file system\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "tls_trust_file /etc/ssl/certs/ca-certificates."
		    "crt\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "tls_fingerprint 00:11\n"
		    "tls_priorities N\n"
		    "logfile ~/l\n"
		    "logfile off\n"
		    "syslog LOG_MAIL\n"
		    "eval echo port 1\n"
		    "keepbcc on\n"
		    "set_date_header auto\n"
		    "frobnicate\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 8: eval\n"
		    "lost, line 11: frobnicate\n"
		    "lost, line 3: tls_fingerprint\n"
		    "lost, line 4: tls_priorities\n"
		    "lost, line 7: syslog\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "auth on\n"
		    "passwordeval gpg -dq \"f g\"\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.password-from = command:gpg -dq"
		    " 'f g'\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "auth on\n"
		    "passwordeval \"pass x | head -1\"\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.password-from = command:sh -c '"
		    "pass x | head -1'\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "auth on\n"
		    "passwordeval cat '/a b'\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.password-from = file:/a b\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "auth on\n"
		    "passwordeval echo $PW\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.password-from = env:PW\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "auth on\n"
		    "passwordeval printenv PW\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.password-from = env:PW\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "auth on\n"
		    "passwordeval echo -n hunter2\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "secret password: hunter2\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "auth on\n"
		    "passwordeval \"x 'y\"\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "lost, line 4: passwordeval\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "auth on\n"
		    "passwordeval x\n"
		    "password p\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "secret password: p\n"
		    "lost, line 4: passwordeval\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "auth on\n"
		    "password a\tb\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "lost, line 4: password\n",
	},
	{
	    .text = "account a\n"
		    "host h\n"
		    "from %U@x\n"
		    "set_date_header\n",
	    .want = "[a]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "lost, line 3: from\n",
	},
};

static const char everything[] = "defaults\n"
				 "tls on\n"
				 "auth on\n"
				 "account a\n"
				 "host h\n"
				 "user u\n"
				 "password hunter2\n"
				 "from ann@x\n"
				 "from_full_name Ann\n"
				 "logfile x\n"
				 "source_ip 127.0.0.1\n"
				 "account b : a\n"
				 "tls_trust_file ~/x\n"
				 "account c\n"
				 "host h\n"
				 "passwordeval gpg x\n"
				 "account default : a\n";

int main(void)
{
	check_shown(PH_FOREIGN_MSMTPRC, cases, PH_COUNT(cases));
	check_memory(PH_FOREIGN_MSMTPRC, everything, "hunter2");
	return check_end();
}
