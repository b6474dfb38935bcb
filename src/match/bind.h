#ifndef MATCH_BIND_H
#define MATCH_BIND_H
/* Between the values of a field that holds a list (every occurrence of a pattern). */
#define BIND_LIST_MARK '\x1f'
#endif
