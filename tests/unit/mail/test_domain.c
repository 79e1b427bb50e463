#include "check.h"
#include "mail/address.h"
#include "mail/domain.h"

#define L63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"

static const struct {
	const char *in, *wire, *shown;
} good[] = {
	{ "example.com", "example.com", "example.com" },
	{ "EXAMPLE.Com", "example.com", "example.com" },
	{ "localhost", "localhost", "localhost" },
	{ "a_b.example", "a_b.example", "a_b.example" },
	{ "b\xc3\xbc"
	  "cher.example",
	    "xn--bcher-kva.example",
	    "b\xc3\xbc"
	    "cher.example" },
	{ "B\xc3\x9c"
	  "CHER.example",
	    "xn--bcher-kva.example",
	    "b\xc3\xbc"
	    "cher.example" },
	/* Non-transitional: the sharp s stays one. */
	{ "fa\xc3\x9f.de", "xn--fa-hia.de", "fa\xc3\x9f.de" },
	{ "xn--bcher-kva.example", "xn--bcher-kva.example",
	    "b\xc3\xbc"
	    "cher.example" },
	{ "XN--BCHER-KVA.example", "xn--bcher-kva.example",
	    "b\xc3\xbc"
	    "cher.example" },
	{ "xn--.example", "", "" },
	{ "[192.0.2.1]", "[192.0.2.1]", "[192.0.2.1]" },
	{ "[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]" },
	{ "[ipv6:::1]", "[IPv6:::1]", "[IPv6:::1]" },
	{ "[::1]", "[IPv6:::1]", "[IPv6:::1]" },
	{ L63 ".example", L63 ".example", L63 ".example" },
	{ "[IPv6:::ffff:192.0.2.1]", "[IPv6:::ffff:192.0.2.1]",
	    "[IPv6:::ffff:192.0.2.1]" },
	{ "[255.255.255.255]", "[255.255.255.255]", "[255.255.255.255]" },
	{ "1.example", "1.example", "1.example" },
	{ "a--b.example", "a--b.example", "a--b.example" },
	{ "\xe6\x97\xa5\xe6\x9c\xac.example", "xn--wgv71a.example",
	    "\xe6\x97\xa5\xe6\x9c\xac.example" },
};

static const struct {
	const char *in, *why;
} bad[] = {
	{ "", "no domain" },
	{ ".", "empty label" },
	{ "a..b", "empty label" },
	{ ".a", "empty label" },
	{ "a.", "empty label" },
	{ "exa mple.com", "a space" },
	{ "\xc3\xbc ber.com", "a space" },
	{ "-a.com", "starts or ends with" },
	{ "a-.com", "starts or ends with" },
	{ "a@b.com", "no domain has" },
	{ "a>b.com", "no domain has" },
	{ "\xc3\xbc>b.com", "no domain has" },
	{ "a\r\nb.com", "no domain has" },
	{ "\xff.com", "" },
	{ "a" L63 ".com", "63 octets" },
	{ L63 "." L63 "." L63 "." L63 ".com", "255 octets" },
	{ "[", "not closed" },
	{ "[]", "not closed" },
	{ "[192.0.2.1", "not closed" },
	{ "[192.0.2.256]", "no IP address" },
	{ "[192.0.2]", "no IP address" },
	{ "[IPv6:192.0.2.1]", "no IP address" },
	{ "[IPv6:1::2::3]", "no IP address" },
	{ "[x]", "no IP address" },
	{ "[1.2.3.4] >]", "no IP address" },
	{ "\xc2\xad\xc2\xad.com", "" },
	{ "[0123456789012345678901234567890123456789012345678901234567890123"
	  "4567890]",
	    "no IP address" },
	{ "[192.0.2.1.5]", "no IP address" },
	{ "[ 192.0.2.1]", "no IP address" },
	{ "[IPv6:]", "no IP address" },
	{ "[IPv6:::1%lo]", "no IP address" },
	{ "[12345::]", "no IP address" },
	{ "a\tb.com", "" },
	{ "a,b.com", "no domain has" },
	{ "a.\xc3\xa4-.com", "" },
};

int main(void)
{
	struct ph_arena a;
	struct ph_span wire;
	struct ph_span shown;

	ph_arena_init(&a, 1 << 20);
	for (size_t i = 0; i < PH_COUNT(good); i++) {
		check_case(good[i].in, i);
		if (good[i].wire[0] == '\0')
			continue;
		check(ph_domain_to_ascii(ph_span_of(good[i].in), &a, &wire) ==
		    PH_OK);
		check_str(wire.ptr, good[i].wire);
		check(ph_domain_display(wire, &a, &shown) == PH_OK);
		check_str(shown.ptr, good[i].shown);
	}
	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		check_case(bad[i].in, i);
		const char *why =
		    ph_domain_to_wire(ph_span_of(bad[i].in), &a, &wire);

		check(why != NULL && strstr(why, bad[i].why) != NULL);
		check(ph_domain_to_ascii(ph_span_of(bad[i].in), &a, &wire) ==
		    PH_EINVAL);
	}
	ph_arena_release(&a);
	ph_arena_init(&a, 4);
	check(
	    ph_domain_to_ascii(PH_SPAN("example.com"), &a, &wire) == PH_ENOMEM);
	check(ph_domain_to_ascii(PH_SPAN("\xc3\xbc.com"), &a, &wire) ==
	    PH_ENOMEM);
	check(ph_domain_to_ascii(PH_SPAN("[::1]"), &a, &wire) == PH_ENOMEM);
	ph_arena_release(&a);
	return check_end();
}
