#include "stage.h"

#include "check.h"
#include "failalloc.h"

#include <stdlib.h>

/* Memory that runs out costs the client that needed it its session at most:
   the next one is served. */

static const struct ph_sasl_user ann = { PH_SPAN_INIT("ann"),
	PH_SPAN_INIT("secret") };
static const struct ph_sasl_users users = { &ann, 1, false };

enum {
	ROOM = 64 * 1024
};

static struct stage t;

/* Until the server has nothing more to say to client i: it answered QUIT, or
   hung up. */
static void until_end(size_t i)
{
	for (size_t n = 0; n < 2000 && t.clients[i] >= 0; n++)
		turn(&t);
	check(t.clients[i] < 0);
}

static enum ph_err session(void *ctx)
{
	bool taken;

	(void)ctx;
	ph_buf_clear(&t.heard[0]);
	ph_buf_clear(&t.log);
	join(&t, 0);
	send_text(&t, 0,
	    "EHLO client.test\r\nAUTH PLAIN AGFubgBzZWNyZXQ=\r\n" ENVELOPE
	    "DATA\r\nx\r\n.\r\nQUIT\r\n");
	until_end(0);
	taken = strstr(ph_buf_str(&t.heard[0]), "250 2.0.0 Taken") != NULL;
	/* Whatever was begun was ended. */
	check(strstr(ph_buf_str(&t.log), "mail ") == NULL ||
	    strstr(ph_buf_str(&t.log), "end ") != NULL ||
	    strstr(ph_buf_str(&t.log), "abort ") != NULL);
	check(!taken || strstr(ph_buf_str(&t.log), "end ") != NULL);
	check_int(ph_server_session_count(t.server), 0);
	return taken ? PH_OK : PH_ENOMEM;
}

int main(void)
{
	struct ph_server_config config = { .users = &users,
		.plaintext_login = true };

	stage_open(&t, &config);
	/* What the test itself needs is there before. */
	if (ph_buf_reserve(&t.heard[0], ROOM) != PH_OK ||
	    ph_buf_reserve(&t.log, ROOM) != PH_OK)
		abort();
	check(failalloc_run_any(session, NULL) > 10);
	check(session(NULL) == PH_OK);
	stage_close(&t);
	return check_end();
}
