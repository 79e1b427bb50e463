#include "deliver/session_state.h"

#include "base/note.h"
#include "sasl/told.h"

/* What a transcript tells of a login's messages. */

static void put(struct ph_session *s, const char *begins, struct ph_buf *words)
{
	if (words->len > 0) {
		ph_link_note(
		    s, PH_STAGE_AUTH, "%s%s", begins, ph_buf_str(words));
	}
	ph_buf_wipe(words);
}

static const char *mechanism(const struct ph_session *s)
{
	return s->login.choice.items[s->login.at].name;
}

void ph_login_note_challenge(struct ph_session *s, struct ph_span challenge)
{
	const char *name = mechanism(s);
	struct ph_span secret = { "", 0 };
	struct ph_buf words;
	enum ph_err err = PH_OK;

	if (s->trace == NULL)
		return;
	if (s->password != NULL)
		secret = ph_secret_span(s->password);
	ph_buf_init(&words, PH_FAULT_TEXT_MAX);
	if (ph_told_challenge(ph_span_of(name), challenge, secret, &words) !=
	    PH_OK)
		ph_buf_clear(&words);
	put(s, PH_NOTE_CHALLENGE, &words);
	if (strcmp(name, "NTLM") == 0)
		err = ph_told_ntlm(challenge, &words);
	if (strncmp(name, "SCRAM-", 6) == 0)
		err = ph_told_scram(challenge, &words);
	/* Half of it is none. */
	if (err != PH_OK)
		ph_buf_clear(&words);
	put(s, "", &words);
}

void ph_login_note_response(struct ph_session *s, struct ph_span response)
{
	struct ph_buf words;

	if (s->trace == NULL || strcmp(mechanism(s), "NTLM") != 0)
		return;
	ph_buf_init(&words, PH_FAULT_TEXT_MAX);
	if (ph_told_ntlm(response, &words) != PH_OK)
		ph_buf_clear(&words);
	put(s, "", &words);
}
