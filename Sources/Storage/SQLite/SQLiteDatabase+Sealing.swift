public import Payins

/// What is of payers: sealing it, finding it, erasing it.
extension SQLiteDatabase {
  public func fingerprint(_ message: [UInt8]) -> [UInt8] {
    sealing.fingerprints.marked(message)
  }

  public func payins(
    merchant: String, email: String, limit: Int
  ) async throws(DatabaseError) -> [PayinID] {
    guard let digest = sealing.fingerprints.email(email, merchant: merchant) else { return [] }
    return try await read { session throws(DatabaseError) in
      try session.secrets.payins(email: digest, limit: limit)
    }
  }

  public func sealFigures() async throws(DatabaseError) -> SealFigures {
    let keys = sealing.keys
    return try await read { session throws(DatabaseError) in try session.secrets.figures(keys) }
  }

  public func sealAnew(limit: Int) async throws(DatabaseError) -> Bool {
    try await write { session throws(DatabaseError) in try session.sealAnew(limit: limit) }
  }

  public func payinsWithPayer(_ sweep: Sweep) async throws(DatabaseError) -> Swept {
    try await read { session throws(DatabaseError) in try session.secrets.payinsWithPayer(sweep) }
  }

  public func operationsWithEvents(_ sweep: Sweep) async throws(DatabaseError) -> Swept {
    try await read { session throws(DatabaseError) in
      try session.secrets.operationsWithEvents(sweep)
    }
  }

  public func removeCallbacks(_ sweep: Sweep) async throws(DatabaseError) -> Swept {
    try await write { session throws(DatabaseError) in try session.removeCallbacks(sweep) }
  }
}
