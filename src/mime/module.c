#include "mime/module.h"

#include <gmime/gmime.h>
#include <pthread.h>

static void start(void)
{
	/* g_mime_init() counts without a lock. */
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, g_mime_init);
}

static enum ph_err quoted_printable(struct ph_span text, struct ph_buf *out)
{
	GMimeEncoding qp;

	start();
	g_mime_encoding_init_encode(
	    &qp, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);

	/* GMime's own bound forgets the soft break that its flush may add. */
	enum ph_err err =
	    ph_buf_reserve(out, g_mime_encoding_outlen(&qp, text.len) + 16);
	if (err != PH_OK)
		return err;
	out->len +=
	    g_mime_encoding_flush(&qp, text.ptr, text.len, out->ptr + out->len);
	out->ptr[out->len] = '\0';
	return PH_OK;
}

static enum ph_err reencode(int in_fd, int out_fd, struct ph_fault *fault)
{
	start();
	return ph_mime_reencode(in_fd, out_fd, fault);
}

__attribute__((visibility("default"))) const struct ph_mime ph_mime_module = {
	.quoted_printable = quoted_printable,
	.reencode = reencode,
};
