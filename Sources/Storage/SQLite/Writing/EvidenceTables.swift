import Payins

/// Writes what is only ever added: timeline events, and callbacks as they came.
struct EvidenceTables {
  private let insertEvent: SQLiteStatement
  private let insertCallback: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(StoreError) {
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
      INSERT INTO callbacks (id, account, received_ms, payin, grade, body, checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """)
  }

  func add(_ event: EventRow) throws(StoreError) {
    do throws(StoreError) {
      try insertEvent.run(
        .text(event.payin.text), .integer(event.sequence), .text(event.id.text),
        .text(event.type), .milliseconds(event.at), .utf8(event.data),
        .integer(event.announcementSequence), .utf8(event.announcementBody),
        .text(event.merchant), .checksum(event.checksum))
    } catch {
      throw error.isTaken ? .versionConflict : error
    }
  }

  func add(_ callback: CallbackRecord) throws(StoreError) {
    try insertCallback.run(
      .text(callback.id.text), .text(callback.account), .milliseconds(callback.receivedAt),
      .text(callback.payin?.text), .text(callback.grade), .blob(callback.body),
      .integer(callback.checksum))
  }
}

extension CallbackRecord {
  /// Of the whole row, which never changes.
  var checksum: Int64 {
    var sum = Checksum()
    sum.add(id.text)
    sum.add(account)
    sum.add(receivedAt.milliseconds)
    sum.add(payin?.text)
    sum.add(grade)
    sum.add(body)
    return sum.value
  }
}
