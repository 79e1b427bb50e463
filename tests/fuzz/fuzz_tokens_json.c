#include "oauth/answer.h"
#include "oauth/keep.h"
#include "oauth/url.h"

#include <assert.h>

/* What an authorization server answers: the first octet chooses the status. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_refusal(enum ph_err err, const struct ph_oauth_refusal *why)
{
	if (err == PH_EDENIED)
		assert(why->error != PH_OAUTH_NO_ERROR);
	if (err == PH_EPROTO)
		assert(why->broken[0] != '\0');
	assert(err == PH_OK || err == PH_EDENIED || err == PH_EPROTO);
	assert(memchr(why->name, '\0', sizeof(why->name)) != NULL);
	assert(memchr(why->words, '\0', sizeof(why->words)) != NULL);
}

/* What was taken can be kept, and is the same then. */
static void check_kept(struct ph_oauth_tokens *t)
{
	static const struct ph_oauth_bond bond = { .host = PH_SPAN_INIT("h") };
	struct ph_oauth_keep k = { 0 };
	struct ph_oauth_keep again = { 0 };
	struct ph_buf text;

	ph_oauth_keep_take(&k, t, 1800000000);
	ph_buf_init(&text, PH_OAUTH_KEEP_MAX);
	assert(ph_oauth_keep_write(&k, &bond, &text) == PH_OK);
	assert(ph_oauth_keep_read(ph_buf_span(&text), &bond, &again) == PH_OK);
	assert(ph_span_eq(
	    ph_secret_span(&k.access), ph_secret_span(&again.access)));
	assert(ph_span_eq(
	    ph_secret_span(&k.refresh), ph_secret_span(&again.refresh)));
	assert(k.access_ends == again.access_ends);
	ph_oauth_keep_release(&k);
	ph_oauth_keep_release(&again);
	ph_buf_wipe(&text);
}

static void read_tokens(unsigned status, struct ph_span body)
{
	struct ph_oauth_tokens t = { 0 };
	struct ph_oauth_refusal why;
	enum ph_err err = ph_oauth_answer_tokens(status, body, &t, &why);

	check_refusal(err, &why);
	if (err == PH_OK) {
		assert(ph_oauth_token_is_valid(ph_secret_span(&t.access)));
		assert(t.expires_in >= -1 && t.refresh_expires_in >= -1);
		check_kept(&t);
	}
	ph_oauth_tokens_release(&t);
}

static void read_device(unsigned status, struct ph_span body)
{
	struct ph_oauth_device d = { 0 };
	struct ph_oauth_refusal why;
	enum ph_err err = ph_oauth_answer_device(status, body, &d, &why);

	check_refusal(err, &why);
	if (err == PH_OK) {
		assert(!ph_span_has_control(ph_span_of(d.user_code)));
		assert(ph_oauth_url_is_page(ph_span_of(d.page)));
		assert(d.interval >= 1 && d.interval <= 300);
		assert(d.expires_in >= 1);
	}
	ph_oauth_device_release(&d);
}

/* The same octets as a kept file. */
static void read_keep(struct ph_span text)
{
	static const struct ph_oauth_bond bond = { .host = PH_SPAN_INIT("h") };
	struct ph_oauth_keep k = { 0 };

	if (ph_oauth_keep_read(text, &bond, &k) == PH_OK) {
		assert(k.access.len == 0 ||
		    ph_oauth_token_is_valid(ph_secret_span(&k.access)));
	}
	ph_oauth_keep_release(&k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned statuses[] = { 200, 400, 401, 302, 429, 503, 0 };
	struct ph_span text = { (const char *)data, size };
	unsigned status;

	if (size == 0)
		return 0;
	read_keep(text);
	status = statuses[data[0] % PH_COUNT(statuses)];
	text = ph_span_skip(text, 1);
	read_tokens(status, text);
	read_device(status, text);
	return 0;
}
