/* reencode_file IN OUT: ph_message_reencode() for check_reencode.py. */

#include "mail/message.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct ph_fault fault = { 0 };

	if (argc != 3)
		return 2;

	int in = open(argv[1], O_RDONLY | O_CLOEXEC);
	int out = open(argv[2], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum ph_err err = ph_message_reencode(in, out, &fault);

	(void)close(in);
	(void)close(out);
	if (err == PH_OK)
		return 0;
	(void)fprintf(stderr, "%s\n", fault.text);
	return 1;
}
