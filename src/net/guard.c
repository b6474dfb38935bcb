/* Ranges of RFC 6890 and its registries; see guard.h. */
#include "net/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* What is not reachable for everybody, or not what it seems. */
static const char closed4[] = "0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,"
			      "172.16.0.0/12,192.0.0.0/24,192.0.2.0/24,192.88.99.0/24,192.168.0.0/16,"
			      "198.18.0.0/15,198.51.100.0/24,203.0.113.0/24,224.0.0.0/4,240.0.0.0/4";
/* Of IPv6 only 2000::/3 is handed out, and of that not these: Teredo and other protocols,
 * documentation, 6to4. */
static const char open6[] = "2000::/3";
static const char closed6[] = "2001::/23,2001:db8::/32,2002::/16,3fff::/20";

static bool parse_one(struct sv text, struct net_network *ret)
{
	struct sv bits_text = sv_trim(text);
	struct sv base = sv_cut(&bits_text, '/');
	int family = sv_find(base, ':') >= 0 ? AF_INET6 : AF_INET;
	uint64_t bits = family == AF_INET ? 32 : 128;
	char name[INET6_ADDRSTRLEN];

	if (base.n >= sizeof(name))
		return false;
	memcpy(name, base.p, base.n);
	name[base.n] = '\0';
	if (bits_text.p != NULL && !sv_to_u64(bits_text, bits, &bits))
		return false;
	ret->family = family;
	ret->bits = (unsigned)bits;
	return inet_pton(family, name, ret->address) == 1;
}

int net_guard_parse(struct sv text, struct net_guard *ret, struct err *err)
{
	struct net_guard guard = {.n = 0};

	while (text.n > 0) {
		struct sv one = sv_trim(sv_cut(&text, ','));

		if (guard.n == NET_GUARD_MAX || !parse_one(one, &guard.allowed[guard.n]))
			return err_set(err, E_CONFIG, "\"%.*s\" is no network in CIDR notation.",
				SV_ARG(one));
		guard.n++;
	}
	*ret = guard;
	return 0;
}

static bool contains(const struct net_guard *g, int family, const uint8_t *address)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct net_network *n = &g->allowed[i];
		unsigned bit = 0;

		if (n->family != family)
			continue;
		while (bit < n->bits &&
			((n->address[bit / 8] ^ address[bit / 8]) >> (7 - bit % 8) & 1) == 0)
			bit++;
		if (bit == n->bits)
			return true;
	}
	return false;
}

static bool in_list(const char *list, int family, const uint8_t *address)
{
	struct net_guard g;

	return net_guard_parse(sv_from_cstr(list), &g, NULL) == 0 && contains(&g, family, address);
}

bool net_guard_allows(const struct net_guard *guard, const struct sockaddr *address)
{
	uint8_t bytes[16] = {0};

	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, address, sizeof(in));
		memcpy(bytes, &in.sin_addr, 4);
		return contains(guard, AF_INET, bytes) || !in_list(closed4, AF_INET, bytes);
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, address, sizeof(in6));
		memcpy(bytes, &in6.sin6_addr, 16);
		return contains(guard, AF_INET6, bytes) ||
		       (in_list(open6, AF_INET6, bytes) && !in_list(closed6, AF_INET6, bytes));
	}
	return false;
}
