import JSONText
import Payins

/// Writes merchants' endpoints and the tries to reach them.
struct WebhookTables {
  private let putEndpoint: SQLiteStatement
  private let removeEndpoint: SQLiteStatement
  private let raiseRevision: SQLiteStatement
  private let selectRevision: SQLiteStatement
  private let insertTry: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(DatabaseError) {
    putEndpoint = try SQLiteStatement(
      connection,
      """
      INSERT INTO webhook_endpoints (merchant, id, body, checksum, key) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (merchant, id) DO UPDATE SET
        body = excluded.body, checksum = excluded.checksum, key = excluded.key
      """)
    removeEndpoint = try SQLiteStatement(
      connection, "DELETE FROM webhook_endpoints WHERE merchant = ? AND id = ?")
    raiseRevision = try SQLiteStatement(
      connection,
      """
      INSERT INTO endpoint_revisions (merchant, revision) VALUES (?, 1)
      ON CONFLICT (merchant) DO UPDATE SET revision = revision + 1
      """)
    selectRevision = try SQLiteStatement(connection, WebhookReading.revision)
    insertTry = try SQLiteStatement(
      connection,
      """
      INSERT INTO delivery_tries (payin, event, endpoint, at_ms, status, failure, took_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """)
  }

  func write(_ row: EndpointRow) throws(DatabaseError) {
    try raiseRevision.run(.text(row.merchant))
    guard row.body != nil else {
      try removeEndpoint.run(.text(row.merchant), .text(row.id))
      return
    }
    try putEndpoint.run(
      .text(row.merchant), .text(row.id), .utf8(row.body), .checksum(row.checksum),
      .integer(row.key))
  }

  func check(_ expected: EndpointRevision) throws(DatabaseError) {
    let number = try selectRevision.first(.text(expected.merchant)) { row in row.integer(0) }
    guard number ?? 0 == expected.number else { throw .endpointsChanged }
  }

  func add(_ delivery: DeliveryAttempt) throws(DatabaseError) {
    try insertTry.run(
      .text(delivery.operation.text), .text(delivery.event.text), .text(delivery.endpoint),
      .milliseconds(delivery.at), .integer(delivery.status), .text(delivery.failure),
      .integer(delivery.milliseconds))
  }
}
