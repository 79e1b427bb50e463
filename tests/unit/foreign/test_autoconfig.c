#include "shown.h"

#include "check.h"

#include <stdio.h>

/* What is written there, and what becomes of it here. */
static const struct shown_case cases[] = {
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname>h</hostname>\n"
		    "   <port>465</port>\n"
		    "   <socketType>SSL</socketType>\n"
		    "   <username>%EMAILADDRESS%</username>\n"
		    "   <authentication>password-cleartext</authent"
		    "ication>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 465\n"
		    "connection.encryption = before-connect\n"
		    "authentication.mechanisms = PLAIN LOGIN\n"
		    "lost, line 10: username\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname>smtp.%EMAILDOMAIN%</hostname>\n"
		    "   <port>587</port>\n"
		    "   <socketType>STARTTLS</socketType>\n"
		    "   <username>%EMAILLOCALPART%</username>\n"
		    "   <authentication>password-encrypted</authent"
		    "ication>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .address = "ann@x.example",
	    .want = "[]\n"
		    "connection.host = smtp.x.example\n"
		    "connection.port = 587\n"
		    "connection.encryption = after-connect\n"
		    "authentication.mechanisms = SCRAM-SHA-256 SCRA"
		    "M-SHA-1 CRAM-MD5\n"
		    "authentication.username = ann\n"
		    "message.from = ann@x.example\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname>h</hostname>\n"
		    "   <port>25</port>\n"
		    "   <socketType>plain</socketType>\n"
		    "   <authentication>none</authentication>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .address = "ann@x",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "connection.port = 25\n"
		    "connection.encryption = none\n"
		    "authentication.anonymous = yes\n"
		    "message.from = ann@x\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname>h</hostname>\n"
		    "   <authentication>OAuth2</authentication>\n"
		    "   <authentication>password-cleartext</authent"
		    "ication>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "authentication.mechanisms = OAUTHBEARER XOAUTH"
		    "2 PLAIN LOGIN\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname>h</hostname>\n"
		    "   <authentication>NTLM</authentication>\n"
		    "   <authentication>GSSAPI</authentication>\n"
		    "   <authentication>TLS-client-cert</authentica"
		    "tion>\n"
		    "   <authentication>client-IP-address</authenti"
		    "cation>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "authentication.mechanisms = NTLM GSSAPI EXTERN"
		    "AL\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname>h</hostname>\n"
		    "   <authentication>client-IP-address</authenti"
		    "cation>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "authentication.anonymous = yes\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname>h</hostname>\n"
		    "   <authentication>frob</authentication>\n"
		    "   <socketType>frob</socketType>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "lost, line 8: authentication\n"
		    "lost, line 9: socketType\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname>h</hostname>\n"
		    "   <port>x</port>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .want = "refused: line 7: port: \"x\" is not a number fro"
		    "m 1 to 65535\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname> h\n"
		    " </hostname>\n"
		    "   <username>a%b</username>\n"
		    "   <password>hunter2</password>\n"
		    "   <addThisServer>true</addThisServer>\n"
		    "   <restriction>x</restriction>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "secret password: hunter2\n"
		    "lost, line 9: username\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname>h</hostname>\n"
		    "   <username>%FROB%</username>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .address = "ann@x",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "message.from = ann@x\n"
		    "lost, line 8: username\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname>h</hostname>\n"
		    "   <username>x%EMAILADDRESS</username>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .address = "ann@x",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "message.from = ann@x\n"
		    "lost, line 8: username\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname>h</hostname>\n"
		    "   <username>%EMAILDOMAIN%</username>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .address = "ann",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "lost, line 8: username\n"
		    "lost, line 0: --address\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname>h</hostname>\n"
		    "  </outgoingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname>i</hostname>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "lost, line 9: outgoingServer\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"exchange\"><hostname>"
		    "h</hostname></outgoingServer>\n"
		    "  <outgoingServer><hostname>i</hostname></outg"
		    "oingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .want = "[]\n"
		    "connection.host = i\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <x><hostname>no</hostname></x>\n"
		    "   <hostname>h<!-- c --><b>z</b></hostname>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .want = "refused: line 6: the server's name is missing,"
		    " or cannot be one\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname>h&amp;</hostname>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .want = "refused: line 6: the server's name is missing,"
		    " or cannot be one\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <hostname>h</hostname>\n"
		    "   <username>&lt;&#65;&gt;</username>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "authentication.username = <A>\n",
	},
	{
	    .text = "<!DOCTYPE c [<!ENTITY a \"b\">]>\n"
		    "<c><outgoingServer><hostname>&a;</hostname></o"
		    "utgoingServer></c>",
	    .want = "refused: it has declarations of its own (DOCTY"
		    "PE [...]), which are not read\n",
	},
	{
	    .text = "<!DOCTYPE c [<!ENTITY % a SYSTEM \"file:///etc"
		    "/passwd\">]><c/>",
	    .want = "refused: it has declarations of its own (DOCTY"
		    "PE [...]), which are not read\n",
	},
	{
	    .text = "<c/>",
	    .want = "refused: no server is named in it (read as aut"
		    "oconfig)\n",
	},
	{
	    .text = "<c>",
	    .want = "refused: line 1: no element found\n",
	},
	{
	    .text = "<c></d>",
	    .want = "refused: line 1: mismatched tag\n",
	},
	{
	    .text = "<outgoingServer/>",
	    .want = "refused: line 1: the server's name is missing,"
		    " or cannot be one\n",
	},
	{
	    .text = "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><"
		    "a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a"
		    "><a><a><a><a><a><a><a><a><a>",
	    .want = "refused: line 1: its elements go too deep\n",
	},
	{
	    .text = "<html><body>404</body></html>",
	    .want = "refused: no server is named in it (read as aut"
		    "oconfig)\n",
	},
	{
	    .text = "<?xml version=\"1.0\"?>\n"
		    "<clientConfig version=\"1.1\">\n"
		    " <emailProvider id=\"x\">\n"
		    "  <domain>x</domain>\n"
		    "  <incomingServer type=\"imap\"><hostname>i</h"
		    "ostname></incomingServer>\n"
		    "  <outgoingServer type=\"smtp\">\n"
		    "   <username>uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		    "uuuuuuuuu</username>\n"
		    "   <hostname>h</hostname>\n"
		    "  </outgoingServer>\n"
		    " </emailProvider>\n"
		    "</clientConfig>\n",
	    .want = "[]\n"
		    "connection.host = h\n"
		    "lost, line 7: username\n",
	},
};

