import Payins

/// Writes idempotency keys and the answers kept for them.
struct KeyTable {
  private let insertKey: SQLiteStatement
  private let keepAnswer: SQLiteStatement
  private let deleteKey: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(DatabaseError) {
    insertKey = try SQLiteStatement(
      connection,
      """
      INSERT INTO idempotency_keys
        (merchant, operation, key, request_hash, subject, created_ms, answer_status, answer_body,
         checksum, answer_checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """)
    keepAnswer = try SQLiteStatement(
      connection,
      """
      UPDATE idempotency_keys SET answer_status = ?4, answer_body = ?5, answer_checksum = ?6
      WHERE merchant = ?1 AND operation = ?2 AND key = ?3 AND answer_status IS NULL
      """)
    deleteKey = try SQLiteStatement(
      connection,
      """
      DELETE FROM idempotency_keys
      WHERE merchant = ? AND operation = ? AND key = ? AND answer_status IS NULL
      """)
  }

  func write(_ write: KeyWrite) throws(DatabaseError) {
    switch write {
    case .insert(let record):
      do throws(DatabaseError) {
        try insertKey.run(
          .text(record.key.merchant), .text(record.key.operation), .text(record.key.key),
          .blob(record.requestHash), .text(record.operation.text), .milliseconds(record.createdAt),
          .integer(record.answer?.status), record.answer.map { .blob($0.body) } ?? .null,
          .integer(record.checksum), .checksum(record.answer?.checksum(of: record.key)))
      } catch {
        throw error.isTaken ? .duplicateKey : error
      }
    case .answer(let key, let answer):
      try keepAnswer.run(
        .text(key.merchant), .text(key.operation), .text(key.key), .integer(answer.status),
        .blob(answer.body), .integer(answer.checksum(of: key)))
    case .release(let key):
      try deleteKey.run(.text(key.merchant), .text(key.operation), .text(key.key))
    }
  }
}
