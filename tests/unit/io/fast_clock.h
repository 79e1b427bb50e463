#ifndef PH_TESTS_IO_FAST_CLOCK_H
#define PH_TESTS_IO_FAST_CLOCK_H

/* So many seconds a second: the loop's clock and its timers (--wrap), for what
   waits long.  To be changed only where no loop is. */
extern int fast_clock_times;

#endif
