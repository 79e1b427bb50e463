#include "io/sockaddr.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netdb.h>
#include <netinet/in.h>

/* "fe80::1%eth0": only getaddrinfo knows interface names; with AI_NUMERICHOST
   it asks no one else. */
static enum ph_err parse_scoped(
    const char *literal, uint16_t port, struct ph_sockaddr *out)
{
	struct addrinfo hints = {
		.ai_family = AF_INET6,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST,
	};
	struct addrinfo *list = NULL;

	if (getaddrinfo(literal, NULL, &hints, &list) != 0)
		return PH_EINVAL;
	memset(out, 0, sizeof(*out));
	memcpy(&out->ss, list->ai_addr, list->ai_addrlen);
	out->len = list->ai_addrlen;
	freeaddrinfo(list);
	((struct sockaddr_in6 *)&out->ss)->sin6_port = htons(port);
	return PH_OK;
}

enum ph_err ph_sockaddr_parse(
    const char *literal, uint16_t port, struct ph_sockaddr *out)
{
	struct sockaddr_in v4 = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};

	if (inet_pton(AF_INET, literal, &v4.sin_addr) == 1) {
		*out = (struct ph_sockaddr){ .len = sizeof(v4) };
		memcpy(&out->ss, &v4, sizeof(v4));
		return PH_OK;
	}
	if (inet_pton(AF_INET6, literal, &v6.sin6_addr) == 1) {
		*out = (struct ph_sockaddr){ .len = sizeof(v6) };
		memcpy(&out->ss, &v6, sizeof(v6));
		return PH_OK;
	}
	if (strchr(literal, ':') != NULL && strchr(literal, '%') != NULL)
		return parse_scoped(literal, port, out);
	return PH_EINVAL;
}

void ph_sockaddr_host(
    const struct ph_sockaddr *a, char out[PH_SOCKADDR_TEXT_MAX])
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&a->ss;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&a->ss;
	const char *text = NULL;

	if (a->ss.ss_family == AF_INET) {
		text = inet_ntop(
		    AF_INET, &v4->sin_addr, out, PH_SOCKADDR_TEXT_MAX);
	} else if (a->ss.ss_family == AF_INET6 &&
	    IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
		text = inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], out,
		    PH_SOCKADDR_TEXT_MAX);
	} else if (a->ss.ss_family == AF_INET6) {
		text = inet_ntop(
		    AF_INET6, &v6->sin6_addr, out, PH_SOCKADDR_TEXT_MAX);
	}
	if (text == NULL)
		out[0] = '\0';
}

bool ph_sockaddr_set_octets(struct ph_sockaddr *a, struct ph_span raw)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&a->ss;
	struct sockaddr_in *v4 = (struct sockaddr_in *)&a->ss;

	if (a->ss.ss_family == AF_INET && raw.len == sizeof(v4->sin_addr)) {
		memcpy(&v4->sin_addr, raw.ptr, raw.len);
		return true;
	}
	if (a->ss.ss_family == AF_INET6 && raw.len == sizeof(v6->sin6_addr)) {
		memcpy(&v6->sin6_addr, raw.ptr, raw.len);
		return true;
	}
	return false;
}

uint16_t ph_sockaddr_port(const struct ph_sockaddr *a)
{
	if (a->ss.ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)&a->ss)->sin_port);
	if (a->ss.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&a->ss)->sin6_port);
	return 0;
}

/* The first of the family at or after from; count when there is none. */
static size_t next_of(
    const struct ph_sockaddr *list, size_t count, size_t from, bool v6)
{
	while (from < count && (list[from].ss.ss_family == AF_INET6) != v6)
		from++;
	return from;
}

void ph_sockaddr_interleave(struct ph_sockaddr *list, size_t count)
{
	struct ph_sockaddr out[PH_ADDRESSES_MAX];
	size_t used = 0;
	size_t at[2] = { 0, 0 };

	assert(count <= PH_ADDRESSES_MAX);
	for (bool v6 = true; used < count; v6 = !v6) {
		size_t i = next_of(list, count, at[v6], v6);
		at[v6] = i + 1;
		if (i < count)
			out[used++] = list[i];
	}
	memcpy(list, out, count * sizeof(*list));
}