static const char everything[] =
    "<?xml version=\"1.0\"?>\n"
    "<clientConfig version=\"1.1\">\n"
    " <emailProvider id=\"x\">\n"
    "  <domain>x</domain>\n"
    "  <incomingServer type=\"imap\"><hostname>i</h"
    "ostname></incomingServer>\n"
    "  <outgoingServer type=\"smtp\">\n"
    "   <hostname>smtp.%EMAILDOMAIN%</hostname>\n"
    "   <port>465</port>\n"
    "   <socketType>SSL</socketType>\n"
    "   <username>%EMAILADDRESS%</username>\n"
    "   <password>hunter2</password>\n"
    "   <authentication>NTLM</authentication>\n"
    "   <authentication>frob</authentication>\n"
    "  </outgoingServer>\n"
    " </emailProvider>\n"
    "</clientConfig>\n";

/* A parser that has to move what it holds leaves no secret where it was. */
static void test_moved(void)
{
	enum {
		LONG = 8000
	};

	static const char element[] = "<outgoingServer";
	const char *at = strstr(everything, element);
	char text[sizeof(everything) + 64 * 8 + LONG + 32];
	size_t n = 0;

	check(at != NULL);
	if (at == NULL)
		return;
	n = (size_t)(at - everything) + sizeof(element) - 1;
	memcpy(text, everything, n);
	for (size_t i = 0; i < 64; i++) {
		n +=
		    (size_t)snprintf(text + n, sizeof(text) - n, " x%zu=''", i);
	}
	n += (size_t)snprintf(
	    text + n, sizeof(text) - n, " long='hunter2%0*d'", LONG, 0);
	(void)snprintf(
	    text + n, sizeof(text) - n, "%s", at + sizeof(element) - 1);
	check_memory(PH_FOREIGN_AUTOCONFIG, text, "hunter2");
}

int main(void)
{
	check_shown(PH_FOREIGN_AUTOCONFIG, cases, PH_COUNT(cases));
	check_memory(PH_FOREIGN_AUTOCONFIG, everything, "hunter2");
	test_moved();
	return check_end();
}
