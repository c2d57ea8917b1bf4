import PostgreSQLClient

/// The rows that `SealRenewal` goes through.
struct PostgreSQLSecretRows: RenewableRows {
  private let connection: PostgreSQLConnection

  /// Seals up to so many rows under the current key, as one transaction. Returns whether more may
  /// be left.
  static func renew(
    limit: Int, _ renewal: SealRenewal, _ connection: PostgreSQLConnection
  ) throws(DatabaseError) -> Bool {
    let rows = PostgreSQLSecretRows(connection: connection)
    var left = limit
    try connection.transaction { () throws(DatabaseError) in try renewal.renew(&left, rows) }
    return left == 0
  }

  func secrets(
    behind place: (key: Int64, number: Int64, kind: Int64), below key: Int64, limit: Int
  ) throws(DatabaseError) -> [SecretRow] {
    try connection.rows(
      """
      SELECT secret.key, secret.number, secret.kind, secret.content, payins.id
      FROM payin_secrets AS secret JOIN payins ON payins.number = secret.number
      WHERE (secret.key, secret.number, secret.kind) > ($1, $2, $3) AND secret.key < $4
      ORDER BY secret.key, secret.number, secret.kind LIMIT $5 FOR UPDATE OF secret
      """, .integer(place.key), .integer(place.number), .integer(place.kind), .integer(key),
      .integer(limit)
    ).map { row in
      SecretRow(
        key: row.integer64(0), number: row.integer64(1), kind: row.integer64(2),
        content: row.bytes(3), payin: row.text(4))
    }
  }

  func update(_ row: SecretRow, to content: SealedContent) throws(DatabaseError) {
    _ = try connection.rows(
      "UPDATE payin_secrets SET key = $3, content = $4 WHERE number = $1 AND kind = $2",
      .integer(row.number), .integer(row.kind), .integer(content.key), .bytes(content.bytes))
  }
}
