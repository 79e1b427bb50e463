#include "oauth/issuer.h"

#include "base/err.h"

static const struct ph_oauth_issuer issuers[] = {
	{
	    .name = "google",
	    .title = "Google",
	    .device_url = "https://oauth2.googleapis.com/device/code",
	    .token_url = "https://oauth2.googleapis.com/token",
	    .tenant = "",
	    .scope = "https://mail.google.com/",
	    .app_scope = "",
	    .client_id =
		"in the Google Cloud console (console.cloud.google.com, APIs & "
		"Services, Credentials) make an OAuth client ID; Google gives "
		"a client secret with it, which client-secret-from is to name",
	    .rule = "Google's rule: it ends after six months without use, "
		    "after a changed password, and seven days after the "
		    "sign-in while the app's publishing status is Testing",
	    .caveat =
		"Google's device-code flow admits few scopes, and mail is not "
		"among them for most clients; a refresh token that was got "
		"otherwise is taken by posthaste login NAME "
		"--refresh-token-from SOURCE, and an app password needs no "
		"sign-in at all",
	},
	{
	    .name = "microsoft",
	    .title = "Microsoft",
	    .device_url = "https://login.microsoftonline.com/{tenant}/oauth2/"
			  "v2.0/devicecode",
	    .token_url =
		"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
	    .tenant = "common",
	    .scope = "https://outlook.office.com/SMTP.Send offline_access",
	    .app_scope = "https://outlook.office365.com/.default",
	    .client_id =
		"in the Microsoft Entra admin center (entra.microsoft.com, App "
		"registrations) register an application with public client "
		"flows allowed and the delegated permission SMTP.Send; its "
		"Application (client) ID is it",
	    .rule = "Microsoft's rule: it ends after 90 days without use, and "
		    "when a password is changed or an administrator says so",
	    .caveat = "",
	},
	{
	    .name = "yahoo",
	    .title = "Yahoo",
	    .device_url = "",
	    .token_url = "https://api.login.yahoo.com/oauth2/get_token",
	    .tenant = "",
	    .scope = "mail-w",
	    .app_scope = "",
	    .client_id =
		"make an application at developer.yahoo.com/apps; its use for "
		"mail has to be granted by Yahoo first "
		"(senders.yahooinc.com/developer)",
	    .rule = "Yahoo publishes no end; a changed password, or taking the "
		    "consent back, ends it",
	    .caveat =
		"Yahoo publishes no endpoint for device codes; a refresh token "
		"that was got otherwise is taken by posthaste login NAME "
		"--refresh-token-from SOURCE, and an app password needs no "
		"sign-in at all",
	},
};

static const struct {
	struct ph_span host;
	const char *name;
} hosts[] = {
	{ PH_SPAN_INIT("smtp.gmail.com"), "google" },
	{ PH_SPAN_INIT("smtp.googlemail.com"), "google" },
	{ PH_SPAN_INIT("smtp-relay.gmail.com"), "google" },
	{ PH_SPAN_INIT("smtp.office365.com"), "microsoft" },
	{ PH_SPAN_INIT("smtp-mail.outlook.com"), "microsoft" },
	{ PH_SPAN_INIT("outlook.office365.com"), "microsoft" },
	{ PH_SPAN_INIT("smtp.mail.yahoo.com"), "yahoo" },
	{ PH_SPAN_INIT("smtp.aol.com"), "yahoo" },
};

const struct ph_oauth_issuer *ph_oauth_issuer_find(struct ph_span name)
{
	for (size_t i = 0; i < PH_COUNT(issuers); i++) {
		if (ph_span_eq_nocase(name, ph_span_of(issuers[i].name)))
			return &issuers[i];
	}
	return NULL;
}

const struct ph_oauth_issuer *ph_oauth_issuer_of_host(struct ph_span host)
{
	for (size_t i = 0; i < PH_COUNT(hosts); i++) {
		if (ph_span_eq_nocase(host, hosts[i].host))
			return ph_oauth_issuer_find(ph_span_of(hosts[i].name));
	}
	return NULL;
}
