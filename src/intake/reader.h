#ifndef INTAKE_READER_H
#define INTAKE_READER_H
/*
 * Reading hostile files in processes that have nothing to lose. reader_start() forks a process that
 * holds no key and no connection, because it is called before there are any; it forks one child per
 * file. A child receives one READ_REQUEST with the file's ciphertext and that file's key, confines itself
 * (memory, time and open sockets only, in proportion to the file; no file can be opened), and answers with READ_DATA...
 * and one READ_RESULT. Its parent believes nothing of it unchecked.
 */
#include "base/base.h"
#include "base/err.h"
#include "sys/conf.h"

/* Call it first in a process. *ret_reader is the caller's; closing it ends the reader. */
MUST_CHECK int reader_start(const struct conf *conf, int *ret_reader, struct err *err);
/* A fresh child's socket, the caller's; closing it makes the child end. E_UNAVAILABLE: the reader
 * is gone. */
MUST_CHECK int reader_open(int reader, int *ret_child, struct err *err);

#endif
