// SQLITE_TRANSIENT is a cast macro, which Swift cannot import.
#ifndef PASARELA_CSQLITE_H
#define PASARELA_CSQLITE_H
#include <sqlite3.h>
#endif
