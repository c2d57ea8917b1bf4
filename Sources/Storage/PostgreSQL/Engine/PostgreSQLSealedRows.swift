import PostgreSQLClient

/// What of a database is sealed beside pay-ins.
struct PostgreSQLSealedRows: SealedRows {
  private static let fingerprints = "fingerprints"

  private let connection: PostgreSQLConnection

  /// Whether the database can be read and written under the keys: as `DatabaseSeal.open`. One
  /// gateway at a time.
  static func open(
    _ connection: PostgreSQLConnection, _ keys: DataKeys, for purpose: StorePurpose
  ) throws(DatabaseError) -> Sealing {
    try connection.transaction(
      "BEGIN; LOCK TABLE secrets IN EXCLUSIVE MODE", isKept: purpose == .serving
    ) { () throws(DatabaseError) in
      try DatabaseSeal(PostgreSQLSealedRows(connection: connection), keys).open()
    }
  }

  func secret() throws(DatabaseError) -> [UInt8]? {
    try connection.rows("SELECT content FROM secrets WHERE name = $1", .text(Self.fingerprints))
      .first?.bytes(0)
  }

  func keep(secret: [UInt8]) throws(DatabaseError) {
    _ = try connection.rows(
      """
      INSERT INTO secrets (name, content) VALUES ($1, $2)
      ON CONFLICT (name) DO UPDATE SET content = excluded.content
      """, .text(Self.fingerprints), .bytes(secret))
  }

  func key(above key: Int64) throws(DatabaseError) -> Int64? {
    try connection.rows(
      "SELECT key FROM payin_secrets WHERE key > $1 ORDER BY key LIMIT 1", .integer(key)
    ).first?.integer64(0)
  }

  func endpoints(notUnder key: Int64) throws(DatabaseError) -> [StoredEndpoint] {
    try connection.rows(
      "SELECT \(StoredEndpoint.columns) FROM webhook_endpoints WHERE key <> $1", .integer(key)
    ).map { StoredEndpoint($0) }
  }

  func update(_ endpoint: EndpointRow) throws(DatabaseError) {
    _ = try connection.rows(
      """
      UPDATE webhook_endpoints SET body = $3, checksum = $4, key = $5
      WHERE merchant = $1 AND id = $2
      """, .kept(endpoint.merchant), .kept(endpoint.id), endpoint.body.map { .bytes($0) } ?? .null,
      endpoint.checksum.map { .integer($0) } ?? .null, endpoint.key.map { .integer($0) } ?? .null)
  }
}
