/// The rows that `SealRenewal` goes through.
struct SecretRows: RenewableRows {
  private let select: SQLiteStatement
  private let update: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(DatabaseError) {
    select = try SQLiteStatement(
      connection,
      """
      SELECT key, number, kind, content,
        (SELECT id FROM payins WHERE payins.number = payin_secrets.number)
      FROM payin_secrets INDEXED BY payin_secrets_by_key
      WHERE (key, number, kind) > (?1, ?2, ?3) AND key < ?4
      ORDER BY key, number, kind LIMIT ?5
      """)
    update = try SQLiteStatement(
      connection,
      "UPDATE payin_secrets SET key = ?3, content = ?4 WHERE number = ?1 AND kind = ?2")
  }

  func secrets(
    behind place: (key: Int64, number: Int64, kind: Int64), below key: Int64, limit: Int
  ) throws(DatabaseError) -> [SecretRow] {
    try select.rows(
      .integer(place.key), .integer(place.number), .integer(place.kind), .integer(key),
      .integer(limit)
    ) { row in
      SecretRow(
        key: row.integer64(0), number: row.integer64(1), kind: row.integer64(2),
        content: row.bytes(3), payin: row.text(4))
    }
  }

  func update(_ row: SecretRow, to content: SealedContent) throws(DatabaseError) {
    try update.run(
      .integer(row.number), .integer(row.kind), .integer(content.key), .blob(content.bytes))
  }
}
