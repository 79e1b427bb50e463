#include "base/outcome.h"

#include "base/err.h"
#include "check.h"

static const char *const words[] = { "pending", "delivered", "retry", "failed",
	"unsure", "partial", "queued" };

static const struct {
	enum ph_outcome rcpts[4]; /* up to the first PH_PENDING */
	enum ph_outcome want;
} joins[] = {
	{ { PH_PENDING }, PH_PENDING },
	{ { PH_DELIVERED }, PH_DELIVERED },
	{ { PH_DELIVERED, PH_DELIVERED }, PH_DELIVERED },
	{ { PH_FAILED, PH_FAILED, PH_FAILED }, PH_FAILED },
	{ { PH_RETRY, PH_RETRY }, PH_RETRY },
	{ { PH_UNSURE, PH_UNSURE }, PH_UNSURE },
	{ { PH_DELIVERED, PH_FAILED }, PH_PARTIAL },
	{ { PH_FAILED, PH_DELIVERED }, PH_PARTIAL },
	{ { PH_RETRY, PH_FAILED }, PH_PARTIAL },
	/* Once they disagree, no later agreement mends it. */
	{ { PH_DELIVERED, PH_FAILED, PH_DELIVERED }, PH_PARTIAL },
	{ { PH_DELIVERED, PH_FAILED, PH_FAILED }, PH_PARTIAL },
};

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(words); i++)
		check_str(ph_outcome_name((enum ph_outcome)i), words[i]);
	for (size_t i = 0; i < PH_COUNT(joins); i++) {
		enum ph_outcome all = PH_PENDING;

		check_case("join", i);
		for (size_t r = 0; joins[i].rcpts[r] != PH_PENDING; r++)
			all = ph_outcome_join(all, joins[i].rcpts[r]);
		check_int(all, joins[i].want);
	}
	return check_end();
}
