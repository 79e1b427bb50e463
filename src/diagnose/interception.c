#include "diagnose/interception.h"

#include "base/ascii.h"
#include "base/err.h"

enum {
	/* Fewer may stand in a banner for decoration. */
	STARS_MIN = 4,
	BLOT_MIN = 4
};

static const struct ph_interceptor interceptors[] = {
	{ "mail shield", "a mail scanner (Mail Shield)", PH_INTERCEPTOR_HERE },
	{ "avast", "Avast's Mail Shield", PH_INTERCEPTOR_HERE },
	{ "avg ", "AVG's Email Shield", PH_INTERCEPTOR_HERE },
	{ "kaspersky", "Kaspersky's mail scanner", PH_INTERCEPTOR_HERE },
	{ "eset ", "ESET's SSL/TLS filtering", PH_INTERCEPTOR_HERE },
	{ "bitdefender", "Bitdefender's encrypted scan", PH_INTERCEPTOR_HERE },
	{ "drweb", "Dr.Web's SpIDer Mail", PH_INTERCEPTOR_HERE },
	{ "dr.web", "Dr.Web's SpIDer Mail", PH_INTERCEPTOR_HERE },
	{ "norton", "Norton's mail scanner", PH_INTERCEPTOR_HERE },
	{ "g data", "G DATA's mail scanner", PH_INTERCEPTOR_HERE },
	{ "bullguard", "BullGuard's mail scanner", PH_INTERCEPTOR_HERE },
	{ "adguard", "AdGuard's filtering", PH_INTERCEPTOR_HERE },
	{ "zscaler", "Zscaler", PH_INTERCEPTOR_NETWORK },
	{ "fortinet", "a FortiGate firewall", PH_INTERCEPTOR_NETWORK },
	{ "fortigate", "a FortiGate firewall", PH_INTERCEPTOR_NETWORK },
	{ "palo alto", "a Palo Alto firewall", PH_INTERCEPTOR_NETWORK },
	{ "netskope", "Netskope", PH_INTERCEPTOR_NETWORK },
	{ "sophos", "a Sophos firewall", PH_INTERCEPTOR_NETWORK },
	{ "check point", "a Check Point firewall", PH_INTERCEPTOR_NETWORK },
	{ "checkpoint", "a Check Point firewall", PH_INTERCEPTOR_NETWORK },
	{ "blue coat", "a Blue Coat proxy", PH_INTERCEPTOR_NETWORK },
	{ "bluecoat", "a Blue Coat proxy", PH_INTERCEPTOR_NETWORK },
	{ "cisco umbrella", "Cisco Umbrella", PH_INTERCEPTOR_NETWORK },
	{ "forcepoint", "Forcepoint", PH_INTERCEPTOR_NETWORK },
	{ "websense", "Forcepoint", PH_INTERCEPTOR_NETWORK },
	{ "mcafee web gateway", "McAfee's Web Gateway",
	    PH_INTERCEPTOR_NETWORK },
	{ "sonicwall", "a SonicWall firewall", PH_INTERCEPTOR_NETWORK },
	{ "watchguard", "a WatchGuard firewall", PH_INTERCEPTOR_NETWORK },
	{ "squid", "a Squid proxy", PH_INTERCEPTOR_NETWORK },
	{ "mitmproxy", "mitmproxy", PH_INTERCEPTOR_NETWORK },
};

/* From a word's beginning: "ESET " is not meant in "Reset ". */
static bool holds(struct ph_span text, struct ph_span mark)
{
	bool is_start = true;

	for (; text.len > 0; text = ph_span_skip(text, 1)) {
		if (is_start && ph_span_starts_nocase(text, mark))
			return true;
		is_start = !ph_ascii_is_alnum(text.ptr[0]);
	}
	return false;
}

const struct ph_interceptor *ph_interceptor_of(const char *issuer)
{
	for (size_t i = 0; i < PH_COUNT(interceptors); i++) {
		if (holds(ph_span_of(issuer), ph_span_of(interceptors[i].mark)))
			return &interceptors[i];
	}
	return NULL;
}

static size_t count_first(struct ph_span s, char c)
{
	size_t count = 0;

	while (count < s.len && s.ptr[count] == c)
		count++;
	return count;
}

bool ph_interception_masks_greeting(const char *greeting)
{
	struct ph_span text = ph_span_of(greeting);
	size_t at = ph_span_find(text, '*');

	/* Behind the code, and perhaps a host's name. */
	return at < text.len && at >= sizeof("220 ") - 1 &&
	    count_first(ph_span_skip(text, at), '*') >= STARS_MIN;
}

bool ph_interception_masks_offer(const char *line)
{
	struct ph_span text = ph_span_of(line);
	size_t blot = count_first(text, 'X');

	/* "XXXXXXXA": the last letter is all that is left of the word. */
	return blot >= BLOT_MIN && text.len - blot <= 1;
}
