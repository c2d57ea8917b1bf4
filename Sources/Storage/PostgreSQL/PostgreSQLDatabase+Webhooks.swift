public import Payins
import PostgreSQLClient

/// What merchants are told, where, and how it went.
extension PostgreSQLDatabase {
  public func webhookEndpoints() async throws(DatabaseError) -> KeptEndpoints {
    let rows = try await read(PostgreSQLQuery(PostgreSQLReads.endpoints)) { rows in
      rows.map { row in
        (
          EndpointRevision(merchant: row.text(4), number: row.integer(5)),
          row.optional(0) { _ in StoredEndpoint(row) }
        )
      }
    }
    return kept(rows)
  }

  public func endpointChanges() async throws(DatabaseError) -> Int {
    try await read(PostgreSQLQuery(PostgreSQLReads.endpointChanges)) { $0.first?.integer(0) ?? 0 }
  }

  public func endpointRevision(of merchant: String) async throws(DatabaseError) -> Int {
    try await read(PostgreSQLQuery(PostgreSQLReads.endpointRevision, [.kept(merchant)])) { rows in
      rows.first?.integer(0) ?? 0
    }
  }

  public func publishedEvent(
    _ sequence: Int, of operation: OperationID
  ) async throws(DatabaseError) -> OperationEvent? {
    try await published(
      PostgreSQLQuery(
        PostgreSQLReads.publishedByPlace, [.kept(operation.text), .integer(sequence)])
    ).first.map(event)
  }

  public func publishedEvent(
    _ id: EventID, merchant: String
  ) async throws(DatabaseError) -> OperationEvent? {
    try await published(
      PostgreSQLQuery(PostgreSQLReads.publishedByID, [.kept(id.text), .kept(merchant)])
    ).first.map(event)
  }

  private func published(_ query: PostgreSQLQuery) async throws(DatabaseError) -> [EventRow] {
    try await read(query) { rows in rows.map { EventRow($0) } }
  }

  public func page(_ query: PublishedEventQuery) async throws(DatabaseError) -> PublishedEventPage {
    var end: EventID?
    if query.isSifting {
      end = try await read(PostgreSQLListing.end(of: query).query) { rows in
        rows.first.map { EventID(unchecked: $0.text(0)) }
      }
    }
    let events = try await page(of: query.limit) { last throws(DatabaseError) in
      var query = query
      if let last { query.before = last.id }
      return try await self.published(PostgreSQLListing(query, through: end).query)
    } item: { row throws(DatabaseError) in
      try self.event(row)
    }
    return PublishedEventPage(events, lookedTo: events.count < query.limit ? end : nil)
  }

  public func deliveryAttempts(
    of operation: OperationID
  ) async throws(DatabaseError) -> [DeliveryAttempt] {
    try await read(PostgreSQLQuery(PostgreSQLReads.deliveries, [.kept(operation.text)])) { rows in
      rows.map { DeliveryAttempt($0, of: operation) }
    }
  }
}
