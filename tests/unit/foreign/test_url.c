#include "check.h"
#include "shown.h"

/* What is written there, and what becomes of it here. */
static const struct shown_case cases[] = {
	{
	    .text = "smtp://h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = wanted\n",
	},
	{
	    .text = "smtps://h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n",
	},
	{
	    .text = "smtp://h:465",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n",
	},
	{
	    .text = "smtp://h:587\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = wanted\n",
	},
	{
	    .text = "smtps://ann%40x:p%3Aw@h:465",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.username = ann@x\n"
		    "secret password: p:w\n",
	},
	{
	    .text = "smtp://ann@x:hunter2@h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = wanted\n"
		    "authentication.username = ann@x\n"
		    "secret password: hunter2\n",
	},
	{
	    .text = "smtp://[::1]:25",
	    .want = "[]\n"
		    "connection.host = ::1\n"
		    "connection.port = 25\n"
		    "connection.encryption = wanted\n",
	},
	{
	    .text = "smtp+tls://h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = after-connect\n",
	},
	{
	    .text = "smtp+ssl://h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n",
	},
	{
	    .text = "submission://h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = after-connect\n",
	},
	{
	    .text = "submissions://h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n",
	},
	{
	    .text = "smtp+starttls://h:26",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 26\n"
		    "connection.encryption = after-connect\n",
	},
	{
	    .text = "smtp+none://h",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n",
	},
	{
	    .text = "MAILER_DSN=smtp://ann:hunter2@h:25?verify_peer"
		    "=0&local_domain=me&auto_tls=false",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "connection.helo = me\n"
		    "authentication.username = ann\n"
		    "encryption.verify = off\n"
		    "secret password: hunter2\n",
	},
	{
	    .text = "# env\n"
		    "APP_ENV=dev\n"
		    "DATABASE_URL=mysql://u:dbpass@db/x\n"
		    "export MAILER_DSN=\"smtps://ann:pw@h\"\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.username = ann\n"
		    "secret password: pw\n",
	},
	{
	    .text = "EMAIL_URL='smtp+tls://ann:pw@h:587'",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 587\n"
		    "connection.encryption = after-connect\n"
		    "authentication.username = ann\n"
		    "secret password: pw\n",
	},
	{
	    .text = "smtp://h?secure=true",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n",
	},
	{
	    .text = "smtp://h?requireTLS=true&pool=true&maxConnecti"
		    "ons=5&maxMessages=7&name=me",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "connection.helo = me\n"
		    "limits.sessions = 5\n"
		    "limits.messages-per-session = 7\n",
	},
	{
	    .text = "smtp://h?ignoreTLS=true",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n",
	},
	{
	    .text = "smtp://h:25?encryption=tls&auth_mode=login",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n"
		    "authentication.mechanisms = login\n",
	},
	{
	    .text = "smtp://h?encryption=ssl",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n",
	},
	{
	    .text = "smtp://h?require_tls=true",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = after-connect\n",
	},
	{
	    .text = "smtp://h?secure=false&auto_tls=true",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = wanted\n",
	},
	{
	    .text = "smtps://h?tls.rejectUnauthorized=false&tls.ser"
		    "vername=n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.verify = off\n"
		    "encryption.verify-name = n\n",
	},
	{
	    .text = "smtps://h?verify_peer=1&source_ip=127.0.0.2&ti"
		    "meout=5&frob=1&&x",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "connection.timeout = 5\n"
		    "connection.source-address = 127.0.0.2\n"
		    "lost, line 1: frob\n"
		    "lost, line 1: x\n",
	},
	{
	    .text = "smtps://h?peer_fingerprint=00&max_per_second=2"
		    "&ping_threshold=3&restart_threshold=9&proxy=x",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "limits.messages-per-session = 9\n"
		    "lost, line 1: peer_fingerprint\n"
		    "lost, line 1: max_per_second\n"
		    "lost, line 1: ping_threshold\n"
		    "lost, line 1: proxy\n",
	},
	{
	    .text = "smtps://h?authMethod=PLAIN#frag",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.mechanisms = PLAIN\n",
	},
	{
	    .text = "smtps://h/path?localAddress=127.0.0.3",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "connection.source-address = 127.0.0.3\n",
	},
	{
	    .text = "gmail+smtp://ann:hunter2@default",
	    .want = "[]\n"
		    "connection.host = smtp.gmail.com\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.username = ann\n"
		    "limits.quota = 500/day\n"
		    "secret password: hunter2\n",
	},
	{
	    .text = "gmail+smtps://ann%40gmail.com:pw@default",
	    .want = "[]\n"
		    "connection.host = smtp.gmail.com\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.username = ann@gmail.com\n"
		    "limits.quota = 500/day\n"
		    "secret password: pw\n",
	},
	{
	    .text = "ses+smtp://AK:pw@default?region=eu-west-1",
	    .want = "[]\n"
		    "connection.host = email-smtp.eu-west-1.amazona"
		    "ws.com\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.username = AK\n"
		    "limits.recipients-per-message = 50\n"
		    "secret password: pw\n",
	},
	{
	    .text = "ses+smtp://AK:pw@default",
	    .want = "refused: line 1: ses has a server in each regi"
		    "on: name yours\n",
	},
	{
	    .text = "sendgrid+smtp://SG.key@default",
	    .want = "[]\n"
		    "connection.host = smtp.sendgrid.net\n"
		    "connection.port = 587\n"
		    "connection.encryption = after-connect\n"
		    "authentication.username = apikey\n"
		    "secret password: SG.key\n",
	},
	{
	    .text = "postmark+smtp://tok@default",
	    .want = "[]\n"
		    "connection.host = smtp.postmarkapp.com\n"
		    "connection.port = 587\n"
		    "connection.encryption = after-connect\n"
		    "authentication.username = tok\n"
		    "limits.recipients-per-message = 50\n"
		    "limits.size = 10M\n",
	},
	{
	    .text = "mailgun+smtp://u:p@smtp.eu.mailgun.org:465",
	    .want = "refused: line 1: mailgun has a server in each "
		    "region: name yours\n",
	},
	{
	    .text = "nosuch+smtp://u:p@default",
	    .want = "refused: line 1: there is no preset \"nosuch\""
		    "\n",
	},
	{
	    .text = "mailgun+https://key:dom@default",
	    .want = "refused: line 1: it goes by the provider's own"
		    " interface, not by SMTP\n",
	},
	{
	    .text = "mailgun+smtp://u:p@default?region=xx",
	    .want = "refused: line 1: mailgun has no region \"xx\""
		    "\n",
	},
	{
	    .text = "http://h",
	    .want = "refused: line 1: the URL's scheme is not one o"
		    "f SMTP\n",
	},
	{
	    .text = "smtp://",
	    .want = "refused: line 1: the server's name is missing,"
		    " or cannot be one\n",
	},
	{
	    .text = "smtp:/h",
	    .want = "refused: no server is named in it (read as url"
		    ")\n",
	},
	{
	    .text = "hello",
	    .want = "refused: no server is named in it (read as url"
		    ")\n",
	},
	{
	    .text = "smtp://h:99999",
	    .want = "refused: line 1: port: \"99999\" is not a num"
		    "ber from 1 to 65535\n",
	},
	{
	    .text = "smtp://%zz:%4@h%",
	    .want = "refused: line 1: the server's name is missing,"
		    " or cannot be one\n",
	},
	{
	    .text = "tutanota+smtp://u:p@default",
	    .want = "refused: line 1: Tuta/Tutanota: it lets no oth"
		    "er program send: it has no SMTP for its users "
		    "(as of Delta Chat 2021-06)\n",
	},
	{
	    .text = "smtp://h\n"
		    "smtps://i\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = wanted\n"
		    "[]\n"
		    "connection.host = i\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n",
	},
	{
	    .text = "smtp://h?verify_peer=no",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = wanted\n"
		    "encryption.verify = off\n",
	},
	{
	    .text = "smtp://h?verify_peer=off&crypto=ssl&logger=1&d"
		    "ebug=1",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "encryption.verify = off\n",
	},
	{
	    .text = "\n"
		    "\n"
		    "smtp://h\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = wanted\n",
	},
};

static const char everything[] =
    "A=smtps://ann:hunter2@h?verify_peer=0&frob=1&l"
    "ocal_domain=me\n"
    "sendgrid+smtp://hunter2@default\n";

int main(void)
{
	check_shown(PH_FOREIGN_URL, cases, PH_COUNT(cases));
	check_memory(PH_FOREIGN_URL, everything, "hunter2");
	return check_end();
}
