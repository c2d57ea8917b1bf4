import Crypto
import JSONText

/// What `DatabaseSeal` reads and writes of a store, all in one transaction.
protocol SealedRows {
  /// The store's own secret, as stored.
  func secret() throws(DatabaseError) -> [UInt8]?
  func keep(secret: [UInt8]) throws(DatabaseError)
  /// The least key above that one that rows of payers are under.
  func key(above key: Int64) throws(DatabaseError) -> Int64?
  /// Webhook endpoints that are under another key than this one.
  func endpoints(notUnder key: Int64) throws(DatabaseError) -> [StoredEndpoint]
  func update(_ endpoint: EndpointRow) throws(DatabaseError)
}

/// Whether a store can be read and written under the keys that are given: made before anything
/// else is done with it, since what is written under a key that does not open the rest is lost to
/// whoever has the other.
struct DatabaseSeal<Rows: SealedRows> {
  private let rows: Rows
  private let keys: DataKeys

  init(_ rows: Rows, _ keys: DataKeys) {
    self.rows = rows
    self.keys = keys
  }

  private var place: String { "secret/fingerprints" }

  /// Makes the store's own secret where there is none, and brings it and the endpoints under the
  /// current key. Throws `.otherDataKey` where one of the keys is missing that rows are sealed
  /// under.
  func open() throws(DatabaseError) -> Sealing {
    let sealing = Sealing(keys: keys, fingerprints: Fingerprints(key: try secret()))
    try checkRows()
    try renewEndpoints()
    return sealing
  }

  private func secret() throws(DatabaseError) -> [UInt8] {
    guard let stored = try rows.secret() else {
      let made = SecureRandom.bytes(Fingerprints.byteCount)
      try keep(made)
      return made
    }
    do throws(RowFault) {
      let content = try SealedContent(stored: stored, at: place)
      let secret = try content.open(at: place, under: keys)
      if content.key == keys.currentID { return secret }
      do throws(DatabaseError) {
        try keep(secret)
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

  private func keep(_ secret: [UInt8]) throws(DatabaseError) {
    try rows.keep(secret: SealedContent(secret, at: place, under: keys).bytes)
  }

  /// Each key that rows are under, by one search.
  private func checkRows() throws(DatabaseError) {
    var last = Int64.min
    while let key = try rows.key(above: last) {
      guard keys.opens(key) else { throw Self.refusal }
      last = key
    }
  }

  /// There are few.
  private func renewEndpoints() throws(DatabaseError) {
    for stored in try rows.endpoints(notUnder: keys.currentID) {
      let document: [UInt8]
      do throws(RowFault) {
        document = try StoredDocument.endpoint(stored, keys).document.bytes
      } catch .otherKey {
        throw Self.refusal
      } catch {
        // What is damaged is found where it is read.
        continue
      }
      try rows.update(EndpointRow(stored.merchant, stored.id, document, keys))
    }
  }

  private static var refusal: DatabaseError {
    .otherDataKey(
      "the store's data is sealed under a key that is neither data_key nor data_key_previous: "
        + "give the key that it was written with")
  }
}
