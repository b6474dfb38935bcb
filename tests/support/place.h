#ifndef TESTS_SUPPORT_PLACE_H
#define TESTS_SUPPORT_PLACE_H
/*
 * A temporary folder for a test program that runs our real programs, and those programs as
 * children. Failures fail the test.
 */
#include <stdbool.h>
#include <sys/types.h>

/* Makes the folder; place_end() removes it with all it holds. */
void place_begin(const char *name);
void place_end(void);
/* A path in it. Valid until the 16th call after it. */
const char *place_at(const char *name);
void place_folder(const char *name);
void place_write(const char *name, const char *text);
bool place_is_empty(const char *name);

void pause_ms(long ms);
/* Starts program --config FILE; its log goes to the file "log" in the folder. */
pid_t program_start(const char *program, const char *config);
/* Sends the signal and waits for its end: the wait status. */
int program_end(pid_t pid, int signo);
/* A living process whose parent is `parent`; 0: none. */
pid_t child_of(pid_t parent);
/* The EICAR test text, which no file of this tree contains. */
const char *eicar(void);

#endif
