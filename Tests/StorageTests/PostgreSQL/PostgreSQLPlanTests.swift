import Payins
import PostgreSQLClient
import TestSupport
import Testing

@testable import Storage

@Suite("PostgreSQL: no statement looks at a whole table")
struct PostgreSQLPlanTests {
  let author = Author()

  /// The generic plan of each statement that the connection has prepared, by its text.
  private func plans(
    _ connection: PostgreSQLConnection, of sql: String? = nil
  ) throws(PostgreSQLFault) -> [(sql: String, plan: [String])] {
    let statements = try connection.run(
      PostgreSQLQuery(
        once: """
          SELECT name, statement, array_to_string(ARRAY(
            SELECT 'NULL::' || type FROM unnest(parameter_types) AS type), ', ')
          FROM pg_prepared_statements
          WHERE name <> '' AND ($1::text IS NULL OR statement = $1)
          """, [sql.map { .text($0) } ?? .null]), within: 10_000
    ).map { ($0.text(0), String(decoding: $0.bytes(1), as: UTF8.self), $0.text(2)) }
    var plans: [(sql: String, plan: [String])] = []
    for (name, sql, values) in statements {
      let arguments = values.isEmpty ? "" : "(\(values))"
      let plan = try connection.run(
        PostgreSQLQuery(once: "EXPLAIN EXECUTE \(name)\(arguments)"), within: 10_000
      ).map { $0.text(0) }
      plans.append((sql, plan))
    }
    return plans
  }

  /// Steps that look at every row of a large table or index, or sort many.
  /// - Parameter isLimited: whether the first rows of an index are enough.
  private func costly(_ plan: [String], isLimited: Bool = false) -> [String] {
    let tables = [
      "payins", "payin_openings", "payin_secrets", "payer_emails", "attempts", "events", "jobs",
      "idempotency_keys", "callback_notices", "store_payments", "delivery_tries",
    ]
    return plan.enumerated().filter { place, step in
      if step.contains("Bitmap") { return true }
      guard tables.contains(where: { step.hasEnd(of: "Scan", on: $0) }) else { return false }
      if step.contains("Seq Scan on") { return true }
      let details = plan[(place + 1)...].prefix { !$0.contains("->") }
      return !isLimited && !details.contains { $0.contains("Index Cond: ") }
    }.map(\.element)
  }

  private func fill(_ store: PostgreSQLDatabase, _ address: String) async throws {
    for index in 0..<3 {
      for step in author.fullLife("order-\(index)") { try await store.commit(step.change) }
    }
    // As many as there are somewhere, of one merchant, and what a planner knows of them then.
    try TestCluster.shared().execute(
      """
      INSERT INTO payins SELECT 1000 + n, 'payin_' || n, 'demo', 'order-x' || n,
        CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'succeeded' END, 'spei', 'openpay-main', 15000, n,
        'token' || n, 1, '\\x00', 1, CASE WHEN n % 100 = 0 THEN 1 END, NULL, NULL
      FROM generate_series(1, 20000) AS n;
      INSERT INTO payin_openings SELECT 1000 + n, '\\x00', 1 FROM generate_series(1, 20000) AS n;
      INSERT INTO payin_secrets SELECT 1000 + n, 1, 0, '\\x00' FROM generate_series(1, 20000) AS n;
      INSERT INTO events (payin, sequence, id, type, at_ms, data, announcement_sequence,
        announcement_body, merchant, checksum)
      SELECT 'payin_' || n / 5, n % 5, 'event_' || n, 'payin.pending', n, '\\x00', n % 5, '\\x00',
        'demo', 1 FROM generate_series(1, 20000) AS n;
      INSERT INTO jobs (kind, subject, payin, account, due_ms, tries)
      SELECT 'query_attempt', 'x' || n, 'payin_' || n, 'a' || n % 3, n, 0
        FROM generate_series(1, 20000) AS n;
      ANALYZE payins, payin_openings, payin_secrets, events, jobs
      """, at: address)
  }

