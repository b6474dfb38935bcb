/* The rows of msg.def once, for whoever has defined all of its macros; then undefines them. No
 * include guard: it is meant to be included again. */
#include "wire/msg.def"
#undef MSG
#undef MSG_U8
#undef MSG_U16
#undef MSG_U32
#undef MSG_U64
#undef MSG_I64
#undef MSG_BYTES
#undef MSG_TEXT
#undef MSG_TAIL
#undef MSG_END
