#ifndef PASARELA_CPOSTGRES_H
#define PASARELA_CPOSTGRES_H
#include <libpq-fe.h>

// PG_DIAG_SQLSTATE and PG_DIAG_CONSTRAINT_NAME are character macros, which Swift imports as numbers
// of another type than the function takes.
static inline const char *pasarela_result_code(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}

static inline const char *pasarela_result_message(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}

static inline const char *pasarela_result_constraint(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
}

static inline void pasarela_drop_notice(void *argument, const PGresult *result) {
  (void)argument, (void)result;
}

// What the server remarks beside its answers would go to standard error.
static inline void pasarela_drop_notices(PGconn *connection) {
  PQsetNoticeReceiver(connection, pasarela_drop_notice, 0);
}
#endif