  @Test("none of those that are planned once, in the writer")
  func writer() async throws {
    try await withPostgreSQL { address in
      try await useAndClose(try PostgreSQLDatabase(address)) { store in
        try await fill(store, address)
        let lease = Lease(token: "t")
        let job = author.job("a", lease: lease)
        let request = LeaseRequest(
          now: Author.noon, until: Author.noon.adding(seconds: 9), limit: 9, lease: lease)
        _ = try await store.lease(request)
        for jobs in [
          [.put(job), .ensure(author.job("b"))],
          [.reschedule(job.key, lease, due: Author.noon)], [.put(job)],
          [
            .finish(job.key, lease),
            .bringForward(.queryAttempt, subjectPrefix: "b", due: Author.noon),
          ], [.drop(job.key)],
        ] as [[JobChange]] {
          var change = Change()
          change.jobs = jobs
          try await store.commit(change)
        }
        let found = try await store.session { connection, _ throws(DatabaseError) in
          do throws(PostgreSQLFault) { return try plans(connection) } catch { throw error.error }
        }
        #expect(found.count > 15)
        #expect(found.contains { $0.sql.contains("FOR NO KEY UPDATE") })
        for (sql, plan) in found {
          #expect(
            costly(plan, isLimited: sql.contains("LIMIT")) == [],
            "\(sql)\n\(plan.joined(separator: "\n"))")
        }
      }
    }
  }

  @Test("none of the lists, whatever their filters, and each is read in its index's order")
  func lists() async throws {
    try await withPostgreSQL { address in
      try await useAndClose(try PostgreSQLDatabase(address)) { store in
        try await fill(store, address)
        try await checkPayins(store)
        try await checkEvents(store)
      }
    }
  }

  private func checkPayins(_ store: PostgreSQLDatabase) async throws {
    let settings: [@Sendable (inout PayinQuery) -> Void] = [
      { $0.status = .failed }, { $0.method = .spei }, { $0.merchantReference = "r" },
      { $0.createdFrom = Author.noon }, { $0.createdTo = Author.noon }, { $0.amountFrom = 1 },
      { $0.isDiscrepant = true }, { $0.before = PayinID(unchecked: "payin_1") },
    ]
    for mask in 0..<(1 << settings.count) {
      var query = PayinQuery(merchant: "demo", limit: 20)
      for (bit, set) in settings.enumerated() where mask >> bit & 1 == 1 { set(&query) }
      let plan = try await plan(of: PostgreSQLListing(query), store)
      #expect(costly(plan) == [], "\(plan)")
      let isSorted = plan.contains { $0.contains("Sort") }
      #expect(isSorted == (query.merchantReference != nil), "\(plan)")
      let index =
        query.merchantReference != nil
        ? "reference"
        : query.isDiscrepant ? "discrepant" : query.status != nil ? "status" : "time"
      #expect(plan.contains { $0.contains("_\(index) on payins") }, "\(plan)")
    }
  }

  private func checkEvents(_ store: PostgreSQLDatabase) async throws {
    for mask in 0..<8 {
      var query = PublishedEventQuery(merchant: "demo", limit: 20)
      if mask & 1 != 0 { query.type = "payin.failed" }
      if mask & 2 != 0 { query.operation = OperationID(unchecked: "payin_1") }
      if mask & 4 != 0 { query.before = EventID(unchecked: "event_1") }
      let plan = try await plan(of: PostgreSQLListing(query), store)
      #expect(costly(plan) == [], "\(plan)")
      let index = query.operation == nil ? "events_announced" : "events_by_payin"
      #expect(plan.contains { $0.contains("using \(index) on events") }, "\(plan)")
    }
  }

  /// As it is made without knowing the arguments.
  private func plan(
    of listing: PostgreSQLListing, _ store: PostgreSQLDatabase
  ) async throws -> [String] {
    let query = PostgreSQLQuery(PostgreSQLStatement(listing.sql), listing.values)
    let all = try await store.session { connection, _ throws(DatabaseError) in
      do throws(PostgreSQLFault) {
        _ = try connection.run(query, within: 10_000)
        let found = try plans(connection, of: listing.sql)
        try connection.execute("DEALLOCATE ALL", within: 10_000)
        return found
      } catch {
        throw error.error
      }
    }
    return try #require(all.first).plan
  }
}

extension String {
  /// Whether a plan's step is such a scan of the table, by whatever index.
  fileprivate func hasEnd(of scan: String, on table: String) -> Bool {
    let words = split(separator: " ").map(String.init)
    guard let place = words.firstIndex(of: "on"), place + 1 < words.count else { return false }
    return words[..<place].contains(scan) && !words.contains("Subquery")
      && words[place + 1] == table
  }
}
