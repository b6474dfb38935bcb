#ifndef SEAL_SEAL_H
#define SEAL_SEAL_H
/*
 * Start-up of the cryptographic libraries. Call once in main() before threads start and before
 * anything else of seal/. Thread-safe and idempotent; aborts when the libraries are unusable, since
 * no program may go on without them.
 */
void seal_init(void);

#endif
