import Payins
import Testing

@testable import Storage

@Suite("SQLite: no statement looks at a whole table")
struct QueryPlanTests {
  private func plan(_ sql: String, on connection: SQLiteConnection) throws(DatabaseError)
    -> [String]
  {
    try SQLiteStatement(connection, "EXPLAIN QUERY PLAN " + sql).rows { row in row.text(3) }
  }

  /// Steps that look at every row of a table, or sort what an index should give in order.
  private func costly(_ plan: [String]) -> [String] {
    let tables = [
      "payins", "attempts", "events", "jobs", "idempotency_keys", "callback_notices", "due",
      "delivery_tries", "payin_secrets", "payer_emails",
    ]
    return plan.filter { step in
      // Partial indexes of few rows, or read from their end up to a limit.
      if step.hasSuffix("USING INDEX payins_disputed") {
        return false
      }
      return tables.contains { step.hasPrefix("SCAN \($0)") } || step.contains("TEMP B-TREE")
        || step.contains("AUTOMATIC")
    }
  }

  /// Every prepared statement, and the costly steps of all.
  private func examined(
    _ connection: SQLiteConnection
  ) throws(DatabaseError) -> (statements: [String], costly: [String]) {
    // Emptying the probe's table is meant to take all of its one row.
    let statements = connection.preparedStatements.filter { $0 != "DELETE FROM probes" }
    let plans = try statements.map { sql throws(DatabaseError) in try plan(sql, on: connection) }
    return (statements, plans.flatMap(costly))
  }

  @Test("none of the writer's statements, leasing among them")
  func writer() async throws {
    try await withDatabase(.sqlite) { store in
      let sqlite = try #require(store as? SQLiteDatabase)
      let found = try await sqlite.write { session throws(DatabaseError) in
        try examined(session.connection)
      }
      #expect(found.costly == [])
      let all = found.statements.joined(separator: "\n")
      for part in [
        "FROM job_accounts", "UPDATE payins", "due_ms <=", "lease IS NOT NULL", "UPDATE attempts",
      ] {
        #expect(all.contains(part))
      }
    }
  }

  @Test("none of the readers' lookups")
  func readers() async throws {
    try await withDatabase(.sqlite) { store in
      let sqlite = try #require(store as? SQLiteDatabase)
      let found = try await sqlite.read { session throws(DatabaseError) in
        try examined(session.connection)
      }
      #expect(found.costly == [])
      #expect(found.statements.count == 25 + 4 * OperationKind.allCases.count)
    }
  }

  @Test("no list of events, whatever its filters; of one pay-in's events the few are sorted")
  func eventLists() async throws {
    try await withDatabase(.sqlite) { store in
      let sqlite = try #require(store as? SQLiteDatabase)
      let settings: [@Sendable (inout PublishedEventQuery) -> Void] = [
        { $0.type = "payin.failed" }, { $0.operation = OperationID(unchecked: "payin_1") },
        { $0.before = EventID(unchecked: "event_1") },
      ]
      for mask in 0..<(1 << settings.count) {
        var query = PublishedEventQuery(merchant: "demo", limit: 20)
        for (bit, set) in settings.enumerated() where mask >> bit & 1 == 1 { set(&query) }
        let steps = try await sqlite.read { [query] session throws(DatabaseError) in
          let end = EventID(unchecked: "event_2")
          let list = try plan(
            WebhookReading.listing(query, through: end).sql, on: session.connection)
          guard query.isSifting else { return list }
          return try list + plan(WebhookReading.end(of: query).sql, on: session.connection)
        }
        #expect(
          costly(steps).filter { query.operation == nil || !$0.contains("TEMP B-TREE") }.isEmpty)
        let index = query.operation == nil ? "announced (merchant=?" : "by_payin (payin=?"
        #expect(
          steps.first?.contains("SEARCH events USING INDEX events_\(index)") == true, "\(steps)")
      }
    }
  }

  @Test("no list, whatever its filters; and what the filters ask is read from the index")
  func lists() async throws {
    try await withDatabase(.sqlite) { store in
      let sqlite = try #require(store as? SQLiteDatabase)
      let settings: [@Sendable (inout PayinQuery) -> Void] = [
        { $0.status = .failed }, { $0.method = .spei }, { $0.account = "a" },
        { $0.merchantReference = "r" },
        { $0.createdFrom = Author.noon }, { $0.createdTo = Author.noon }, { $0.amountFrom = 1 },
        { $0.amountTo = 2 },
        { $0.before = PayinID(unchecked: "payin_1") },
      ]
      for mask in 0..<(1 << settings.count) {
        var query = PayinQuery(merchant: "demo", limit: 20)
        for (bit, set) in settings.enumerated() where mask >> bit & 1 == 1 { set(&query) }
        let steps = try await sqlite.read { [query] session throws(DatabaseError) in
          try plan(PayinListing(query).sql, on: session.connection)
        }
        #expect(
          costly(steps).filter { query.merchantReference == nil || !$0.contains("TEMP B-TREE") }
            .isEmpty)
        let first = try #require(steps.first)
        let index =
          query.merchantReference != nil ? "reference" : query.status != nil ? "status" : "time"
        #expect(first.contains("SEARCH payins USING INDEX payins_by_\(index) (merchant=?"))
        if query.merchantReference == nil,
          query.before != nil || query.createdTo != nil || query.createdFrom != nil
        {
          #expect(first.contains("created_ms"), "\(first)")
        }
      }
    }
  }
}
