#include "script/challenge.h"

#include "base/base64.h"

enum {
	RESPONSE_MAX = 64 * 1024,
	/* The server's message, and its one empty attribute list. */
	NTLM_SIZE = 60
};

typedef enum ph_err make_fn(
    const struct ph_player_login *login, struct ph_buf *out);

static enum ph_err make_nothing(
    const struct ph_player_login *login, struct ph_buf *out)
{
	(void)login;
	(void)out;
	return PH_OK;
}

static enum ph_err make_login(
    const struct ph_player_login *login, struct ph_buf *out)
{
	return ph_buf_append_str(
	    out, login->step > 0 ? "Password:" : "Username:");
}

static enum ph_err make_cram(
    const struct ph_player_login *login, struct ph_buf *out)
{
	(void)login;
	return ph_buf_append_str(out, "<1.1@replay.invalid>");
}

static enum ph_err make_digest(
    const struct ph_player_login *login, struct ph_buf *out)
{
	enum ph_err err;

	if (login->step == 0) {
		return ph_buf_append_str(out,
		    "realm=\"replay.invalid\",nonce=\"cmVwbGF5\","
		    "qop=\"auth\",charset=utf-8,algorithm=md5-sess");
	}
	err =
	    ph_buf_append_str(out, "rspauth=00000000000000000000000000000000");
	return err == PH_OK ? PH_ENOTFOUND : err;
}

/* The nonce of a client's first message, "n,,n=ann,r=NONCE". */
static struct ph_span nonce_of(struct ph_span message)
{
	struct ph_span field;

	while (ph_span_split(&message, ',', &field)) {
		if (field.len > 2 && memcmp(field.ptr, "r=", 2) == 0)
			return ph_span_skip(field, 2);
	}
	return (struct ph_span){ "", 0 };
}

static enum ph_err make_scram(
    const struct ph_player_login *login, struct ph_buf *out)
{
	struct ph_buf raw;
	enum ph_err err;

	if (login->step == 0)
		return PH_OK;
	if (login->step > 1) {
		err = ph_buf_append_str(out, "v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
		return err == PH_OK ? PH_ENOTFOUND : err;
	}
	ph_buf_init(&raw, RESPONSE_MAX);
	err = ph_base64_decode(login->response, &raw);
	if (err == PH_OK) {
		struct ph_span nonce = nonce_of(ph_buf_span(&raw));

		err = ph_buf_append_str(out, "r=");
		if (err == PH_OK)
			err = ph_buf_append(out, nonce);
		if (err == PH_OK) {
			err = ph_buf_append_str(
			    out, "replay,s=cmVwbGF5cmVwbGF5,i=4096");
		}
	}
	ph_buf_wipe(&raw);
	return err == PH_EINVAL ? PH_OK : err;
}

/* [MS-NLMP] 2.2.1.2, without a name of the target. */
static enum ph_err make_ntlm(
    const struct ph_player_login *login, struct ph_buf *out)
{
	static const unsigned char message[NTLM_SIZE] = {
		'N', 'T', 'L', 'M', 'S', 'S', 'P', 0,   /* */
		2, 0, 0, 0,                             /* the type */
		0, 0, 0, 0, 56, 0, 0, 0,                /* the target's name */
		0x01, 0x82, 0x88, 0x00,                 /* flags */
		'r', 'e', 'p', 'l', 'a', 'y', '0', '1', /* the nonce */
		0, 0, 0, 0, 0, 0, 0, 0,                 /* */
		4, 0, 4, 0, 56, 0, 0, 0,                /* attributes */
		0, 0, 0, 0, 0, 0, 0, 0,                 /* version */
		0, 0, 0, 0                              /* none of them */
	};

	if (login->step == 0)
		return PH_OK;
	return ph_buf_append(
	    out, (struct ph_span){ (const char *)message, sizeof(message) });
}

/* What came behind the token: the words of a refusal. */
static enum ph_err make_bearer(
    const struct ph_player_login *login, struct ph_buf *out)
{
	if (login->step == 0)
		return PH_OK;
	return ph_buf_append_str(out, "{\"status\":\"401\"}");
}

struct row {
	const char *begins;
	make_fn *make;
	unsigned responses;
};

static const struct row rows[] = {
	{ "PLAIN", make_nothing, 1 },
	{ "EXTERNAL", make_nothing, 1 },
	{ "ANONYMOUS", make_nothing, 1 },
	{ "LOGIN", make_login, 2 },
	{ "CRAM-", make_cram, 1 },
	{ "DIGEST-", make_digest, 1 },
	{ "SCRAM-", make_scram, 2 },
	{ "NTLM", make_ntlm, 2 },
	{ "OAUTHBEARER", make_bearer, 1 },
	{ "XOAUTH2", make_bearer, 1 },
};

static const struct row *row_of(struct ph_span mechanism)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		if (ph_span_starts_nocase(
			mechanism, ph_span_of(rows[i].begins)))
			return &rows[i];
	}
	return NULL;
}

unsigned ph_challenge_responses(struct ph_span mechanism)
{
	const struct row *row = row_of(mechanism);

	return row == NULL ? 0 : row->responses;
}

enum ph_err ph_challenge_make(
    const struct ph_player_login *login, struct ph_buf *out)
{
	const struct row *row = row_of(login->mechanism);

	ph_buf_clear(out);
	if (login->text.ptr != NULL)
		return ph_buf_append(out, login->text);
	if (row == NULL)
		return PH_OK;
	/* A false proof is refused; and so is what is none of a mechanism's
	   challenges, of which CRAM-MD5 takes each but the empty one. */
	if (login->was_refused && login->step < row->responses) {
		return row->make == make_cram ? PH_OK
					      : ph_buf_append_str(out, "*");
	}

	enum ph_err err = row->make(login, out);
	return err == PH_ENOTFOUND && login->was_refused ? PH_OK : err;
}
