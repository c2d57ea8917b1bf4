import Payins

/// What of an SQLite database is sealed beside pay-ins.
struct SQLiteSealedRows: SealedRows {
  private static let fingerprints = "fingerprints"

  private let connection: SQLiteConnection

  /// Whether the database can be read and written under the keys: as `DatabaseSeal.open`.
  static func open(
    _ connection: SQLiteConnection, _ keys: DataKeys, for purpose: StorePurpose
  ) throws(DatabaseError) -> Sealing {
    try connection.transaction(isKept: purpose == .serving) { () throws(DatabaseError) in
      try DatabaseSeal(SQLiteSealedRows(connection: connection), keys).open()
    }
  }

  func secret() throws(DatabaseError) -> [UInt8]? {
    try SQLiteStatement(connection, "SELECT content FROM secrets WHERE name = ?")
      .first(.text(Self.fingerprints)) { row in row.bytes(0) }
  }

  func keep(secret: [UInt8]) throws(DatabaseError) {
    try SQLiteStatement(
      connection, "INSERT OR REPLACE INTO secrets (name, content) VALUES (?, ?)"
    ).run(.text(Self.fingerprints), .blob(secret))
  }

  func key(above key: Int64) throws(DatabaseError) -> Int64? {
    try SQLiteStatement(connection, "SELECT min(key) FROM payin_secrets WHERE key > ?")
      .first(.integer(key)) { row in row.optional(0, row.integer64) } ?? nil
  }

  func endpoints(notUnder key: Int64) throws(DatabaseError) -> [StoredEndpoint] {
    try SQLiteStatement(
      connection, "SELECT \(StoredEndpoint.columns) FROM webhook_endpoints WHERE key IS NOT ?"
    ).rows(.integer(key), read: StoredEndpoint.init)
  }

  func update(_ endpoint: EndpointRow) throws(DatabaseError) {
    try SQLiteStatement(
      connection,
      """
      UPDATE webhook_endpoints SET body = ?3, checksum = ?4, key = ?5
      WHERE merchant = ?1 AND id = ?2
      """
    ).run(
      .text(endpoint.merchant), .text(endpoint.id), .utf8(endpoint.body),
      .checksum(endpoint.checksum), .integer(endpoint.key))
  }
}
