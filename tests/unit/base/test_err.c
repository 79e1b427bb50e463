#include "base/err.h"

#include "check.h"

static int ended;

static void count_end(int *n)
{
	if (n == NULL)
		return;
	ended += *n;
	*n = 0;
}

PH_DEFINE_CLEANUP(count_end, int)

static void leaves_early(int *n, int leave)
{
	PH_CLEANUP(count_endp) int *owned = n;

	check(owned == n);
	if (leave)
		return;
	ended += 100;
}

int main(void)
{
	int three = 3;
	int array[5] = { 0 };

	leaves_early(&three, 1);
	check_int(ended, 3);
	check_int(three, 0);
	three = 4;
	leaves_early(&three, 0);
	check_int(ended, 107);
	leaves_early(NULL, 1);
	check_int(ended, 107);
	check_int(PH_COUNT(array), 5);
	check_int(PH_OK, 0);
	return check_end();
}
