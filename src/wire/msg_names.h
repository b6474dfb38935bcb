/* The messages of msg.def without their fields, for whoever has defined MSG and MSG_END. No include
 * guard: it is meant to be included again. */
#define MSG_U8(f, min, max)
#define MSG_U16(f, min, max)
#define MSG_U32(f, min, max)
#define MSG_U64(f, min, max)
#define MSG_I64(f, min, max)
#define MSG_BYTES(f, n)
#define MSG_TEXT(f, n)
#define MSG_TAIL(f, n)
#include "wire/msg_fields.h"
