import Payins

/// Writes what is kept apart of pay-ins, and erases it.
struct PayinSecretTable {
  private let addToNewest: SQLiteStatement
  private let addEmailToNewest: SQLiteStatement
  private let put: SQLiteStatement
  private let remove: SQLiteStatement
  private let removeAll: SQLiteStatement
  private let removeEmail: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(DatabaseError) {
    // Tables without row numbers of their own leave the last one as it is.
    addToNewest = try SQLiteStatement(
      connection,
      """
      INSERT INTO payin_secrets (number, kind, key, content) VALUES (last_insert_rowid(), ?, ?, ?)
      """)
    addEmailToNewest = try SQLiteStatement(
      connection, "INSERT INTO payer_emails (digest, number) VALUES (?, last_insert_rowid())")
    put = try SQLiteStatement(
      connection,
      """
      INSERT INTO payin_secrets (number, kind, key, content)
      SELECT number, ?2, ?3, ?4 FROM payins WHERE id = ?1
      ON CONFLICT (number, kind) DO UPDATE SET key = excluded.key, content = excluded.content
      """)
    remove = try SQLiteStatement(
      connection,
      """
      DELETE FROM payin_secrets
      WHERE number = (SELECT number FROM payins WHERE id = ?) AND kind = ?
      """)
    removeAll = try SQLiteStatement(
      connection,
      "DELETE FROM payin_secrets WHERE number = (SELECT number FROM payins WHERE id = ?)")
    removeEmail = try SQLiteStatement(
      connection,
      """
      DELETE FROM payer_emails
      WHERE digest = ?2 AND number = (SELECT number FROM payins WHERE id = ?1)
      """)
  }

  /// Of the pay-in that was inserted last.
  func addOfNewest(_ secrets: PayinSecrets) throws(DatabaseError) {
    if let payer = secrets.payer { try add(payer, .payer) }
    if let answers = secrets.answers { try add(answers, .answers) }
    if let email = secrets.email { try addEmailToNewest.run(.blob(email)) }
  }

  private func add(_ content: SealedContent, _ kind: PayinSecret) throws(DatabaseError) {
    try addToNewest.run(.integer(kind.rawValue), .integer(content.key), .blob(content.bytes))
  }

  func update(_ secrets: PayinSecrets, of payin: OperationID) throws(DatabaseError) {
    if secrets.isErasing { return try erase(payin, email: secrets.email) }
    if let answers = secrets.answers {
      try put(answers, .answers, of: payin)
    } else if secrets.hadAnswers {
      try remove.run(.text(payin.text), .integer(PayinSecret.answers.rawValue))
    }
  }

  func put(
    _ content: SealedContent, _ kind: PayinSecret, of payin: OperationID
  ) throws(DatabaseError) {
    try put.run(
      .text(payin.text), .integer(kind.rawValue), .integer(content.key), .blob(content.bytes))
  }

  /// Removes whatever of the pay-in stands apart.
  func erase(_ payin: OperationID, email: [UInt8]?) throws(DatabaseError) {
    try removeAll.run(.text(payin.text))
    if let email { try removeEmail.run(.text(payin.text), .blob(email)) }
  }
}
