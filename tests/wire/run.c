#include "check.h"
#include "play.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	FILE_MAX = 256 * 1024
};

/* Plays each script named on the command line in every way there is. */
int main(int argc, char **argv)
{
	static struct script s;
	static char text[FILE_MAX];

	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		if (f == NULL) {
			perror(argv[i]);
			return 1;
		}
		size_t len = fread(text, 1, sizeof(text), f);
		(void)fclose(f);
		script_parse(&s, argv[i], (struct ph_span){ text, len });
		play_everything(&s);
		script_release(&s);
	}
	return check_end();
}
