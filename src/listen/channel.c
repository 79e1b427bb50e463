#include "listen/channel.h"

struct ph_sasl_channel ph_listen_channel(
    const struct ph_stream *stream, bool plaintext_allowed)
{
	const struct ph_tls_info *tls = ph_stream_tls_info(stream);
	struct ph_sasl_channel channel = {
		.plaintext_allowed = plaintext_allowed,
	};

	if (tls == NULL || ph_stream_tls_state(stream) != PH_TLS_ON)
		return channel;
	channel.secure = true;
	if (tls->binding_len == 0)
		return channel;
	channel.binding = tls->binding_is_exporter ? PH_BINDING_TLS_EXPORTER
						   : PH_BINDING_TLS_UNIQUE;
	channel.binding_data =
	    (struct ph_span){ (const char *)tls->binding, tls->binding_len };
	return channel;
}
