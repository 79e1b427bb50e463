#include "base/err.h"

#include "check.h"

static int ended;

static void count_end(int *n)
{
	if (n != NULL)
		ended += *n;
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
	leaves_early(&three, 0);
	check_int(ended, 106);
	leaves_early(NULL, 1);
	check_int(ended, 106);
	check_int(PH_COUNT(array), 5);
	check_int(PH_OK, 0);
	return check_end();
}
