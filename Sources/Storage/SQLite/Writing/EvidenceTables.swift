import Payins

/// Writes evidence: timeline events, and what callbacks said.
struct EvidenceTables {
  private let insertEvent: SQLiteStatement
  private let insertCallback: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(DatabaseError) {
    insertEvent = try SQLiteStatement(
      connection,
      """
      INSERT INTO events
        (payin, sequence, id, type, at_ms, data, announcement_sequence, announcement_body, merchant,
         checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """)
    insertCallback = try SQLiteStatement(
      connection,
      """
      INSERT INTO callback_notices
        (id, account, digest, received_ms, last_ms, count, payin, order_number,
         provider_order_id, amount, grade, notice, checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (account, digest) DO UPDATE SET
        count = count + excluded.count, last_ms = max(last_ms, excluded.last_ms),
        payin = coalesce(payin, excluded.payin)
      """)
  }

  func add(_ event: EventRow) throws(DatabaseError) {
    do throws(DatabaseError) {
      try insertEvent.run(
        .text(event.operation.text), .integer(event.sequence), .text(event.id.text),
        .text(event.type), .milliseconds(event.at), .utf8(event.data),
        .integer(event.notificationSequence), .utf8(event.notificationBody),
        .text(event.merchant), .checksum(event.checksum))
    } catch {
      throw error.isTaken ? .versionConflict : error
    }
  }

  func add(_ callback: CallbackRow) throws(DatabaseError) {
    let record = callback.record
    try insertCallback.run(
      .text(record.id.text), .text(record.key.account), .blob(record.key.digest),
      .milliseconds(record.receivedAt), .milliseconds(record.lastAt), .integer(record.count),
      .text(record.payin?.text), .text(record.orderNumber), .text(record.providerOrderID),
      .integer(record.amount), .text(record.grade), .utf8(callback.notice),
      .integer(callback.checksum))
  }
}
