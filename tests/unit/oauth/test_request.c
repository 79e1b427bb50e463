#include "check.h"
#include "oauth/request.h"

static const struct ph_oauth_client plain = {
	.id = PH_SPAN_INIT("1406020730"),
};
static const struct ph_oauth_client full = {
	.id = PH_SPAN_INIT("a b&c=d"),
	.secret = PH_SPAN_INIT("s+c%r\xc3\xa9t/"),
	.scope = PH_SPAN_INIT("https://mail.example.com/ offline_access"),
};

#define FULL       "client_id=a+b%26c%3Dd&client_secret=s%2Bc%25r%C3%A9t%2F"
#define FULL_SCOPE "&scope=https%3A%2F%2Fmail.example.com%2F+offline_access"

static void test_device(void)
{
	struct ph_buf b;

	ph_buf_init(&b, PH_OAUTH_REQUEST_MAX);
	check(ph_oauth_request_device(&plain, &b) == PH_OK);
	check_str(ph_buf_str(&b), "client_id=1406020730");
	ph_buf_clear(&b);
	check(ph_oauth_request_device(&full, &b) == PH_OK);
	check_str(ph_buf_str(&b), FULL FULL_SCOPE);
	ph_buf_wipe(&b);
}

static void test_poll(void)
{
	struct ph_buf b;

	/* RFC 8628 3.4 */
	ph_buf_init(&b, PH_OAUTH_REQUEST_MAX);
	check(ph_oauth_request_poll(&plain,
		  PH_SPAN("GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS"),
		  &b) == PH_OK);
	check_str(ph_buf_str(&b),
	    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
	    "&client_id=1406020730"
	    "&device_code=GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS");
	ph_buf_wipe(&b);
}

static void test_refresh(void)
{
	struct ph_buf b;

	ph_buf_init(&b, PH_OAUTH_REQUEST_MAX);
	check(
	    ph_oauth_request_refresh(&full, PH_SPAN("1//0g-x~y"), &b) == PH_OK);
	check_str(ph_buf_str(&b),
	    "grant_type=refresh_token&" FULL "&refresh_token=1%2F%2F0g-x%7Ey");
	ph_buf_wipe(&b);
}

static void test_app(void)
{
	struct ph_buf b;

	ph_buf_init(&b, PH_OAUTH_REQUEST_MAX);
	check(ph_oauth_request_app(&full, &b) == PH_OK);
	check_str(
	    ph_buf_str(&b), "grant_type=client_credentials&" FULL FULL_SCOPE);
	ph_buf_wipe(&b);
}

/* Every octet comes out as one a form may hold, and none is lost. */
static void test_octets(void)
{
	char all[256];
	struct ph_oauth_client c = { .id = { all, sizeof(all) } };
	struct ph_buf b;
	size_t count = 0;

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)i;
	ph_buf_init(&b, PH_OAUTH_REQUEST_MAX);
	check(ph_oauth_request_device(&c, &b) == PH_OK);
	for (size_t i = sizeof("client_id=") - 1; i < b.len; i++) {
		check(b.ptr[i] > ' ' && b.ptr[i] < 0x7f && b.ptr[i] != '&' &&
		    b.ptr[i] != '=');
		i += b.ptr[i] == '%' ? 2 : 0;
		count++;
	}
	check_int(count, 256);
	ph_buf_wipe(&b);
}

static void test_limit(void)
{
	struct ph_buf b;

	for (size_t max = 0; max < sizeof(FULL FULL_SCOPE) - 1; max++) {
		check_case("limit", max);
		ph_buf_init(&b, max);
		check(ph_oauth_request_device(&full, &b) == PH_ETOOBIG);
		ph_buf_wipe(&b);
	}
}

int main(void)
{
	test_device();
	test_poll();
	test_refresh();
	test_app();
	test_octets();
	test_limit();
	return check_end();
}
