#include "stage.h"

#include "check.h"

#include <sys/socket.h>

static void test_message(void)
{
	struct stage t;

	stage_open(&t, NULL);
	hello(&t, 0);
	check_int(ph_server_session_count(t.server), 1);
	send_text(&t, 0, ENVELOPE "DATA\r\nx\r\n.\r\nQUIT\r\n");
	expect(&t, 0, "250 2.0.0 Taken\r\n221 2.0.0 Bye\r\nEOF");
	expect_log(&t, "mail rcpt content end ");
	check_int(ph_server_session_count(t.server), 0);
	stage_close(&t);
}

/* Every answer put off, with the client far ahead. */
static void test_later(void)
{
	static const struct ph_smtpd_reply answers[] = {
		{ 250, "2.1.0", "Sender" },
		{ 250, "2.1.5", "Recipient" },
		{ 354, NULL, "Content" },
		{ 250, "2.0.0", "Kept" },
	};
	static const char *const logs[] = { "mail ", "rcpt ", "content ",
		"end " };
	struct stage t;

	stage_open(&t, NULL);
	t.on_mail.code = t.on_rcpt.code = t.on_content.code = t.on_end.code = 0;
	hello(&t, 0);
	send_text(&t, 0, ENVELOPE "DATA\r\nx\r\n.\r\nNOOP\r\n");
	for (size_t i = 0; i < PH_COUNT(answers); i++) {
		expect_log(&t, logs[i]);
		for (size_t n = 0; n < 5; n++)
			turn(&t);
		check_int(t.heard[0].len, 0);
		check(ph_server_answer(t.waiting,
			  &(struct ph_smtpd_reply){ 250, NULL, "a\r\nb" }) ==
		    PH_EINVAL);
		check(ph_server_answer(t.waiting, &answers[i]) == PH_OK);
		check(ph_server_answer(t.waiting, &answers[i]) == PH_EINVAL);
		expect(&t, 0, answers[i].text);
		expect(&t, 0, "\r\n");
	}
	expect(&t, 0, "250 2.0.0 OK\r\n");
	stage_close(&t);
}

/* The client goes while an answer is due; and comes back. */
static void test_lost(void)
{
	struct stage t;

	stage_open(&t, NULL);
	t.on_end.code = 0;
	hello(&t, 0);
	send_text(&t, 0, ENVELOPE "DATA\r\nx\r\n.\r\n");
	expect_log(&t, "mail rcpt content end ");
	leave(&t, 0);
	expect_log(&t, "abort ");
	check(t.waiting == NULL);
	check_int(ph_server_session_count(t.server), 0);

	t.on_mail.code = 0;
	hello(&t, 1);
	send_text(&t, 1, "MAIL FROM:<a@b>\r\n");
	expect_log(&t, "mail ");
	leave(&t, 1);
	expect_log(&t, "abort ");
	stage_close(&t);
}

static void test_unfit_answer(void)
{
	struct stage t;

	stage_open(&t, NULL);
	t.on_rcpt = (struct ph_smtpd_reply){ 250, "2.1.5", "two\r\nlines" };
	hello(&t, 0);
	send_text(&t, 0, ENVELOPE);
	expect(&t, 0, "451 4.3.0 ");
	stage_close(&t);
}

static void test_refusals(void)
{
	struct stage t;

	stage_open(&t, NULL);
	t.on_content = (struct ph_smtpd_reply){ 452, "4.3.1", "Full" };
	hello(&t, 0);
	send_text(&t, 0, ENVELOPE "DATA\r\n");
	expect(&t, 0, "452 4.3.1 Full\r\n");
	send_text(&t, 0, ENVELOPE "RSET\r\n");
	expect(&t, 0, "250 2.0.0 OK\r\n");
	expect_log(&t, "mail rcpt content mail rcpt abort ");
	t.on_mail = (struct ph_smtpd_reply){ 421, "4.3.2", "Away" };
	send_text(&t, 0, ENVELOPE);
	expect(&t, 0, "421 4.3.2 Away\r\nEOF");
	expect_log(&t, "mail ");
	stage_close(&t);
}

static void test_sessions_max(void)
{
	struct ph_server_config config = { .sessions_max = 2 };
	struct stage t;

	stage_open(&t, &config);
	hello(&t, 0);
	hello(&t, 1);
	join(&t, 2);
	expect(&t, 2, "421 4.3.2 ");
	expect(&t, 2, "EOF");
	leave(&t, 0);
	for (size_t n = 0;
	     n < TURNS_MAX && ph_server_session_count(t.server) > 1; n++)
		turn(&t);
	hello(&t, 3);
	stage_close(&t);
}

