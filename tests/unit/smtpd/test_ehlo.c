#include "check.h"
#include "player.h"

#define COMMON                                           \
 "PIPELINING 8BITMIME SMTPUTF8 DSN ENHANCEDSTATUSCODES " \
 "CHUNKING "
#define S(lit)            \
 {                        \
  "" lit, sizeof(lit) - 1 \
 }

/* What is offered to whom; the lines, a blank between. */
static const struct {
	struct ph_smtpd_options options;
	const char *offered;
} cases[] = {
	{ { .size_max = 0 }, COMMON "SIZE 0 HELP " },
	{ { .size_max = 1234 }, COMMON "SIZE 1234 HELP " },
	{ { .size_max = UINT64_MAX },
	    COMMON "SIZE 18446744073709551615 HELP " },
	{ { .starttls = true }, COMMON "SIZE 0 STARTTLS HELP " },
	{ { .starttls = true, .secure = true }, COMMON "SIZE 0 HELP " },
	{ { .auth = PH_SMTPD_AUTH_OPTIONAL,
	      .mechanisms_clear = S("A B"),
	      .mechanisms_tls = S("C") },
	    COMMON "SIZE 0 AUTH A B HELP " },
	{ { .auth = PH_SMTPD_AUTH_REQUIRED,
	      .secure = true,
	      .mechanisms_clear = S("A B"),
	      .mechanisms_tls = S("C") },
	    COMMON "SIZE 0 AUTH C HELP " },
	/* No mechanism, or none without TLS: no AUTH. */
	{ { .auth = PH_SMTPD_AUTH_OPTIONAL, .mechanisms_tls = S("C") },
	    COMMON "SIZE 0 HELP " },
	{ { .auth = PH_SMTPD_AUTH_OPTIONAL,
	      .starttls = true,
	      .tls_required = true,
	      .mechanisms_clear = S("A") },
	    COMMON "SIZE 0 STARTTLS HELP " },
	{ { .mechanisms_clear = S("A") }, COMMON "SIZE 0 HELP " },
};

/* The words behind "250-" and "250 " of each line but the first. */
static void collect(struct ph_span out, struct ph_buf *words)
{
	struct ph_span line;

	check(ph_span_split(&out, '\n', &line)); /* greeting */
	check(ph_span_split(&out, '\n', &line));
	check(ph_span_eq(line, PH_SPAN("250-mx.test\r")));
	while (ph_span_split(&out, '\n', &line) && line.len > 0) {
		check(line.len > 5 && line.ptr[line.len - 1] == '\r');
		check((line.ptr[3] == ' ') == (out.len == 0));
		check(ph_buf_append(words,
			  (struct ph_span){ line.ptr + 4, line.len - 5 }) ==
		    PH_OK);
		check(ph_buf_append_char(words, ' ') == PH_OK);
	}
}

/* What can be bound to is known only after the handshake. */
static void test_offer(void)
{
	struct ph_smtpd_options opt = {
		.hostname = PH_SPAN("mx.test"),
		.starttls = true,
		.auth = PH_SMTPD_AUTH_OPTIONAL,
		.mechanisms_tls = PH_SPAN("PLAIN"),
	};
	struct player p;

	player_init(&p, &opt);
	check(ph_smtpd_offer(p.session, true, PH_SPAN(" X-PLUS PLAIN ")) ==
	    PH_OK);
	check(ph_smtpd_offer(p.session, false, PH_SPAN("CLEAR")) == PH_OK);
	player_feed(&p,
	    PH_SPAN("EHLO a\r\nSTARTTLS\r\n\1"
		    "EHLO a\r\n"),
	    99, 99);
	check(strstr(ph_buf_str(&p.out), "250-AUTH CLEAR\r\n") != NULL);
	check(strstr(ph_buf_str(&p.out), "250-AUTH X-PLUS PLAIN\r\n") != NULL);
	check(ph_smtpd_offer(p.session, true, PH_SPAN("A\r\nB")) == PH_EINVAL);
	player_feed(&p, PH_SPAN("AUTH PLAIN\r\n"), 99, 99);
	check(strstr(ph_buf_str(&p.out), "504 5.5.4 ") != NULL);
	player_release(&p);
}

static void test_too_many_names(void)
{
	static char names[600];
	struct ph_smtpd_options opt = { .hostname = PH_SPAN("mx.test") };
	struct ph_smtpd *s = NULL;

	memset(names, 'A', sizeof(names));
	opt.mechanisms_clear = (struct ph_span){ names, sizeof(names) };
	check(ph_smtpd_new(&opt, 0, &s) == PH_EINVAL);
	opt.mechanisms_clear.len = 450;
	check(ph_smtpd_new(&opt, 0, &s) == PH_OK);
	ph_smtpd_free(s);
}

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_smtpd_options opt = cases[i].options;
		struct player p;
		struct ph_buf words;

		check_case("ehlo", i);
		opt.hostname = PH_SPAN("mx.test");
		ph_buf_init(&words, 4096);
		player_init(&p, &opt);
		player_feed(&p, PH_SPAN("EHLO [192.0.2.1]\r\n"), 99, 99);
		collect(ph_buf_span(&p.out), &words);
		check_str(ph_buf_str(&words), cases[i].offered);
		check(ph_span_eq(
		    ph_smtpd_helo(p.session), PH_SPAN("[192.0.2.1]")));
		player_release(&p);
		ph_buf_release(&words);
	}
	check_case(NULL, 0);
	test_offer();
	test_too_many_names();
	return check_end();
}
