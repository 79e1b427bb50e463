#include "cli/progress.h"

#include "check.h"

static const struct {
	uint64_t done, all;
	const char *line;
} cases[] = {
	{ 0, 20971520,
	    "[                              ]   0 %  0.0 of 20.0 MiB" },
	{ 10485760, 20971520,
	    "[===============               ]  50 %  10.0 of 20.0 MiB" },
	{ 20971519, 20971520,
	    "[============================= ]  99 %  20.0 of 20.0 MiB" },
	{ 20971520, 20971520,
	    "[==============================] 100 %  20.0 of 20.0 MiB" },
	{ 30000000, 20971520,
	    "[==============================] 100 %  20.0 of 20.0 MiB" },
	{ 0, 0, "[==============================] 100 %  0.0 of 0.0 MiB" },
	{ UINT64_MAX, UINT64_MAX,
	    "[==============================] 100 %  17592186044416.0 of "
	    "17592186044416.0 MiB" },
};

int main(void)
{
	char line[100];

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case("line", i);
		ph_progress_line(
		    cases[i].done, cases[i].all, line, sizeof(line));
		check_str(line, cases[i].line);
	}
	ph_progress_line(1, 2, line, 5);
	check_str(line, "[===");
	return check_end();
}
