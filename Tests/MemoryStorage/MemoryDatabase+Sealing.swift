public import Payins
public import Storage

/// What is of payers. Nothing of it outlives the process, and nothing is sealed.
extension MemoryDatabase {
  private static let fingerprints = Fingerprints(
    key: [UInt8](repeating: 0, count: Fingerprints.byteCount))

  public func fingerprint(_ message: [UInt8]) -> [UInt8] { Self.fingerprints.marked(message) }

  public func payins(
    merchant: String, email: String, limit: Int
  ) async throws(DatabaseError) -> [PayinID] {
    guard let digest = Self.fingerprints.email(email, merchant: merchant) else { return [] }
    return try use { books in
      books.made(Payin.self).reversed().filter { payin in
        payin.merchant == merchant
          && Self.fingerprints.email(payin.request.payer.email, merchant: merchant) == digest
      }.prefix(max(limit, 0)).map(\.id)
    }
  }

  public func sealFigures() async throws(DatabaseError) -> SealFigures {
    SealFigures(isSealed: true, remaining: 0, areMore: false)
  }

  public func sealAnew(limit: Int) async throws(DatabaseError) -> Bool { false }

  public func payinsWithPayer(_ sweep: Sweep) async throws(DatabaseError) -> Swept {
    try use { books in
      books.made(Payin.self).swept(sweep) { payin in
        payin.storedPayer == nil && payin.storedAnswers == nil
          ? nil : (payin.operationID, payin.createdAt)
      }
    }
  }

  public func operationsWithEvents(_ sweep: Sweep) async throws(DatabaseError) -> Swept {
    try use { books in
      books.all.swept(sweep) { operation in
        let id = operation.operationID
        return books.events(of: id, after: 0, limit: 1).first.map { (id, $0.at) }
      }
    }
  }

  public func removeCallbacks(_ sweep: Sweep) async throws(DatabaseError) -> Swept {
    try use { books in
      books.removeCallbacks(lastBefore: sweep.before)
      return Swept([], next: nil)
    }
  }
}

extension Array {
  /// - Parameter row: what stands for the element, and since when; nil where nothing does.
  fileprivate func swept(
    _ sweep: Sweep, _ row: (Element) -> (OperationID, Instant)?
  ) -> Swept {
    let rows = enumerated().compactMap { index, payin in
      row(payin).map { (number: Int64(index + 1), operation: $0.0, at: $0.1) }
    }
    let found = rows.filter { $0.number > sweep.after }.prefix(Swift.max(sweep.limit, 0))
    return Swept(found.map { $0 }, of: sweep)
  }
}
