import JSONText
import Payins

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
  static func operation<State: KeptOperation>(
    _ row: StoredOperation, _ sealing: Sealing
  ) throws(RowFault) -> State {
    try compare(row.checksum) { OperationRow.checksum(row.id, row.standing) }
    if let opening = row.opening {
      try compare(row.openingChecksum) { OperationRow.checksum(row.id, opening) }
    }
    let standing = try RowFault.json(row.standing)
    var kept = KeptDocuments(opening: standing, standing: standing)
    if let opening = row.opening { kept.opening = try RowFault.json(opening) }
    kept.payer = try sealing.open(row.payer, .payer, of: row.id).map(RowFault.json)
    kept.answers = try sealing.open(row.answers, .answers, of: row.id).map(RowFault.json)
    kept.silence = row.silence.flatMap(Silence.init(stored:))
    if State.layout.hasSecrets, kept.payer == nil, Payin.keepsPayer(kept.opening) {
      throw .column("payer")
    }
    guard let state = State(kept: kept) else { throw .shape }
    try check("id", state.id.text, row.id)
    try check("merchant", state.merchant, row.merchant)
    guard state.version == row.version else { throw .column("version") }
    let told = state.listing
    for (index, column) in State.layout.columns.enumerated() where column.isChecked {
      guard told[index] == row.listing[index] else { throw .column(column.name) }
    }
    return state
  }

  static func event(_ row: EventRow, _ sealing: Sealing) throws(RowFault) -> OperationEvent {
    try compare(row.checksum) { row.expectedChecksum }
    var notification: EventNotification?
    if let sequence = row.notificationSequence, let body = row.notificationBody {
      let payer = try sealing.open(row.payer, .payer, of: row.operation.text)
      notification = EventNotification(sequence: sequence, body: PayerPlace.with(payer, in: body))
    }
    return OperationEvent(
      id: row.id, operation: row.operation, sequence: row.sequence, type: row.type, at: row.at,
      data: try RowFault.json(row.data), notification: notification)
  }

  static func endpoint(
    _ row: StoredEndpoint, _ keys: DataKeys
  ) throws(RowFault) -> EndpointRecord {
    try compare(row.checksum) { EndpointRow.checksum(row.merchant, row.id, row.body) }
    return EndpointRecord(
      merchant: row.merchant, id: row.id,
      document: try EndpointRow.document(RowFault.json(row.body), row.merchant, row.id, keys))
  }

  static func callback(_ row: CallbackRow) throws(RowFault) -> CallbackRecord {
    try compare(row.checksum) { row.expectedChecksum }
    var record = row.record
    record.notice = try RowFault.json(row.notice)
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
}
