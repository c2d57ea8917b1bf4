public import Payins

/// What is of payers: sealing it, finding it, erasing it.
extension SQLiteStore {
  public func fingerprint(_ message: [UInt8]) -> [UInt8] {
    sealing.fingerprints.marked(message)
  }

  public func payins(
    merchant: String, email: String, limit: Int
  ) async throws(StoreError) -> [PayinID] {
    guard let digest = sealing.fingerprints.email(email, merchant: merchant) else { return [] }
    return try await read { session throws(StoreError) in
      try session.secrets.payins(email: digest, limit: limit)
    }
  }

  public func sealFigures() async throws(StoreError) -> SealFigures {
    let keys = sealing.keys
    return try await read { session throws(StoreError) in try session.secrets.figures(keys) }
  }

  public func sealAnew(limit: Int) async throws(StoreError) -> Bool {
    try await write { session throws(StoreError) in try session.sealAnew(limit: limit) }
  }

  public func payinsWithPayer(_ sweep: Sweep) async throws(StoreError) -> Swept {
    try await read { session throws(StoreError) in try session.secrets.payinsWithPayer(sweep) }
  }

  public func operationsWithEvents(_ sweep: Sweep) async throws(StoreError) -> Swept {
    try await read { session throws(StoreError) in try session.secrets.operationsWithEvents(sweep) }
  }

  public func removeCallbacks(_ sweep: Sweep) async throws(StoreError) -> Swept {
    try await write { session throws(StoreError) in try session.removeCallbacks(sweep) }
  }
}