static void test_stop(void)
{
	struct stage t;

	stage_open(&t, NULL);
	hello(&t, 0);
	hello(&t, 1);
	send_text(&t, 1, ENVELOPE "DATA\r\n");
	expect(&t, 1, "354 ");
	ph_server_stop(t.server, 60000);
	expect(&t, 0, "421 4.3.2 ");
	expect(&t, 0, "EOF");
	check(!t.stopped);
	send_text(&t, 1, "x\r\n.\r\n");
	expect(&t, 1, "250 2.0.0 Taken\r\n421 4.3.2 ");
	expect_log(&t, "mail rcpt content end stopped ");
	stage_close(&t);
}

static void test_stop_without_grace(void)
{
	struct stage t;

	stage_open(&t, NULL);
	hello(&t, 0);
	send_text(&t, 0, ENVELOPE "DATA\r\n");
	expect(&t, 0, "354 ");
	ph_server_stop(t.server, 60000);
	for (size_t n = 0; n < 10; n++)
		turn(&t);
	check(!t.stopped);
	ph_server_stop(t.server, 0);
	expect_log(&t, "mail rcpt content abort stopped ");
	stage_close(&t);
}

static void test_drain(void)
{
	struct stage t;

	stage_open(&t, NULL);
	hello(&t, 0);
	ph_server_drain(t.server, 60000);
	send_text(&t, 0, ENVELOPE "DATA\r\nx\r\n.\r\n" ENVELOPE);
	expect(&t, 0, "250 2.0.0 Taken\r\n250 2.1.0 OK\r\n");
	check(!t.stopped);
	send_text(&t, 0, "QUIT\r\n");
	expect(&t, 0, "221 ");
	expect_log(&t, "mail rcpt content end mail rcpt abort stopped ");
	stage_close(&t);
}

static void test_stop_with_nobody(void)
{
	struct stage t;

	stage_open(&t, NULL);
	ph_server_stop(t.server, 60000);
	check(!t.stopped);
	expect_log(&t, "stopped ");
	stage_close(&t);
}

static void test_silent_client(void)
{
	struct ph_server_config config = { .smtp.timeout_command = 30 };
	struct stage t;

	stage_open(&t, &config);
	hello(&t, 0);
	expect(&t, 0, "421 4.4.2 ");
	expect(&t, 0, "EOF");
	stage_close(&t);
}

static void send_some(
    struct stage *t, const char *text, size_t len, size_t *sent)
{
	ssize_t put = send(t->clients[0], text + *sent, len - *sent,
	    MSG_NOSIGNAL | MSG_DONTWAIT);

	*sent += put > 0 ? (size_t)put : 0;
	turn(t);
}

/* More than one read's worth that waits for an answer put off: held, not lost,
   and not more than that. */
static void test_far_ahead(void)
{
	static char noops[400000];
	struct stage t;
	size_t sent = 0;
	size_t said = 0;

	for (size_t i = 0; i < sizeof(noops); i += 8)
		memcpy(noops + i, "NOOP x\r\n", 8);
	memcpy(noops + sizeof(noops) - 8, "QUIT  \r\n", 8);
	stage_open(&t, NULL);
	t.on_mail.code = 0;
	hello(&t, 0);
	send_text(&t, 0, "MAIL FROM:<a@b>\r\n");
	expect_log(&t, "mail ");
	for (size_t n = 0; n < 50; n++)
		send_some(&t, noops, sizeof(noops), &sent);
	check_int(t.heard[0].len, 0);
	check(ph_server_answer(t.waiting,
		  &(struct ph_smtpd_reply){ 250, "2.1.0", "OK" }) == PH_OK);
	for (size_t n = 0; n < TURNS_MAX && sent < sizeof(noops); n++)
		send_some(&t, noops, sizeof(noops), &sent);
	check_int(sent, sizeof(noops));
	for (size_t n = 0; n < TURNS_MAX && t.clients[0] >= 0; n++)
		turn(&t);
	for (size_t i = 0; i < t.heard[0].len; i++)
		said += t.heard[0].ptr[i] == '\n';
	check_int(said, 1 + sizeof(noops) / 8);
	stage_close(&t);
}

static void test_bad_address(void)
{
	struct ph_server_config config = {
		.address = "nowhere",
		.smtp = { .hostname = PH_SPAN("mx.test") },
		.handler = &stage_handler,
	};
	struct ph_fault fault = { 0 };
	struct ph_server *server = NULL;
	struct ph_loop *loop = NULL;

	check(ph_loop_new(&loop) == PH_OK);
	check(ph_server_new(loop, &config, &server, &fault) == PH_EINVAL);
	check(server == NULL && ph_fault_is_set(&fault));
	ph_loop_free(loop);
	ph_server_free(NULL);
}

int main(void)
{
	test_message();
	test_later();
	test_lost();
	test_unfit_answer();
	test_refusals();
	test_sessions_max();
	test_stop();
	test_stop_without_grace();
	test_drain();
	test_stop_with_nobody();
	test_silent_client();
	test_far_ahead();
	test_bad_address();
	return check_end();
}
