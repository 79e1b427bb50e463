#include "smtpd/session.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	OUT_CAP = 256 * 1024
};

/* What one conversation comes to. */
struct result {
	size_t out_len;
	size_t body_len;
	unsigned mails, ends, aborts;
	bool in_mail, closed;
	char out[OUT_CAP];
};

static void answer(
    struct ph_smtpd *s, uint16_t code, const char *enhanced, const char *text)
{
	enum ph_err err = ph_smtpd_answer(s, 0, code, enhanced, text);

	assert(err == PH_OK);
}

static void on_auth(struct ph_smtpd *s, const struct ph_smtpd_event *ev)
{
	enum ph_err err;

	if (ev->has_initial || ev->type == PH_SMTPD_AUTH_RESPONSE) {
		err = ph_smtpd_auth_done(s, 0,
		    ev->initial.len + ev->data.len > 8 ? PH_SMTPD_AUTH_OK
						       : PH_SMTPD_AUTH_REFUSED);
	} else {
		err = ph_smtpd_auth_challenge(s, 0, PH_SPAN("challenge"));
	}
	assert(err == PH_OK);
}

/* Most go on; what the subject's first letter picks is refused. */
static void on_stage(struct ph_smtpd *s, const struct ph_smtpd_event *ev)
{
	static const struct ph_smtpd_reply no = { 550, NULL,
		"No {address}\nAsk {hostname}, {helo}" };
	static const struct ph_smtpd_reply yes = { 250, "2.0.0", "{address}" };
	char first = ev->data.len > 0 ? ev->data.ptr[0] : '\0';
	enum ph_err err;

	if (first == 'n') {
		err = ph_smtpd_refuse(s, 0, &no);
	} else if (first == 's') {
		err = ph_smtpd_refuse(s, 0, NULL);
	} else {
		if (first == 'y')
			ph_smtpd_reword(s, &yes);
		err = ph_smtpd_go(s, 0);
	}
	assert(err == PH_OK);
}

static void on_event(
    struct ph_smtpd *s, const struct ph_smtpd_event *ev, struct result *r)
{
	assert(!r->closed);
	switch (ev->type) {
	case PH_SMTPD_NONE:
		abort();
	case PH_SMTPD_STAGE:
		on_stage(s, ev);
		return;
	case PH_SMTPD_START_TLS:
	case PH_SMTPD_AUTH_CANCELLED:
		return;
	case PH_SMTPD_AUTH:
	case PH_SMTPD_AUTH_RESPONSE:
		on_auth(s, ev);
		return;
	case PH_SMTPD_MAIL:
		assert(!r->in_mail);
		assert(!ph_span_has_control(ev->mail->sender));
		r->in_mail = true;
		r->mails++;
		answer(s, 250, "2.1.0", "OK");
		return;
	case PH_SMTPD_RCPT:
		assert(r->in_mail && ev->rcpt->address.len > 0);
		assert(!ph_span_has_control(ev->rcpt->address));
		answer(s, 250, "2.1.5", "OK");
		return;
	case PH_SMTPD_CONTENT:
		assert(r->in_mail);
		answer(s, 354, NULL, "Go on");
		return;
	case PH_SMTPD_BODY:
		assert(r->in_mail && ev->data.len > 0);
		r->body_len += ev->data.len;
		return;
	case PH_SMTPD_END:
		assert(r->in_mail);
		r->in_mail = false;
		r->ends++;
		answer(s, 250, "2.0.0", "OK");
		return;
	case PH_SMTPD_ABORT:
		assert(r->in_mail);
		r->in_mail = false;
		/* How much of it was seen before depends on the cuts. */
		r->body_len = 0;
		r->aborts++;
		return;
	case PH_SMTPD_CLOSED:
		assert(!r->in_mail);
		r->closed = true;
		return;
	}
}

static void drain(struct ph_smtpd *s, struct result *r)
{
	struct ph_smtpd_event ev;
	struct ph_span out;

	while (ph_smtpd_next_event(s, &ev))
		on_event(s, &ev, r);
	out = ph_smtpd_pending(s);
	assert(out.len <= PH_SMTPD_OUT_MAX + 16 * 1024);
	if (out.len > 0 && r->out_len + out.len <= OUT_CAP) {
		memcpy(r->out + r->out_len, out.ptr, out.len);
		r->out_len += out.len;
	}
	ph_smtpd_sent(s, out.len);
}

static void converse(const struct ph_smtpd_options *opt, struct ph_span in,
    size_t step, struct result *r)
{
	struct ph_smtpd *s = NULL;
	enum ph_err err = ph_smtpd_new(opt, 0, &s);

	assert(err == PH_OK);
	memset(r, 0, offsetof(struct result, out));
	drain(s, r);
	while (in.len > 0) {
		struct ph_span piece =
		    ph_span_first(in, in.len < step ? in.len : step);

		in = ph_span_skip(in, piece.len);
		while (piece.len > 0) {
			err = ph_smtpd_receive(s, 0, &piece);
			assert(err == PH_OK);
			drain(s, r);
		}
	}
	ph_smtpd_lost(s, 0);
	drain(s, r);
	assert(r->closed);
	ph_smtpd_free(s);
}

/* The first octet chooses the options and the cuts; whole and cut the
   conversation must come to the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct result whole, cut;

	if (size == 0)
		return 0;

	struct ph_smtpd_options opt = {
		.hostname = PH_SPAN("mx"),
		.size_max = (data[0] & 1) != 0 ? 50 : 0,
		.starttls = (data[0] & 2) != 0,
		.auth = (data[0] & 4) != 0 ? PH_SMTPD_AUTH_OPTIONAL
					   : PH_SMTPD_AUTH_OFF,
		.mechanisms_clear = PH_SPAN("PLAIN LOGIN"),
		.rcpt_max = 5,
		.stages = (data[0] & 8) != 0,
	};
	struct ph_span in = { (const char *)data + 1, size - 1 };

	converse(&opt, in, in.len + 1, &whole);
	converse(&opt, in, (size_t)(data[0] >> 3) + 1, &cut);
	assert(whole.mails == cut.mails);
	assert(whole.ends == cut.ends);
	assert(whole.aborts == cut.aborts);
	assert(whole.body_len == cut.body_len);
	assert(whole.out_len == cut.out_len);
	assert(memcmp(whole.out, cut.out, whole.out_len) == 0);
	return 0;
}
