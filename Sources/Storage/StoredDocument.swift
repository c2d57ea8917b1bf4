import JSONText
import Payins
import StorePayments

/// A pay-in as stored: two JSON documents, and the columns that it is found and listed by.
struct StoredPayin: Sendable {
  /// Nil where it stands in the other, too.
  var opening: [UInt8]?
  var standing: [UInt8]
  /// Nil where they were written by an earlier release.
  var openingChecksum: Int64?
  var checksum: Int64?
  var id: String
  var merchant: String
  var reference: String
  var status: String
  var method: String
  var account: String
  var amount: Int64
  var createdAt: Instant
  var token: String
  var version: Int
  /// What stands apart.
  var payer: [UInt8]?
  var answers: [UInt8]?
}

/// A store payment as stored.
struct StoredStorePayment: Sendable {
  var id: String
  var merchant: String
  var transactionKey: String
  var status: String
  var unresolvedSince: Instant?
  var version: Int
  var body: [UInt8]
  var checksum: Int64?
}

/// A webhook endpoint as stored.
struct StoredEndpoint: Sendable {
  var merchant: String
  var id: String
  var body: [UInt8]
  var checksum: Int64?
}

/// Reads back what was written, and believes nothing else: documents by their checksums, columns
/// by the documents.
enum StoredDocument {
  static func payin(_ row: StoredPayin, _ sealing: Sealing) throws(RowFault) -> Payin {
    try compare(row.checksum) { PayinRow.checksum(row.id, row.standing) }
    if let opening = row.opening {
      try compare(row.openingChecksum) { PayinRow.checksum(row.id, opening) }
    }
    let standing = try json(row.standing)
    let opening = try row.opening.map { bytes throws(RowFault) in try json(bytes) }
    let payer = try sealing.open(row.payer, .payer, of: row.id)
    let answers = try sealing.open(row.answers, .answers, of: row.id)
    if payer == nil, Payin.keepsPayer(opening ?? standing) { throw .column("payer") }
    guard
      let payin = Payin(
        opening: opening ?? standing, standing: standing, payer: try payer.map(json),
        answers: try answers.map(json)), !payin.attempts.isEmpty
    else { throw .shape }
    try check("id", payin.id.text, row.id)
    try check("merchant", payin.merchant, row.merchant)
    try check("reference", payin.request.merchantReference, row.reference)
    try check("status", payin.status.rawValue, row.status)
    try check("method", payin.method.rawValue, row.method)
    try check("account", payin.currentAttempt.target.account, row.account)
    try check("token", payin.token, row.token)
    guard payin.request.amount == row.amount else { throw .column("amount") }
    guard payin.createdAt == row.createdAt else { throw .column("created_ms") }
    guard payin.version == row.version else { throw .column("version") }
    return payin
  }

  static func storePayment(_ row: StoredStorePayment) throws(RowFault) -> StorePayment {
    try compare(row.checksum) { StorePaymentTable.checksum(row.id, row.body) }
    guard let payment = StorePayment(stored: try json(row.body)) else { throw .shape }
    try check("id", payment.id.text, row.id)
    try check("merchant", payment.merchant, row.merchant)
    try check("transaction_key", payment.request.transactionKey, row.transactionKey)
    try check("status", payment.status.rawValue, row.status)
    guard payment.unresolvedSince == row.unresolvedSince else { throw .column("unresolved_ms") }
    guard payment.version == row.version else { throw .column("version") }
    return payment
  }

  static func event(_ row: EventRow, _ sealing: Sealing) throws(RowFault) -> PayinEvent {
    try compare(row.checksum) { row.expectedChecksum }
    var announcement: Announcement?
    if let sequence = row.announcementSequence, let body = row.announcementBody {
      let payer = try sealing.open(row.payer, .payer, of: row.payin.text)
      announcement = Announcement(sequence: sequence, body: PayerPlace.with(payer, in: body))
    }
    return PayinEvent(
      id: row.id, payin: row.payin, sequence: row.sequence, type: row.type, at: row.at,
      data: try json(row.data), announcement: announcement)
  }

  static func endpoint(
    _ row: StoredEndpoint, _ keys: DataKeys
  ) throws(RowFault) -> EndpointRecord {
    try compare(row.checksum) { WebhookTables.checksum(row.merchant, row.id, row.body) }
    return EndpointRecord(
      merchant: row.merchant, id: row.id,
      document: try EndpointRow.document(json(row.body), row.merchant, row.id, keys))
  }

  static func callback(_ row: CallbackRow) throws(RowFault) -> CallbackRecord {
    try compare(row.checksum) { row.expectedChecksum }
    var record = row.record
    record.notice = try json(row.notice)
    return record
  }

  static func key(_ row: KeyRow) throws(RowFault) -> IdempotencyRecord {
    try compare(row.checksum) { row.record.checksum }
    if let answer = row.record.answer {
      try compare(row.answerChecksum) { answer.checksum(of: row.record.key) }
    }
    return row.record
  }

  /// - Parameter kept: nil where an earlier release wrote the row.
  private static func compare(_ kept: Int64?, _ made: () -> Int64) throws(RowFault) {
    if let kept, kept != made() { throw .checksum }
  }

  private static func check(
    _ column: String, _ told: String, _ kept: String
  ) throws(RowFault) {
    guard told.utf8.elementsEqual(kept.utf8) else { throw .column(column) }
  }

  static func json(_ bytes: [UInt8]) throws(RowFault) -> JSON {
    do throws(JSONFault) {
      return try JSON(parsing: bytes, options: JSONOptions(maximumDepth: 256))
    } catch {
      // The fault's own message would quote the document.
      throw RowFault(reason: "it is not JSON from byte \(error.offset)")
    }
  }
}
