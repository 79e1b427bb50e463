#include "base/stage.h"

static const char *const names[PH_STAGE_COUNT] = {
	[PH_STAGE_CONFIG] = "config",
	[PH_STAGE_DNS] = "dns",
	[PH_STAGE_CONNECT] = "connect",
	[PH_STAGE_PROXY] = "proxy",
	[PH_STAGE_GREETING] = "greeting",
	[PH_STAGE_TLS] = "tls",
	[PH_STAGE_EHLO] = "ehlo",
	[PH_STAGE_AUTH] = "auth",
	[PH_STAGE_MAIL] = "mail",
	[PH_STAGE_RCPT] = "rcpt",
	[PH_STAGE_DATA] = "data",
	[PH_STAGE_QUIT] = "quit",
};

const char *ph_stage_name(enum ph_stage stage)
{
	return names[stage];
}
