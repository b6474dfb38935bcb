/* The upload pool's own start: the vault, with its public key alone. It can store and not read. */
#include "api/api.h"
#include "vault/vault.h"

int pool_upload_start(struct api_env *env, struct err *err)
{
	struct vault_config config = vault_config_of(env->conf);
	struct vault *vault = NULL;
	int rc;

	config.public_key_file = env->conf->vault_public_key_file;
	rc = vault_open(&config, &vault, err);
	if (rc == 0)
		env->pool_data = vault;
	return rc;
}

void pool_upload_stop(struct api_env *env)
{
	struct vault *vault = env->pool_data;

	vault_close(&vault);
	env->pool_data = NULL;
}
