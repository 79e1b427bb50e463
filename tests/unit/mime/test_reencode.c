#include "check.h"
#include "mail/message.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What comes out of good messages is judged by check_reencode.py. */

static int file_with(const char *text)
{
	FILE *file = tmpfile();
	int fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);

	check(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	check(fclose(file) == 0);
	return fd;
}

static void check_both_stay_open(void)
{
	struct ph_fault f = { 0 };
	char out[400];
	int in_fd = file_with("Subject: x\n\nhello \xc3\xa4\n");
	int out_fd = file_with("");

	check(ph_message_reencode(in_fd, out_fd, &f) == PH_OK);
	check_str(f.text, "");
	check(lseek(in_fd, 0, SEEK_SET) == 0);
	check(lseek(out_fd, 0, SEEK_SET) == 0);

	ssize_t n = read(out_fd, out, sizeof(out) - 1);

	check(n > 0);
	out[n > 0 ? n : 0] = '\0';
	check(strstr(out, "Subject: x\r\n") == out);
	check(strstr(out, "\xc3") == NULL);
	check(close(in_fd) == 0);
	check(close(out_fd) == 0);
}

/* Its charset is not said anywhere: no letter of it may be lost. */
static void check_header_in_latin1(void)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "Subject: gr\xfc\xdf"
		  "e\n\nx\n",
		    "=?utf-8?B?Z3LDvMOfZQ==?=" },
		/* a control byte, and none of windows-1252 */
		{ "Subject: \x81\xfc\n\nx\n", "=?utf-8?B?IMO8?=" },
		{ "To: J\xf6rg <a@b>\n\nx\n", "=?utf-8?B?SsO2cmc=?= <a@b>" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_fault f = { 0 };
		char out[400] = "";
		int in_fd = file_with(cases[i].in);
		int out_fd = file_with("");

		check_case(cases[i].in, i);
		check(ph_message_reencode(in_fd, out_fd, &f) == PH_OK);
		check(lseek(out_fd, 0, SEEK_SET) == 0);
		check(read(out_fd, out, sizeof(out) - 1) > 0);
		if (strstr(out, cases[i].out) == NULL)
			check_str(out, cases[i].out);
		check(close(in_fd) == 0);
		check(close(out_fd) == 0);
	}
	check_case(NULL, 0);
}

static void check_failures(void)
{
	struct ph_fault f = { 0 };
	int in_fd = file_with("Subject: x\n\nhello\n");
	int read_only = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int pipe_fds[2];

	check(ph_message_reencode(in_fd, read_only, &f) == PH_EIO);
	check(f.cause == PH_CAUSE_CANNOT_WRITE);
	check(pipe(pipe_fds) == 0);
	check(ph_message_reencode(pipe_fds[0], read_only, &f) == PH_EIO);
	check(f.cause == PH_CAUSE_INPUT_UNREADABLE);
	(void)close(pipe_fds[0]);
	(void)close(pipe_fds[1]);
	(void)close(in_fd);
	(void)close(read_only);
}

int main(void)
{
	check_both_stay_open();
	check_header_in_latin1();
	check_failures();
	return check_end();
}
