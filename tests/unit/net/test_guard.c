/* Which addresses a request that others have a say in may reach. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <cmocka.h>
#include "net/client.h"
#include "net/guard.h"

static bool allows(const struct net_guard *g, const char *text)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return net_guard_allows(g, (struct sockaddr *)&in);
	assert_int_equal(1, inet_pton(AF_INET6, text, &in6.sin6_addr));
	return net_guard_allows(g, (struct sockaddr *)&in6);
}

static const struct {
	const char *address;
	bool want;
} cases[] = {
	{"8.8.8.8", true}, {"1.1.1.1", true}, {"172.15.255.255", true}, {"172.32.0.0", true},
	{"11.0.0.0", true}, {"100.63.255.255", true}, {"100.128.0.0", true}, {"192.0.1.1", true},
	{"0.0.0.0", false}, {"0.1.2.3", false}, {"10.0.0.1", false}, {"10.255.255.255", false},
	{"100.64.0.1", false}, {"127.0.0.1", false}, {"127.255.0.1", false},
	{"169.254.169.254", false}, {"172.16.0.1", false}, {"172.31.255.255", false},
	{"192.0.0.1", false}, {"192.0.2.1", false}, {"192.88.99.1", false},
	{"192.168.1.1", false}, {"198.18.0.1", false}, {"198.19.255.255", false},
	{"198.51.100.1", false}, {"203.0.113.9", false}, {"224.0.0.1", false},
	{"239.255.255.255", false}, {"240.0.0.1", false}, {"255.255.255.255", false},
	{"2606:4700:4700::1111", true}, {"2a00:1450::1", true}, {"2001:4860:4860::8888", true},
	{"::", false}, {"::1", false}, {"::ffff:8.8.8.8", false}, {"::ffff:127.0.0.1", false},
	{"::8.8.8.8", false}, {"64:ff9b::808:808", false}, {"64:ff9b:1::1", false},
	{"100::1", false}, {"2001::1", false}, {"2001:1ff:ffff::1", false},
	{"2001:db8::1", false}, {"2002:7f00:1::1", false}, {"3fff::1", false},
	{"fc00::1", false}, {"fd12:3456::1", false}, {"fe80::1", false}, {"fec0::1", false},
	{"ff02::1", false}, {"4000::1", false},
};

static void test_public_addresses(void **state)
{
	const struct net_guard none = {.n = 0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (allows(&none, cases[i].address) != cases[i].want)
			fail_msg("%s", cases[i].address);
}

static void test_an_administrator_allows_networks(void **state)
{
	struct net_guard g;

	(void)state;
	assert_int_equal(
		0, net_guard_parse(SV("10.1.0.0/16, fd00::/8,192.168.7.7"), &g, NULL));
	assert_int_equal(3, g.n);
	assert_true(allows(&g, "10.1.255.1"));
	assert_false(allows(&g, "10.2.0.1"));
	assert_true(allows(&g, "fd12::1"));
	assert_false(allows(&g, "fc00::1"));
	assert_true(allows(&g, "192.168.7.7"));
	assert_false(allows(&g, "192.168.7.8"));
	assert_true(allows(&g, "9.9.9.9"));
	assert_int_equal(0, net_guard_parse(SV("0.0.0.0/0"), &g, NULL));
	assert_true(allows(&g, "127.0.0.1"));
	assert_false(allows(&g, "::1"));
	assert_int_equal(0, net_guard_parse(SV(""), &g, NULL));
	assert_int_equal(0, g.n);
}

static void test_what_is_no_network_is_refused(void **state)
{
	static const char *const texts[] = {"10.0.0.0/33", "10.0.0/8", "x", ",",
		"::/129", "10.0.0.0/-1", "10.0.0.0/8;11.0.0.0/8",
		"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111"};
	struct net_guard g;
	struct err err = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
			assert_int_equal(
				E_CONFIG, net_guard_parse(sv_from_cstr(texts[i]), &g, &err));
}

static void test_other_families_are_refused(void **state)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	const struct net_guard none = {.n = 0};

	(void)state;
	assert_false(net_guard_allows(&none, (struct sockaddr *)&un));
}

/* The client asks before it connects, whatever the name is. */
static void test_a_guarded_client_does_not_connect(void **state)
{
	static const char *const urls[] = {"https://127.0.0.1:1/", "https://localhost:1/",
		"https://[::1]:1/", "https://[::ffff:127.0.0.1]:1/", "https://0x7f000001:1/",
		"https://2130706433:1/", "https://169.254.169.254/latest/"};
	const struct net_guard none = {.n = 0};
	const struct net_options o = {.guard = &none, .connect_ms = 1000, .total_ms = 2000};
	struct net_client *c CLEANUP(net_client_free) = NULL;

	(void)state;
	assert_int_equal(0, net_client_new(&o, &c, NULL));
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
		const struct net_request rq = {.method = "POST", .url = urls[i], .body = SV("x")};
		struct err err = {0};

		assert_int_equal(E_CONFIG, net_send(c, &rq, &rs, &err));
		if (!strstr(err.detail, "may be connected to"))
			fail_msg("%s: %s", urls[i], err.detail);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_public_addresses),
		cmocka_unit_test(test_an_administrator_allows_networks),
		cmocka_unit_test(test_what_is_no_network_is_refused),
		cmocka_unit_test(test_other_families_are_refused),
		cmocka_unit_test(test_a_guarded_client_does_not_connect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
