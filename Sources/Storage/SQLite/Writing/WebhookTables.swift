import JSONText
import Payins

/// Writes merchants' endpoints and the tries to reach them.
struct WebhookTables {
  private let putEndpoint: SQLiteStatement
  private let removeEndpoint: SQLiteStatement
  private let raiseRevision: SQLiteStatement
  private let selectRevision: SQLiteStatement
  private let insertTry: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(StoreError) {
    putEndpoint = try SQLiteStatement(
      connection,
      """
      INSERT INTO webhook_endpoints (merchant, id, body, checksum) VALUES (?, ?, ?, ?)
      ON CONFLICT (merchant, id) DO UPDATE SET body = excluded.body, checksum = excluded.checksum
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

  static func checksum(_ merchant: String, _ id: String, _ body: [UInt8]) -> Int64 {
    var sum = Checksum()
    sum.add(merchant)
    sum.add(id)
    sum.add(body)
    return sum.value
  }

  func write(_ write: EndpointWrite) throws(StoreError) {
    let merchant =
      switch write {
      case .put(let record): record.merchant
      case .remove(let merchant, _): merchant
      }
    try raiseRevision.run(.text(merchant))
    switch write {
    case .put(let record):
      let body = record.document.bytes
      try putEndpoint.run(
        .text(record.merchant), .text(record.id), .utf8(body),
        .integer(Self.checksum(record.merchant, record.id, body)))
    case .remove(let merchant, let id):
      try removeEndpoint.run(.text(merchant), .text(id))
    }
  }

  func check(_ expected: EndpointRevision) throws(StoreError) {
    let number = try selectRevision.first(.text(expected.merchant)) { row in row.integer(0) }
    guard number ?? 0 == expected.number else { throw .endpointsChanged }
  }

  func add(_ delivery: DeliveryTry) throws(StoreError) {
    try insertTry.run(
      .text(delivery.payin.text), .text(delivery.event.text), .text(delivery.endpoint),
      .milliseconds(delivery.at), .integer(delivery.status), .text(delivery.failure),
      .integer(delivery.milliseconds))
  }
}
