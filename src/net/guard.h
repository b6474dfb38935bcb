#ifndef NET_GUARD_H
#define NET_GUARD_H
/*
 * Whom a request that others have a say in may reach: public addresses, and the networks that an
 * administrator allows. It is asked for the address that is about to be connected to, not for a name,
 * so that nothing a resolver says later changes it.
 */
#include <sys/socket.h>

#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"

#define NET_GUARD_MAX 64

struct net_network {
	int family;
	unsigned bits;
	uint8_t address[16];
};

struct net_guard {
	struct net_network allowed[NET_GUARD_MAX];
	size_t n;
};

/* Networks in CIDR notation apart by commas; "" allows none. E_CONFIG. */
MUST_CHECK int net_guard_parse(struct sv text, struct net_guard *ret, struct err *err);
/* Addresses of this host, private, link-local, shared, reserved, multicast and documentation ranges
 * are not public, nor those of IPv6 that stand for one of IPv4. */
bool net_guard_allows(const struct net_guard *guard, const struct sockaddr *address);

#endif
