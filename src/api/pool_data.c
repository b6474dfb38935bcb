/* The data pool's own start: the vault with its private key, and the cache. */
#include <stdlib.h>

#include "api/data.h"
#include "vault/vault.h"

int pool_data_start(struct api_env *env, struct err *err)
{
	struct vault_config config = vault_config_of(env->conf);
	struct data_pool *pool = calloc(1, sizeof(*pool));
	int rc;

	config.public_key_file = env->conf->vault_public_key_file;
	config.private_key_file = env->conf->vault_private_key_file;
	if (pool == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	env->pool_data = pool;
	metrics_label(env->metrics, M_CACHE_LOOKUPS, 0, "hit");
	metrics_label(env->metrics, M_CACHE_LOOKUPS, 1, "miss");
	rc = vault_open(&config, &pool->vault, err);
	if (rc == 0)
		rc = cache_new((size_t)env->conf->api_cache_bytes, env->metrics, &pool->cache, err);
	if (rc != 0)
		pool_data_stop(env);
	return rc;
}

void pool_data_stop(struct api_env *env)
{
	struct data_pool *pool = env->pool_data;

	if (pool == NULL)
		return;
	cache_free(&pool->cache);
	vault_close(&pool->vault);
	free(pool);
	env->pool_data = NULL;
}
