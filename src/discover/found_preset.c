#include "discover/found.h"

#include "discover/preset_candidate.h"

#include <stdio.h>

/* Where mail goes that a preset's domains do not name: the host or a part of it
   behind a dot. */
static const struct {
	const char *suffix;
	const char *key;
} hosters[] = {
	{ "mxhichina.com", "aliyun-enterprise" },
	{ "qiye.aliyun.com", "aliyun-enterprise" },
	{ "mxbiz1.qq.com", "qq-enterprise" },
	{ "mxbiz2.qq.com", "qq-enterprise" },
	{ "feishu.cn", "feishu-mail" },
	{ "loopia.se", "loopia" },
	{ "infomaniak.ch", "infomaniak.com" },
};

static const struct ph_preset *preset_of_suffix(struct ph_span suffix)
{
	const struct ph_preset *p = NULL;

	for (size_t i = 0; i < PH_COUNT(hosters); i++) {
		if (ph_span_eq_nocase(suffix, ph_span_of(hosters[i].suffix)) &&
		    ph_preset_find(hosters[i].key, NULL, &p, NULL) == PH_OK)
			return p;
	}
	return ph_preset_of_domain(suffix);
}

/* The longest part of the host's name that a provider is known by; never a
   single label. */
static const struct ph_preset *preset_of_host(
    struct ph_span host, struct ph_span *domain_out)
{
	while (ph_span_find(host, '.') < host.len) {
		const struct ph_preset *p = preset_of_suffix(host);

		*domain_out = host;
		if (p != NULL)
			return p;
		host = ph_span_skip(host, ph_span_find(host, '.') + 1);
	}
	return NULL;
}

enum ph_err ph_found_preset(struct ph_candidates *set, struct ph_span meant,
    const struct ph_preset **out)
{
	struct ph_preset_source in = {
		.found = meant.len > 0 ? PH_FOUND_SUGGESTION : PH_FOUND_PRESET,
		.domain =
		    meant.len > 0 ? meant : ph_span_of(set->subject->domain),
	};

	in.preset = ph_preset_of_domain(in.domain);
	*out = in.preset;
	return in.preset == NULL ? PH_OK : ph_preset_candidates(set, &in);
}

enum ph_err ph_found_mx(struct ph_candidates *set, const struct ph_mx *list,
    size_t count, bool is_secure, const struct ph_preset **out)
{
	*out = NULL;
	for (size_t i = 0; i < count; i++) {
		struct ph_span host = ph_span_of(list[i].host);
		struct ph_preset_source in = {
			.found = PH_FOUND_MX,
			.mx = list[i].host,
			.signature = is_secure ? PH_SIGNATURE_SECURE
					       : PH_SIGNATURE_INSECURE,
		};

		/* A host of one's own is nobody else's. */
		if (ph_subject_has(set->subject, host))
			continue;
		in.preset = preset_of_host(host, &in.domain);
		if (in.preset == NULL)
			continue;
		*out = in.preset;
		return ph_preset_candidates(set, &in);
	}
	return PH_OK;
}
