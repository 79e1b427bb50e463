#include "check.h"
#include "discover/preset_candidate.h"
#include "failalloc.h"
#include "rig.h"

/* Each of them beside what it becomes. */
static const struct {
	const char *what;
	struct ph_preset preset;
	const char *want;
} cases[] = {
	{ "all of it",
	    { .name = "P",
		.host = "smtp.{domain}.example",
		.port = 465,
		.alternatives =
		    "smtp.{domain}.example:587/starttls, b.example:25/plain",
		.encryption = PH_ENCRYPTION_BEFORE_CONNECT,
		.form = PH_PRESET_FORM_EMAIL,
		.logins = PH_PRESET_PASSWORD,
		.prerequisites = "first; second; third; fourth; fifth" },
	    "smtp.d.example:465 before-connect ann@example.com preset P\n"
	    "- first\n- second\n- third\n- fourth\n"
	    "smtp.d.example:587 after-connect ann@example.com preset P\n"
	    "- first\n- second\n- third\n- fourth\n"
	    "b.example:25 none ann@example.com preset P\n"
	    "- first\n- second\n- third\n- fourth\n" },
	{ "local part, OAuth2 only",
	    { .name = "P",
		.host = "h",
		.port = 587,
		.alternatives = "",
		.encryption = PH_ENCRYPTION_AFTER_CONNECT,
		.form = PH_PRESET_FORM_LOCALPART,
		.logins = PH_PRESET_OAUTH,
		.prerequisites = "" },
	    "h:587 after-connect ann preset by OAUTHBEARER XOAUTH2 P\n" },
	{ "one name for all, NTLM",
	    { .name = "P",
		.host = "h",
		.port = 25,
		.alternatives = "",
		.form = PH_PRESET_FORM_FIXED,
		.username = "apikey",
		.logins = PH_PRESET_NTLM,
		.prerequisites = "" },
	    "h:25 none apikey preset by NTLM P\n" },
	{ "its own name",
	    { .name = "P",
		.host = "h",
		.port = 25,
		.alternatives = "",
		.form = PH_PRESET_FORM_OWN,
		.logins = PH_PRESET_PASSWORD | PH_PRESET_NTLM,
		.prerequisites = "" },
	    "h:25 none - preset P\n" },
	{ "Windows",
	    { .name = "P",
		.host = "h",
		.port = 25,
		.alternatives = "",
		.form = PH_PRESET_FORM_WINDOWS,
		.prerequisites = "" },
	    "h:25 none ann@example.com preset P\n" },
	{ "no login",
	    { .name = "P",
		.host = "h",
		.port = 25,
		.alternatives = "",
		.form = PH_PRESET_FORM_NONE,
		.prerequisites = "" },
	    "h:25 none - preset anonymous P\n" },
	{ "other ways that cannot be read",
	    { .name = "P",
		.host = "h",
		.port = 25,
		.alternatives = "a, b:1, c/tls, d:0/plain, e:1/what, :/",
		.form = PH_PRESET_FORM_NONE,
		.prerequisites = "" },
	    "h:25 none - preset anonymous P\n" },
	{ "no server",
	    { .name = "P",
		.host = "",
		.port = 25,
		.alternatives = "h:25/plain",
		.form = PH_PRESET_FORM_NONE,
		.prerequisites = "" },
	    "" },
	{ "no port",
	    { .name = "P",
		.host = "h",
		.port = 0,
		.alternatives = "",
		.form = PH_PRESET_FORM_EMAIL,
		.prerequisites = "" },
	    "" },
	/* An opening brace that begins nothing. */
	{ "a brace",
	    { .name = "P",
		.host = "h{",
		.port = 25,
		.alternatives = "",
		.form = PH_PRESET_FORM_NONE,
		.prerequisites = "" },
	    "hd:25 none - preset anonymous P\n" },
};

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct rig r;
		const struct ph_preset_source in = {
			.preset = &cases[i].preset,
			.found = PH_FOUND_PRESET,
			.domain = PH_SPAN("d"),
		};

		check_case(cases[i].what, i);
		rig_begin(&r, "ann@example.com");
		check_int(ph_preset_candidates(&r.set, &in), PH_OK);
		check_str(rig_show(&r), cases[i].want);
		rig_end(&r);
	}
	check_case(NULL, 0);
}

/* What was meant has the address that was meant. */
static void test_suggestion(void)
{
	struct rig r;
	const struct ph_preset_source in = {
		.preset = &cases[0].preset,
		.found = PH_FOUND_SUGGESTION,
		.domain = PH_SPAN("right.example"),
	};

	rig_begin(&r, "ann@wrong.example");
	check_int(ph_preset_candidates(&r.set, &in), PH_OK);
	check_str(r.set.items[0].username, "ann@right.example");
	check_str(r.set.items[0].notes[0],
	    "for ann@right.example, if wrong.example is a typing error");
	check_int(r.set.items[0].doubts, PH_DOUBT_TYPO);
	rig_end(&r);
}

static enum ph_err make(void *ctx)
{
	const struct ph_subject s = { "ann@example.com", "ann", "example.com",
		false };
	const struct ph_preset_source in = {
		.preset = &cases[0].preset,
		.found = PH_FOUND_SUGGESTION,
		.domain = PH_SPAN("d"),
	};
	struct rig r = { .text = "" };

	(void)ctx;
	ph_arena_init(&r.arena, 64 * 1024);
	r.set.subject = &s;
	r.set.arena = &r.arena;

	enum ph_err err = ph_preset_candidates(&r.set, &in);

	rig_end(&r);
	return err;
}

int main(void)
{
	test_cases();
	test_suggestion();
	check(failalloc_run(make, NULL) > 10);
	return check_end();
}
