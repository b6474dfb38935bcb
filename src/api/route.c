/*
 * The route table and its compiled form: a tree with one level per path segment. A node has named
 * children and at most one parameter child, so finding a path never backtracks more than once per
 * level and its time does not depend on the number of routes.
 */
#include "api/route.h"

#include <stdlib.h>
#include <string.h>

#include "api/ep.h"
#include "api/types.h"

#define ERRORS(...) ((const int[]){__VA_ARGS__, 0})

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init" /* a row may repeat what ROUTE sets first */
const struct route routes[] = {
#define ROUTE(name, m, p, o, e, r, ...)                                                            \
	{.id = #name,                                                                              \
		.method = HTTP_##m,                                                                \
		.path = p,                                                                         \
		.pool = POOL_##o,                                                                  \
		.perm = PERM_##e,                                                                  \
		.rate = RATE_##r,                                                                  \
		.status = 200,                                                                     \
		.handler = ep_##name,                                                              \
		__VA_ARGS__},
#include "api/route.def"
#undef ROUTE
};
#pragma GCC diagnostic pop
const size_t routes_count = ARRAY_LEN(routes);

static const char *const pool_names[POOL_COUNT] = {
	[POOL_AUTH] = "auth", [POOL_API] = "api", [POOL_UPLOAD] = "upload", [POOL_DATA] = "data"};

const char *pool_name(enum pool p)
{
	return pool_names[p];
}

bool pool_from_name(struct sv name, enum pool *ret)
{
	for (int i = 0; i < POOL_COUNT; i++) {
		if (sv_eq_cstr(name, pool_names[i])) {
			*ret = (enum pool)i;
			return true;
		}
	}
	return false;
}

/* --- the table's own rules -------------------------------------------------------------------- */

static bool is_param(struct sv segment)
{
	return segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
}

static struct sv param_name(struct sv segment)
{
	return sv_from(segment.p + 1, segment.n - 2);
}

/* NULL when the path is fine, else what is wrong with it. */
static const char *path_fault(const struct route *r)
{
	struct sv rest = sv_from_cstr(r->path);
	bool project = false;
	size_t params = 0;

	if (rest.n < 2 || rest.p[0] != '/')
		return "its path does not start with a slash";
	sv_cut(&rest, '/');
	while (rest.n > 0) {
		struct sv segment = sv_cut(&rest, '/');

		if (segment.n == 0)
			return "its path has an empty segment";
		if (!is_param(segment))
			continue;
		if (++params > ROUTE_PARAMS_MAX)
			return "its path has too many parameters";
		if (type_of_path_param(param_name(segment)) == NULL)
			return "its path has a parameter of no type";
		project = project || sv_eq_cstr(param_name(segment), "project");
	}
	if (project != (perm_scope(r->perm) == PERM_SCOPE_PROJECT))
		return "its permission and its path disagree about a project";
	return NULL;
}

static const char *row_fault(const struct route *r)
{
	bool safe = http_method_is_safe(r->method);

	if (r->perm <= PERM_UNSET || r->perm >= PERM_COUNT)
		return "it has no permission";
	if (r->rate <= RATE_UNSET || r->rate >= RATE_CLASSES)
		return "it has no rate class";
	if (r->handler == NULL)
		return "it has no handler";
	if (r->summary == NULL)
		return "it has no summary";
	if (safe && (r->input != NULL || (r->flags & ROUTE_TX) != 0))
		return "a safe method changes nothing and takes no body";
	if ((r->flags & ROUTE_IDEMPOTENT) != 0 && (r->flags & ROUTE_TX) == 0)
		return "a kept answer needs a transaction";
	if ((r->flags & ROUTE_STREAM) != 0 && (r->input != NULL || r->body_max == 0))
		return "a streamed body has a bound and no schema";
	if (r->event != EVENT_NONE && safe)
		return "a safe method has no event";
	return path_fault(r);
}

int route_check(const struct route *rows, size_t n, enum pool pool, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		const char *fault;

		if (pool != POOL_COUNT && rows[i].pool != pool)
			continue;
		fault = row_fault(&rows[i]);
		if (fault != NULL)
			return err_set(err, E_CONFIG, "route %s: %s", rows[i].id, fault);
	}
	return 0;
}

