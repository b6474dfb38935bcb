#ifndef BASE_BASE_H
#define BASE_BASE_H
/*
 * Small things every file needs: attributes, owned locals, checked arithmetic.
 *
 * An owned local is declared with CLEANUP(fn) and handed out with TAKE(p), so that every way out of
 * a function frees what it still owns.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define UNUSED __attribute__((unused))

/* Runs fn(&var) when var goes out of scope. fn must accept a pointer to NULL. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* Moves an owned pointer out of its CLEANUP variable. */
#define TAKE(p)                                                                                    \
	({                                                                                         \
		__typeof__(p) take_ = (p);                                                         \
		(p) = NULL;                                                                        \
		take_;                                                                             \
	})

/* Moves an owned descriptor out of its CLEANUP(fd_close) variable. */
#define TAKE_FD(fd)                                                                                \
	({                                                                                         \
		int take_fd_ = (fd);                                                               \
		(fd) = -1;                                                                         \
		take_fd_;                                                                          \
	})

#define MIN(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) min_a_ = (a);                                                        \
		__typeof__(b) min_b_ = (b);                                                        \
		min_a_ < min_b_ ? min_a_ : min_b_;                                                 \
	})
#define MAX(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) max_a_ = (a);                                                        \
		__typeof__(b) max_b_ = (b);                                                        \
		max_a_ > max_b_ ? max_a_ : max_b_;                                                 \
	})

/* CLEANUP function for memory of malloc: char *s CLEANUP(free_ptr) = NULL; */
void free_ptr(void *ptr_to_ptr);

/* CLEANUP function for a descriptor; -1 is ignored. errno is kept. */
void fd_close(int *fd);

#endif
