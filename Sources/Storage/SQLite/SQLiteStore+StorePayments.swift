import Payins
public import StorePayments

extension SQLiteStore {
  public func storePayment(_ id: StorePaymentID) async throws(StoreError) -> StorePayment? {
    let row = try await read { session throws(StoreError) in
      try session.storePayments.payment(id)
    }
    return try row.map(storePayment)
  }

  func storePayment(_ row: StoredStorePayment) throws(StoreError) -> StorePayment {
    try damage.reading(.storePayment, row.id) { () throws(RowFault) in
      try StoredDocument.storePayment(row)
    }
  }

  public func storePayments(
    _ query: StorePaymentQuery
  ) async throws(StoreError) -> [StorePayment] {
    try await page(of: query.limit) { last throws(StoreError) in
      var query = query
      if let last { query.before = StorePaymentID(unchecked: last.id) }
      return try await self.read { [query] session throws(StoreError) in
        try session.storePayments.payments(query, session.connection)
      }
    } item: { row throws(StoreError) in
      try self.storePayment(row)
    }
  }

  public func unresolvedStorePayments() async throws(StoreError) -> Backlog {
    try await read { session throws(StoreError) in try session.storePayments.backlog() }
  }

  public func heldStorePayments(
    limit: Int
  ) async throws(StoreError) -> Tally<StorePaymentID> {
    try await read { session throws(StoreError) in
      try session.storePayments.held(limit: limit)
    }
  }
}
