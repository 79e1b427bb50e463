#include "check.h"
#include "oauth/issuer.h"
#include "oauth/url.h"

static const char *const names[] = { "google", "microsoft", "yahoo" };

static void check_url(const struct ph_oauth_issuer *one, const char *pattern)
{
	struct ph_buf url;

	ph_buf_init(&url, PH_OAUTH_URL_MAX);
	check(ph_oauth_url_write(pattern, ph_span_of(one->tenant), &url) ==
	    PH_OK);
	check(ph_oauth_url_is_safe(ph_buf_span(&url)));
	check(ph_span_starts_nocase(ph_buf_span(&url), PH_SPAN("https://")));
	ph_buf_release(&url);
}

static void test_rows(void)
{
	for (size_t i = 0; i < PH_COUNT(names); i++) {
		const struct ph_oauth_issuer *one =
		    ph_oauth_issuer_find(ph_span_of(names[i]));

		check_case(names[i], i);
		check(one != NULL);
		if (one == NULL)
			continue;
		check_str(one->name, names[i]);
		check_url(one, one->token_url);
		if (one->device_url[0] != '\0')
			check_url(one, one->device_url);
		/* Where it cannot be done, it is said why. */
		check(one->device_url[0] != '\0' || one->caveat[0] != '\0');
		check(one->scope[0] != '\0' && one->client_id[0] != '\0' &&
		    one->rule[0] != '\0' && one->title[0] != '\0');
	}
	check(ph_oauth_issuer_find(PH_SPAN("GOOGLE")) ==
	    ph_oauth_issuer_find(PH_SPAN("google")));
	check(ph_oauth_issuer_find(PH_SPAN("none")) == NULL);
	check(ph_oauth_issuer_find(PH_SPAN("")) == NULL);
}

static void test_hosts(void)
{
	static const struct {
		const char *host;
		const char *name; /* NULL: nobody's */
	} hosts[] = {
		{ "smtp.gmail.com", "google" },
		{ "SMTP.Gmail.com", "google" },
		{ "smtp.office365.com", "microsoft" },
		{ "smtp-mail.outlook.com", "microsoft" },
		{ "smtp.mail.yahoo.com", "yahoo" },
		{ "gmail.com.example.org", NULL },
		{ "smtp.example.com", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < PH_COUNT(hosts); i++) {
		const struct ph_oauth_issuer *one =
		    ph_oauth_issuer_of_host(ph_span_of(hosts[i].host));

		check_case(hosts[i].host, i);
		check((one == NULL) == (hosts[i].name == NULL));
		if (one != NULL && hosts[i].name != NULL)
			check_str(one->name, hosts[i].name);
	}
}

/* What sends mail, and a consent that outlasts the first token. */
static void test_facts(void)
{
	const struct ph_oauth_issuer *microsoft =
	    ph_oauth_issuer_find(PH_SPAN("microsoft"));

	check_str(microsoft->tenant, "common");
	check_str(microsoft->scope,
	    "https://outlook.office.com/SMTP.Send offline_access");
	check_str(
	    microsoft->app_scope, "https://outlook.office365.com/.default");
}

int main(void)
{
	test_rows();
	test_hosts();
	test_facts();
	return check_end();
}
