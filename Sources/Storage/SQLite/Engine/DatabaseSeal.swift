import Crypto
import JSONText

/// Whether a store can be read and written under the keys that are given: made before anything
/// else is done with it, since what is written under a key that does not open the rest is lost to
/// whoever has the other.
struct DatabaseSeal {
  private static let fingerprints = "fingerprints"
  private static let place = "secret/fingerprints"

  private let connection: SQLiteConnection
  private let keys: DataKeys

  init(_ connection: SQLiteConnection, _ keys: DataKeys) {
    self.connection = connection
    self.keys = keys
  }

  /// Makes the store's own secret where there is none, and brings it and the endpoints under the
  /// current key. Throws `.otherDataKey` where one of the keys is missing that rows are sealed
  /// under.
  func open() throws(DatabaseError) -> Sealing {
    try connection.execute("BEGIN IMMEDIATE")
    do throws(DatabaseError) {
      let sealing = Sealing(keys: keys, fingerprints: Fingerprints(key: try secret()))
      try checkRows()
      try renewEndpoints()
      try connection.execute("COMMIT")
      return sealing
    } catch {
      if connection.isInTransaction { try? connection.execute("ROLLBACK") }
      throw error
    }
  }

  private func secret() throws(DatabaseError) -> [UInt8] {
    let stored = try SQLiteStatement(connection, "SELECT content FROM secrets WHERE name = ?")
      .first(.text(Self.fingerprints)) { row in row.bytes(0) }
    guard let stored else {
      let made = SecureRandom.bytes(Fingerprints.byteCount)
      try keep(SealedContent(made, at: Self.place, under: keys))
      return made
    }
    do throws(RowFault) {
      let content = try SealedContent(stored: stored, at: Self.place)
      let secret = try content.open(at: Self.place, under: keys)
      if content.key == keys.currentID { return secret }
      do throws(DatabaseError) {
        try keep(SealedContent(secret, at: Self.place, under: keys))
        return secret
      } catch {
        throw RowFault(reason: error.description)
      }
    } catch .otherKey {
      throw Self.refusal
    } catch {
      throw .damaged("the store's own secret: \(error.reason)")
    }
  }

  private func keep(_ content: SealedContent) throws(DatabaseError) {
    try SQLiteStatement(
      connection, "INSERT OR REPLACE INTO secrets (name, content) VALUES (?, ?)"
    ).run(.text(Self.fingerprints), .blob(content.bytes))
  }

  /// Each key that rows are under, by one search.
  private func checkRows() throws(DatabaseError) {
    let next = try SQLiteStatement(connection, "SELECT min(key) FROM payin_secrets WHERE key > ?")
    var last = Int64.min
    while let key = try next.first(.integer(last), read: { row in row.optional(0, row.integer64) })
      ?? nil
    {
      guard keys.opens(key) else { throw Self.refusal }
      last = key
    }
  }

  /// There are few.
  private func renewEndpoints() throws(DatabaseError) {
    let rows = try SQLiteStatement(
      connection,
      "SELECT \(StoredEndpoint.columns) FROM webhook_endpoints WHERE key IS NOT ?"
    ).rows(.integer(keys.currentID), read: StoredEndpoint.init)
    let update = try SQLiteStatement(
      connection,
      """
      UPDATE webhook_endpoints SET body = ?3, checksum = ?4, key = ?5
      WHERE merchant = ?1 AND id = ?2
      """)
    for stored in rows {
      let document: [UInt8]
      do throws(RowFault) {
        document = try StoredDocument.endpoint(stored, keys).document.bytes
      } catch .otherKey {
        throw Self.refusal
      } catch {
        // What is damaged is found where it is read.
        continue
      }
      let row = EndpointRow(stored.merchant, stored.id, document, keys)
      try update.run(
        .text(row.merchant), .text(row.id), .utf8(row.body), .checksum(row.checksum),
        .integer(row.key))
    }
  }

  private static var refusal: DatabaseError {
    .otherDataKey(
      "the store's data is sealed under a key that is neither data_key nor data_key_previous: "
        + "give the key that it was written with")
  }
}
