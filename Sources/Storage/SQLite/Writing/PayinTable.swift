import Payins

/// Writes pay-ins, and the numbers by which their attempts are found.
struct PayinTable {
  private let insertPayin: SQLiteStatement
  private let updatePayin: SQLiteStatement
  private let relistPayin: SQLiteStatement
  private let selectByReference: SQLiteStatement
  private let selectByID: SQLiteStatement
  private let insertAttempt: SQLiteStatement
  private let updateAttempt: SQLiteStatement
  private let rewriteOpening: SQLiteStatement
  private let secrets: PayinSecretTable

  init(_ connection: SQLiteConnection) throws(StoreError) {
    insertPayin = try SQLiteStatement(
      connection,
      """
      INSERT INTO payins
        (id, merchant, reference, status, method, account, amount, created_ms, token, version,
         body, opening, checksum, opening_checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """)
    // What no list is ordered or filtered by leaves their indexes alone.
    updatePayin = try SQLiteStatement(
      connection,
      """
      UPDATE payins SET version = ?3, body = ?4, opening = coalesce(opening, body), checksum = ?5
      WHERE id = ?1 AND version = ?2
      """)
    relistPayin = try SQLiteStatement(
      connection,
      """
      UPDATE payins SET version = ?3, body = ?4, opening = coalesce(opening, body), checksum = ?5,
        status = ?6, method = ?7, account = ?8, discrepant = ?9, disputed = ?10
      WHERE id = ?1 AND version = ?2
      """)
    selectByReference = try SQLiteStatement(
      connection, "SELECT id FROM payins WHERE merchant = ? AND reference = ?")
    selectByID = try SQLiteStatement(connection, "SELECT 1 FROM payins WHERE id = ?")
    insertAttempt = try SQLiteStatement(
      connection,
      """
      INSERT INTO attempts (account, order_number, payin, attempt, provider_order_id)
      VALUES (?, ?, ?, ?, ?)
      """)
    updateAttempt = try SQLiteStatement(
      connection,
      "UPDATE attempts SET provider_order_id = ?3 WHERE account = ?1 AND order_number = ?2")
    rewriteOpening = try SQLiteStatement(
      connection, "UPDATE payins SET opening = ?2, opening_checksum = ?3 WHERE id = ?1")
    secrets = try PayinSecretTable(connection)
  }

  func write(_ row: PayinRow) throws(StoreError) {
    guard let replaced = row.replacedVersion else {
      try insert(row)
      return try secrets.addOfNewest(row.secrets)
    }
    let changed =
      if row.isRelisted {
        try relistPayin.run(
          .text(row.id.text), .integer(replaced), .integer(row.version), .utf8(row.standing),
          .integer(row.checksum), .text(row.status.rawValue), .text(row.method.rawValue),
          .text(row.account), .integer(row.isDiscrepant ? 1 : nil),
          .integer(row.isDisputed ? 1 : nil))
      } else {
        try updatePayin.run(
          .text(row.id.text), .integer(replaced), .integer(row.version), .utf8(row.standing),
          .integer(row.checksum))
      }
    guard changed == 1 else { throw .versionConflict }
    if row.secrets.isErasing {
      try rewriteOpening.run(
        .text(row.id.text), .utf8(row.opening), .checksum(row.openingChecksum))
    }
    try secrets.update(row.secrets, of: row.id)
  }

  private func insert(_ row: PayinRow) throws(StoreError) {
    do throws(StoreError) {
      try insertPayin.run(
        .text(row.id.text), .text(row.merchant), .text(row.reference),
        .text(row.status.rawValue), .text(row.method.rawValue), .text(row.account),
        .integer(row.amount), .milliseconds(row.createdAt), .text(row.token),
        .integer(row.version), .utf8(row.standing), .utf8(row.opening), .integer(row.checksum),
        .checksum(row.openingChecksum))
    } catch {
      guard error.isTaken else { throw error }
      if let existing = try selectByReference.first(
        .text(row.merchant), .text(row.reference), read: { row in row.text(0) })
      {
        throw .duplicateReference(existing: PayinID(unchecked: existing))
      }
      let isThere = try selectByID.first(.text(row.id.text)) { _ in true } ?? false
      throw isThere ? .versionConflict : error
    }
  }

  func write(_ attempt: AttemptWrite) throws(StoreError) {
    if attempt.isNew {
      try insertAttempt.run(
        .text(attempt.account), .text(attempt.orderNumber), .text(attempt.payin.text),
        .text(attempt.attempt.text), .text(attempt.providerOrderID))
    } else {
      try updateAttempt.run(
        .text(attempt.account), .text(attempt.orderNumber), .text(attempt.providerOrderID))
    }
  }
}
