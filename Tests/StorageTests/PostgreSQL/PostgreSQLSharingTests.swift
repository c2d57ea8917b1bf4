import JSONText
import Payins
import PostgreSQLClient
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

  @Test("the leases of one that is gone end, those of one that lives do not")
  func abandoned() async throws {
    try await withPostgreSQL { address in
      let first = try PostgreSQLDatabase(address)
      let second = try PostgreSQLDatabase(address)
      var change = Change()
      change.jobs = ["a", "b"].map { .put(author.job($0)) }
      var held = author.job("c", due: noon.adding(seconds: 30), lease: Lease(token: "mine"))
      held.key.kind = .sendAttempt
      change.jobs.append(.put(held))
      try await first.commit(change)
      #expect(try await lease(first, "first", at: noon).count == 2)
      let later = noon.adding(seconds: 9)
      for _ in 0..<3 { #expect(try await second.releaseAbandonedLeases(at: later) == 0) }
      #expect(try await lease(second, "second", at: later).isEmpty)
      await first.close()
      let isReleased = try await eventually {
        try await second.releaseAbandonedLeases(at: later) == 3
      }
      #expect(isReleased)
      #expect(try await lease(second, "second", at: later).map(\.tries) == [2, 2, 2])
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
}
