#ifndef PASARELA_CSQLITE_H
#define PASARELA_CSQLITE_H
#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast macro, which Swift cannot import. An empty Swift buffer may have no
// address, which SQLite would take for NULL.
static inline int pasarela_bind_text(
    sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
  return sqlite3_bind_text64(
      statement, index, bytes ? (const char *)bytes : "", count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int pasarela_bind_blob(
    sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
  return sqlite3_bind_blob64(statement, index, bytes ? bytes : "", count, SQLITE_TRANSIENT);
}

// Variadic, which Swift cannot call. Counting every allocation under one lock is of no use here.
static inline int pasarela_sqlite_without_memory_status(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
#endif
