#include "diagnose/interception.h"

#include "base/err.h"
#include "check.h"

static const struct {
	const char *issuer;
	const char *name; /* NULL: nobody known */
	enum ph_interceptor_place place;
} issuers[] = {
	{ "CN=avast! Mail Shield Root,OU=generated",
	    "a mail scanner (Mail Shield)", PH_INTERCEPTOR_HERE },
	{ "CN=Avast Web/Mail Shield Root", "a mail scanner (Mail Shield)",
	    PH_INTERCEPTOR_HERE },
	{ "CN=Avast trusted CA", "Avast's Mail Shield", PH_INTERCEPTOR_HERE },
	{ "CN=AVG Technologies", "AVG's Email Shield", PH_INTERCEPTOR_HERE },
	{ "CN=Kaspersky Anti-Virus Personal Root Certificate",
	    "Kaspersky's mail scanner", PH_INTERCEPTOR_HERE },
	{ "CN=ESET SSL Filter CA", "ESET's SSL/TLS filtering",
	    PH_INTERCEPTOR_HERE },
	{ "CN=Bitdefender Personal CA.Net-Defender",
	    "Bitdefender's encrypted scan", PH_INTERCEPTOR_HERE },
	{ "CN=Zscaler Intermediate Root CA", "Zscaler",
	    PH_INTERCEPTOR_NETWORK },
	{ "CN=FGT60E,O=Fortinet,L=Sunnyvale", "a FortiGate firewall",
	    PH_INTERCEPTOR_NETWORK },
	{ "CN=Kaspersky Lab ZAO", "Kaspersky's mail scanner",
	    PH_INTERCEPTOR_HERE },
	{ "O=ESET spol. s r. o.,CN=ESET SSL Filter CA",
	    "ESET's SSL/TLS filtering", PH_INTERCEPTOR_HERE },
	{ "CN=DrWeb CA", "Dr.Web's SpIDer Mail", PH_INTERCEPTOR_HERE },
	{ "CN=Dr.Web for Windows", "Dr.Web's SpIDer Mail",
	    PH_INTERCEPTOR_HERE },
	{ "CN=Norton Web/Mail Shield Root", "a mail scanner (Mail Shield)",
	    PH_INTERCEPTOR_HERE },
	{ "O=Norton Antivirus", "Norton's mail scanner", PH_INTERCEPTOR_HERE },
	{ "CN=G DATA Mail Security", "G DATA's mail scanner",
	    PH_INTERCEPTOR_HERE },
	{ "CN=BullGuard CA", "BullGuard's mail scanner", PH_INTERCEPTOR_HERE },
	{ "CN=AdGuard Personal CA", "AdGuard's filtering",
	    PH_INTERCEPTOR_HERE },
	{ "CN=FortiGate CA", "a FortiGate firewall", PH_INTERCEPTOR_NETWORK },
	{ "O=Palo Alto Networks", "a Palo Alto firewall",
	    PH_INTERCEPTOR_NETWORK },
	{ "CN=ca.netskope.example,O=Netskope Inc", "Netskope",
	    PH_INTERCEPTOR_NETWORK },
	{ "CN=Sophos SSL CA_C0123", "a Sophos firewall",
	    PH_INTERCEPTOR_NETWORK },
	{ "O=Check Point Software", "a Check Point firewall",
	    PH_INTERCEPTOR_NETWORK },
	{ "CN=checkpoint-gw", "a Check Point firewall",
	    PH_INTERCEPTOR_NETWORK },
	{ "O=Blue Coat ProxySG", "a Blue Coat proxy", PH_INTERCEPTOR_NETWORK },
	{ "CN=bluecoat-proxy.corp.example", "a Blue Coat proxy",
	    PH_INTERCEPTOR_NETWORK },
	{ "CN=Cisco Umbrella Root CA", "Cisco Umbrella",
	    PH_INTERCEPTOR_NETWORK },
	{ "CN=Forcepoint Cloud CA", "Forcepoint", PH_INTERCEPTOR_NETWORK },
	{ "O=Websense\\, Inc.", "Forcepoint", PH_INTERCEPTOR_NETWORK },
	{ "CN=McAfee Web Gateway", "McAfee's Web Gateway",
	    PH_INTERCEPTOR_NETWORK },
	{ "CN=SonicWall Firewall DPI-SSL", "a SonicWall firewall",
	    PH_INTERCEPTOR_NETWORK },
	{ "O=WatchGuard,CN=Fireware HTTPS Proxy", "a WatchGuard firewall",
	    PH_INTERCEPTOR_NETWORK },
	{ "CN=squid-proxy", "a Squid proxy", PH_INTERCEPTOR_NETWORK },
	{ "CN=mitmproxy,O=mitmproxy", "mitmproxy", PH_INTERCEPTOR_NETWORK },
	{ "CN=DigiCert Global Root G2,O=DigiCert Inc", NULL,
	    PH_INTERCEPTOR_HERE },
	{ "CN=GTS CA 1C3,O=Google Trust Services LLC", NULL,
	    PH_INTERCEPTOR_HERE },
	{ "CN=Sectigo RSA Domain Validation Secure Server CA", NULL,
	    PH_INTERCEPTOR_HERE },
	{ "CN=R3,O=Let's Encrypt,C=US", NULL, PH_INTERCEPTOR_HERE },
	{ "CN=Reset Mail CA", NULL, PH_INTERCEPTOR_HERE },
	{ "CN=Havastar", NULL, PH_INTERCEPTOR_HERE },
	{ "", NULL, PH_INTERCEPTOR_HERE },
};

static void test_issuers(void)
{
	for (size_t i = 0; i < PH_COUNT(issuers); i++) {
		const struct ph_interceptor *p =
		    ph_interceptor_of(issuers[i].issuer);

		check_case(issuers[i].issuer, i);
		check((p == NULL) == (issuers[i].name == NULL));
		if (p == NULL || issuers[i].name == NULL)
			continue;
		check_str(p->name, issuers[i].name);
		check_int(p->place, issuers[i].place);
	}
	check_case(NULL, 0);
}

static void test_words(void)
{
	check(ph_interception_masks_greeting("220 ****************"));
	check(ph_interception_masks_greeting("220 ****2****0*****0"));
	check(ph_interception_masks_greeting("220 mx.example.com ******"));
	check(!ph_interception_masks_greeting("220 *** Welcome ***"));
	check(!ph_interception_masks_greeting("220 mail ESMTP"));
	check(!ph_interception_masks_greeting(""));
	check(ph_interception_masks_offer("XXXXXXXA"));
	check(ph_interception_masks_offer("XXXXXXXX"));
	check(!ph_interception_masks_offer("XXXXXXXAB"));
	check(!ph_interception_masks_offer("XCLIENT NAME ADDR"));
	check(!ph_interception_masks_offer("XXX"));
	check(!ph_interception_masks_offer("STARTTLS"));
	check(!ph_interception_masks_offer(""));
}

int main(void)
{
	test_issuers();
	test_words();
	return check_end();
}