/* --- the tree --------------------------------------------------------------------------------- */

struct node {
	struct sv segment; /* of a parameter child: its name */
	struct node *children;
	struct node *param;
	struct node *next;
	const struct route *routes[HTTP_METHODS];
};

struct router {
	struct node root;
};

static struct node *node_new(struct sv segment)
{
	struct node *n = calloc(1, sizeof(*n));

	if (n != NULL)
		n->segment = segment;
	return n;
}

static void node_free_below(struct node *n)
{
	struct node *child = n->children;

	while (child != NULL) {
		struct node *next = child->next;

		node_free_below(child);
		free(child);
		child = next;
	}
	if (n->param != NULL) {
		node_free_below(n->param);
		free(n->param);
	}
}

static struct node *find_child(const struct node *n, struct sv segment)
{
	for (struct node *c = n->children; c != NULL; c = c->next) {
		if (sv_eq(c->segment, segment))
			return c;
	}
	return NULL;
}

/* The child that a row's segment names, made when it is not there. NULL without memory. */
static struct node *child_for(struct node *n, struct sv segment)
{
	struct node *c;

	if (is_param(segment)) {
		if (n->param == NULL)
			n->param = node_new(param_name(segment));
		return n->param;
	}
	c = find_child(n, segment);
	if (c != NULL)
		return c;
	c = node_new(segment);
	if (c != NULL) {
		c->next = n->children;
		n->children = c;
	}
	return c;
}

static int add(struct router *r, const struct route *row, struct err *err)
{
	struct sv rest = sv_from_cstr(row->path);
	struct node *n = &r->root;

	sv_cut(&rest, '/');
	while (rest.n > 0) {
		struct sv segment = sv_cut(&rest, '/');

		n = child_for(n, segment);
		if (n == NULL)
			return err_set(err, E_NO_MEMORY, NULL);
		if (is_param(segment) && !sv_eq(n->segment, param_name(segment)))
			return err_set(err, E_CONFIG, "route %s: another name for a parameter",
				row->id);
	}
	if (n->routes[row->method] != NULL)
		return err_set(err, E_CONFIG, "route %s: the same as %s", row->id,
			n->routes[row->method]->id);
	n->routes[row->method] = row;
	return 0;
}

int router_new(const struct route *rows, size_t n, struct router **ret, struct err *err)
{
	struct router *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < n; i++) {
		int rc = add(r, &rows[i], err);

		if (rc != 0) {
			router_free(r);
			return rc;
		}
	}
	*ret = r;
	return 0;
}

void router_free(struct router *r)
{
	if (r == NULL)
		return;
	node_free_below(&r->root);
	free(r);
}

static void list_methods(const struct node *n, struct buf *out)
{
	for (int m = 0; m < HTTP_METHODS; m++) {
		if (n->routes[m] == NULL)
			continue;
		buf_add_cstr(out, out->n == 0 ? "" : ", ");
		buf_add_cstr(out, http_method_name((enum http_method)m));
	}
}

static bool has_routes(const struct node *n)
{
	for (int m = 0; m < HTTP_METHODS; m++) {
		if (n->routes[m] != NULL)
			return true;
	}
	return false;
}

int router_find(const struct router *r, enum http_method method, struct sv path,
	struct route_match *ret, struct buf *allow, struct err *err)
{
	const struct node *n = &r->root;
	struct route_match m = {.route = NULL};
	struct sv rest = path;

	sv_cut(&rest, '/');
	while (rest.n > 0) {
		struct sv segment = sv_cut(&rest, '/');
		const struct node *child = find_child(n, segment);

		if (child == NULL && n->param != NULL && m.n < ROUTE_PARAMS_MAX) {
			child = n->param;
			m.names[m.n] = child->segment;
			m.values[m.n++] = segment;
		}
		if (child == NULL)
			return err_set(err, E_NOT_FOUND, NULL);
		n = child;
	}
	if (!has_routes(n))
		return err_set(err, E_NOT_FOUND, NULL);
	m.route = n->routes[method];
	if (m.route == NULL && method == HTTP_HEAD)
		m.route = n->routes[HTTP_GET];
	if (m.route == NULL) {
		list_methods(n, allow);
		return err_set(err, E_METHOD, NULL);
	}
	*ret = m;
	return 0;
}
