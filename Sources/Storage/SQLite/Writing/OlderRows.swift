import JSONText
import Payins

/// Takes the payer out of what earlier releases kept, where it stood in the pay-in's opening, in
/// each notification and in the kept answer, and keyed the digest of the request by nothing.
final class OlderRows {
  private let connection: SQLiteConnection
  private let sealing: Sealing
  private let damage: DamageRegister
  private let secrets: PayinSecretTable
  private let selectPlace: SQLiteStatement
  private let movePlace: SQLiteStatement
  private let selectPayins: SQLiteStatement
  private let updatePayin: SQLiteStatement
  private let addEmail: SQLiteStatement
  private let selectEvents: SQLiteStatement
  private let updateEvent: SQLiteStatement
  private let selectKey: SQLiteStatement
  private let updateKey: SQLiteStatement
  /// Nil before the first look.
  private var isDone: Bool?

  init(
    _ connection: SQLiteConnection, _ sealing: Sealing, _ damage: DamageRegister
  ) throws(DatabaseError) {
    self.connection = connection
    self.sealing = sealing
    self.damage = damage
    secrets = try PayinSecretTable(connection)
    selectPlace = try SQLiteStatement(connection, "SELECT done, last FROM older_payins")
    movePlace = try SQLiteStatement(connection, "UPDATE older_payins SET done = ?")
    selectPayins = try SQLiteStatement(
      connection,
      """
      SELECT \(Payin.layout.selection) FROM payins WHERE number > ? AND number <= ? ORDER BY number
      """)
    updatePayin = try SQLiteStatement(
      connection,
      """
      UPDATE payins SET body = ?2, opening = ?3, checksum = ?4, opening_checksum = ?5 WHERE id = ?1
      """)
    addEmail = try SQLiteStatement(
      connection,
      """
      INSERT OR IGNORE INTO payer_emails (digest, number)
      SELECT ?2, number FROM payins WHERE id = ?1
      """)
    selectEvents = try SQLiteStatement(
      connection,
      """
      SELECT \(EventRow.columns) FROM events WHERE payin = ? AND announcement_sequence IS NOT NULL
      """)
    updateEvent = try SQLiteStatement(
      connection,
      """
      UPDATE events SET announcement_body = ?3, checksum = ?4 WHERE payin = ?1 AND sequence = ?2
      """)
    selectKey = try SQLiteStatement(
      connection,
      """
      SELECT \(KeyRow.columns) FROM idempotency_keys
      WHERE merchant = ? AND operation = ? AND key = ?
      """)
    updateKey = try SQLiteStatement(
      connection,
      """
      UPDATE idempotency_keys SET request_hash = ?4, checksum = ?5, answer_status = NULL,
        answer_body = NULL, answer_checksum = NULL
      WHERE merchant = ?1 AND operation = ?2 AND key = ?3
      """)
  }

  /// - Parameter left: how many pay-ins may be looked at; less those that were.
  func rewrite(_ left: inout Int) throws(DatabaseError) {
    guard isDone != true, left > 0 else { return }
    let place = try selectPlace.first { row in (row.integer(0), row.integer(1)) }
    guard let (done, last) = place, done < last else {
      isDone = true
      return
    }
    let end = min(done + left, last)
    for row in try selectPayins.rows(
      .integer(done), .integer(end), read: { StoredOperation($0, Payin.layout) })
    {
      try rewrite(row)
    }
    try movePlace.run(.integer(end))
    left -= end - done
  }

  private func rewrite(_ row: StoredOperation) throws(DatabaseError) {
    var row = row
    // It stays with its job.
    row.silence = nil
    // What is damaged stays as it is, and is noted.
    guard
      let payin: Payin = try? damage.reading(
        .operation(.payin), row.id,
        { () throws(RowFault) in try StoredDocument.operation(row, sealing) })
    else { return }
    let (standing, opening) = (payin.storedStanding, payin.storedOpening)
    try updatePayin.run(
      .text(row.id), .utf8(standing), .utf8(opening),
      .integer(OperationRow.checksum(row.id, standing)),
      .integer(OperationRow.checksum(row.id, opening)))
    if row.payer == nil, let payer = payin.storedPayer {
      try secrets.put(sealing.seal(payer.bytes, .payer, of: row.id), .payer, of: payin.operationID)
    }
    if row.answers == nil, let answers = payin.storedAnswers {
      try secrets.put(
        sealing.seal(answers.bytes, .answers, of: row.id), .answers, of: payin.operationID)
    }
    let email = payin.request.payer.email
    if let digest = sealing.fingerprints.email(email, merchant: payin.merchant) {
      try addEmail.run(.text(row.id), .blob(digest))
    }
    try strip(payin.operationID, key: .creating(payin))
  }

  /// Takes the payer out of everything beside the pay-in itself.
  func strip(_ payin: OperationID, key: IdempotencyKey?) throws(DatabaseError) {
    for event in try selectEvents.rows(.text(payin.text), read: EventRow.init) {
      var stripped = event
      stripped.notificationBody = event.notificationBody.map(PayerPlace.without)
      guard stripped.notificationBody != event.notificationBody else { continue }
      // A row that is damaged stays so.
      let isSound = event.checksum == nil || event.checksum == event.expectedChecksum
      try updateEvent.run(
        .text(payin.text), .integer(event.sequence), .utf8(stripped.notificationBody),
        isSound ? .integer(stripped.expectedChecksum) : .checksum(event.checksum))
    }
    guard let key,
      let kept = try selectKey.first(
        .text(key.merchant), .text(key.operation), .text(key.key), read: KeyRow.init),
      kept.record.operation == payin
    else { return }
    var record = kept.record
    record.requestHash = sealing.fingerprints.keyed(record.requestHash)
    guard record.requestHash != kept.record.requestHash || record.answer != nil else { return }
    try updateKey.run(
      .text(key.merchant), .text(key.operation), .text(key.key), .blob(record.requestHash),
      .integer(record.checksum))
  }

  /// Pay-ins that are still as an earlier release kept them.
  static let remaining = "SELECT max(last - done, 0) FROM older_payins"
}
