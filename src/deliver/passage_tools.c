#include "deliver/passage.h"
#include "sasl/legacy.h"
#include "sasl/ntlm.h"

/* What the rooms of floor 1 compute for each other. */

static struct ph_digest_hashes hashes(void)
{
	const struct ph_legacy *legacy = ph_legacy();

	if (legacy == NULL)
		return (struct ph_digest_hashes){ 0 };
	return (struct ph_digest_hashes){ legacy->md5, legacy->sha256 };
}

static enum ph_err ntlm_answer(const struct ph_tunnel_options *opt,
    struct ph_span challenge, struct ph_buf *out)
{
	struct ph_ntlm_login login = {
		.username = opt->username,
		.password = opt->password,
		.domain = opt->domain,
		.service = opt->service,
		.now = opt->now,
	};

	memcpy(login.nonce, opt->random, sizeof(login.nonce));
	return ph_ntlm_authenticate(&login, challenge, out);
}

const struct ph_tunnel_tools ph_passage_tools = {
	.ntlm_negotiate = ph_ntlm_negotiate,
	.ntlm_answer = ntlm_answer,
	.hashes = hashes,
};
