import JSONText
import Payins
import PostgreSQLClient
import Synchronization
import TestSupport
import Testing

@testable import Storage

@Suite("PostgreSQL: several gateways on one database")
struct PostgreSQLSharingTests {
  let author = Author()
  let noon = Author.noon

  private func lease(_ store: any Database, _ token: String, at now: Instant) async throws -> [Job]
  {
    try await store.lease(
      LeaseRequest(now: now, until: now.adding(seconds: 600), limit: 10, lease: Lease(token: token))
    )
  }

  @Test("four that start at once over an empty database make its tables once")
  func starting() async throws {
    try await withPostgreSQL { address in
      let stores = try await withThrowingTaskGroup(of: PostgreSQLDatabase.self) { group in
        for _ in 0..<4 { group.addTask { try PostgreSQLDatabase(address) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let opened = author.open("order-1")
      try await stores[0].commit(author.change(opened))
      for store in stores { #expect(try await store.payin(opened.payin.id) == opened.payin) }
      // One secret, too.
      #expect(Set(stores.map { $0.fingerprint([1]) }).count == 1)
      for store in stores { await store.close() }
    }
  }

  @Test("no start ends a lease before its time, whether its holder lives or its connection is gone")
  func abandoned() async throws {
    try await withPostgreSQL { address in
      let first = try PostgreSQLDatabase(address)
      let second = try PostgreSQLDatabase(address)
      var change = Change()
      change.jobs = ["a", "b"].map { .put(author.job($0)) }
      var held = author.job("c", due: noon.adding(seconds: 600), lease: Lease(token: "mine"))
      held.key.kind = .sendAttempt
      change.jobs.append(.put(held))
      try await first.commit(change)
      #expect(try await lease(first, "first", at: noon).count == 2)
      let later = noon.adding(seconds: 599)
      for isClosed in [false, true] {
        if isClosed { await first.close() }
        #expect(try await second.releaseAbandonedLeases(at: later) == 0)
        #expect(try await lease(second, "second", at: later).isEmpty)
      }
      let end = noon.adding(seconds: 600)
      #expect(try await lease(second, "third", at: end).map(\.tries) == [2, 2, 2])
      await second.close()
    }
  }

  @Test("both see at once what either committed, and share leases without overlap")
  func shared() async throws {
    try await withPostgreSQL { address in
      let stores = try [PostgreSQLDatabase(address), PostgreSQLDatabase(address)]
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<60 {
          var change = author.change(author.open("order-\(index)"))
          change.jobs = [.put(author.job("job-\(index)"))]
          let id = try #require(change.operation?.payin?.id)
          group.addTask { [change] in
            try await stores[index % 2].commit(change)
            #expect(try await stores[(index + 1) % 2].payin(id) == change.operation?.payin)
          }
        }
        try await group.waitForAll()
      }
      let given = try await withThrowingTaskGroup(of: [Job].self) { group in
        for index in 0..<40 {
          group.addTask { try await lease(stores[index % 2], "leaser-\(index)", at: noon) }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(given.count == 60 && Set(given.map(\.key)).count == 60)
      for store in stores { await store.close() }
    }
  }

  @Test("of many who change the same things over both one succeeds with each")
  func racing() async throws {
    try await withPostgreSQL { address in
      let stores = try [PostgreSQLDatabase(address), PostgreSQLDatabase(address)]
      let opened = (0..<8).map { author.open("order-\($0)") }
      for transition in opened { try await stores[0].commit(author.change(transition)) }
      let winners = await withTaskGroup(of: Int.self) { group in
        for number in 0..<160 {
          let payin = opened[number % 8].payin
          let change = author.change(
            payin.apply(.cancelled, author.context(noon)), before: payin)
          group.addTask {
            do throws(DatabaseError) {
              try await stores[number / 8 % 2].commit(change)
              return 1
            } catch {
              #expect(error == .versionConflict)
              return 0
            }
          }
        }
        return await group.reduce(0, +)
      }
      #expect(winners == 8)
      for store in stores { await store.close() }
    }
  }

  @Test("a row that somebody keeps locked fails its own change, and no other")
  func locked() async throws {
    try await withPostgreSQL { address in
      try await useAndClose(try PostgreSQLDatabase(address)) { store in
        let opened = (0..<20).map { author.open("order-\($0)") }
        for transition in opened { try await store.commit(author.change(transition)) }
        let other = try PostgreSQLConnection(ConnectionSettings(address))
        try other.execute(
          "BEGIN; SELECT 1 FROM payins WHERE id = '\(opened[7].payin.id)' FOR UPDATE",
          within: 5000)
        let failed = await withTaskGroup(of: Int?.self) { group in
          for (number, transition) in opened.enumerated() {
            let change = author.change(
              transition.payin.apply(.cancelled, author.context(noon)), before: transition.payin)
            group.addTask {
              do throws(DatabaseError) {
                try await store.commit(change)
                return nil
              } catch {
                guard case .failed = error else { Issue.record("\(error)"); return nil }
                return number
              }
            }
          }
          return await group.reduce(into: [Int]()) { if let number = $1 { $0.append(number) } }
        }
        #expect(failed == [7])
        try other.execute("ROLLBACK", within: 5000)
        let payin = opened[7].payin
        try await store.commit(
          author.change(payin.apply(.cancelled, author.context(noon)), before: payin))
      }
    }
  }

  @Test("no connection of a store waits without end, the first one neither")
  func limits() async throws {
    try await withPostgreSQL { address in
      try await useAndClose(try PostgreSQLDatabase(address)) { store in
        let names = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
        let values = try await store.session { connection, _ throws(DatabaseError) in
          names.map { name in
            try? connection.run(
              PostgreSQLQuery(once: "SELECT current_setting('\(name)')"), within: 5000
            ).first?.text(0)
          }
        }
        #expect(values == ["10s", "1s", "5s"])
      }
    }
  }

  @Test("endpoints that two change at once by the same revision are changed by one")
  func endpoints() async throws {
    try await withPostgreSQL { address in
      let stores = try [PostgreSQLDatabase(address), PostgreSQLDatabase(address)]
      let winners = await withTaskGroup(of: Int.self) { group in
        for number in 0..<20 {
          var change = Change()
          change.endpointRevision = EndpointRevision(merchant: "demo", number: 0)
          change.endpoint = .put(
            EndpointRecord(merchant: "demo", id: "e\(number)", document: ["n": 1]))
          group.addTask { [change] in
            do throws(DatabaseError) {
              try await stores[number % 2].commit(change)
              return 1
            } catch {
              #expect(error == .endpointsChanged)
              return 0
            }
          }
        }
        return await group.reduce(0, +)
      }
      #expect(winners == 1)
      #expect(try await stores[0].webhookEndpoints().records.count == 1)
      for store in stores { await store.close() }
    }
  }

  @Test("each hears what the others have changed, and nothing of its own, as soon as there are two")
  func notices() async throws {
    try await withPostgreSQL { address in
      let heard = Mutex<[[StoreNotice]]>([[], []])
      let stores = try (0..<2).map { _ in try PostgreSQLDatabase(address) }
      func listen() {
        for (number, store) in stores.enumerated() {
          store.hear { notice in heard.withLock { $0[number].append(notice) } }
        }
      }
      func beat() async throws {
        for (number, store) in stores.enumerated() {
          let gateway = GatewayPresence(
            id: "\(number)", name: "\(number)", version: "1", since: noon, rules: "",
            configuration: "")
          _ = try await store.beat(gateway, lasting: 60_000, at: noon)
        }
      }
      listen()
      // Each says at first that it may have missed something.
      #expect(try await eventually { heard.withLock { $0 == [[.endpoints], [.endpoints]] } })
      try await beat()
      let life = author.fullLife("order-1")
      for step in life { try await stores[0].commit(step.change) }
      let id = try #require(life.last?.change.operation?.state.operationID)
      let isHeard = try await eventually {
        heard.withLock { $0[1].contains(.operation(id)) }
      }
      #expect(isHeard)
      #expect(heard.withLock { $0[0] == [.endpoints] })
      // Whose connection breaks hears again.
      try TestCluster.shared().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%LISTEN%'"
          + " AND pid <> pg_backend_pid()")
      #expect(try await eventually { heard.withLock { $0[0].count > 1 } })
      for store in stores { await store.close() }
    }
  }

  @Test("whoever listens rests while there is no database", .timeLimit(.minutes(1)))
  func resting() async throws {
    try await withFolder { folder in
      let identity = try await TestCluster.shared().withSchema { address in
        try await useAndClose(try PostgreSQLDatabase(address)) { _ in }
        return try WriterIdentity(PostgreSQLConnection(ConnectionSettings(address)))
      }
      let sharing = PostgreSQLSharing()
      let rests = Mutex(0)
      let settings = try ConnectionSettings("host=\(folder) user=postgres dbname=postgres")
      PostgreSQLListener(settings, identity, sharing) {
        if rests.withLock({
          $0 += 1; return $0
        }) == 3 {
          sharing.isClosed.store(true, ordering: .relaxed)
        }
      } hears: { _ in
        Issue.record("there is nobody")
      }.run()
      #expect(rests.withLock { $0 } == 3)
    }
  }
}
