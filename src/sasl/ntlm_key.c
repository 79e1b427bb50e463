#include "sasl/ntlm_key.h"

#include "sasl/ntlm.h"
#include "sasl/utf16.h"

/* The room is taken at once, so that no outgrown copy is left behind. */
static enum ph_err begin(struct ph_buf *b, size_t octets)
{
	ph_buf_init(b, octets);
	return ph_buf_reserve(b, octets);
}

static enum ph_err hash_password(const struct ph_legacy *hash,
    struct ph_span password, struct ph_ntlm_key *out)
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf text = { 0 };
	enum ph_err err = begin(&text, (size_t)PH_NTLM_TEXT_MAX * 2);

	if (err == PH_OK)
		err = ph_utf16_append(password, &text);
	if (err == PH_OK)
		hash->md4(ph_buf_span(&text), out->octets);
	return err;
}

enum ph_err ph_ntlm_key_make(const struct ph_legacy *hash,
    struct ph_span username, struct ph_span domain, struct ph_span password,
    struct ph_ntlm_key *out)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf who = { 0 };
	struct ph_ntlm_key inner;

	if (username.len > PH_NTLM_TEXT_MAX || domain.len > PH_NTLM_TEXT_MAX ||
	    password.len > PH_NTLM_TEXT_MAX)
		return PH_EINVAL;

	enum ph_err err = begin(&who, (size_t)PH_NTLM_TEXT_MAX * 4);
	if (err == PH_OK)
		err = ph_utf16_append_upper(username, &who);
	if (err == PH_OK)
		err = ph_utf16_append(domain, &who);
	if (err == PH_OK)
		err = hash_password(hash, password, &inner);
	if (err != PH_OK)
		return err;

	struct ph_span part = ph_buf_span(&who);

	hash->hmac_md5(ph_ntlm_key_span(&inner), &part, 1, out->octets);
	explicit_bzero(&inner, sizeof(inner));
	return PH_OK;
}

void ph_ntlm_key_prove(const struct ph_legacy *hash,
    const struct ph_ntlm_key *key, struct ph_span nonce, struct ph_span temp,
    struct ph_ntlm_proof *out)
{
	const struct ph_span said[] = { nonce, temp };
	struct ph_ntlm_proof p;

	hash->hmac_md5(
	    ph_ntlm_key_span(key), said, PH_COUNT(said), p.proof.octets);

	const struct ph_span proof = ph_ntlm_key_span(&p.proof);

	hash->hmac_md5(ph_ntlm_key_span(key), &proof, 1, p.session.octets);
	*out = p;
	explicit_bzero(&p, sizeof(p));
}
