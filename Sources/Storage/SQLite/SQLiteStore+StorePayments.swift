import Payins
public import StorePayments

extension SQLiteStore {
  public func storePayment(_ id: StorePaymentID) async throws(StoreError) -> StorePayment? {
    let body = try await read { session throws(StoreError) in
      try session.storePayments.payment(id)
    }
    return try body.map(StoredDocument.storePayment)
  }

  public func storePayments(
    _ query: StorePaymentQuery
  ) async throws(StoreError) -> [StorePayment] {
    let bodies = try await read { session throws(StoreError) in
      try session.storePayments.payments(query, session.connection)
    }
    return try bodies.map(StoredDocument.storePayment)
  }

  public func unresolvedStorePayments() async throws(StoreError) -> Backlog {
    try await read { session throws(StoreError) in try session.storePayments.backlog() }
  }
}
