import Foundation
import Payins
import PostgreSQLClient
import TestSupport
import Testing

@testable import Storage

@Suite("PostgreSQL: connections that break")
struct DoubtTests {
  let author = Author()

  /// Runs the body with a store whose connections go through a proxy, and with the address that
  /// goes straight to the database.
  private func withProxy(
    _ parameters: String = "",
    _ body: (PostgreSQLDatabase, CuttingProxy, _ address: String) async throws -> Void
  ) async throws {
    let cluster = try TestCluster.shared()
    try await cluster.withSchema { address in
      try await withFolder { folder in
        let proxy = try CuttingProxy(in: folder, to: cluster.folder)
        defer { proxy.stop() }
        // The last host counts.
        try await useAndClose(try PostgreSQLDatabase("\(address) host=\(folder) \(parameters)")) {
          store in
          _ = try await store.nextDue()
          try await body(store, proxy, address)
        }
      }
    }
  }

  @Test("a commit whose answer is lost is found, and told as done; it is there once")
  func answerLost() async throws {
    try await withProxy { store, proxy, address in
      let opened = author.open("order-1")
      proxy.set(.loseAnswer)
      try await store.commit(author.change(opened))
      #expect(proxy.cuts == 1)
      try await useAndClose(try PostgreSQLDatabase(address)) { other in
        let events = try await other.events(of: opened.payin.operationID)
        #expect(try await other.payin(opened.payin.id) == opened.payin)
        #expect(events.count == opened.payin.eventCount)
      }
    }
  }

  @Test("a commit that did not arrive is made anew, once nobody else can make it any more")
  func requestLost() async throws {
    try await withProxy { store, proxy, address in
      let opened = author.open("order-1")
      proxy.set(.loseRequest)
      try await store.commit(author.change(opened))
      #expect(proxy.cuts == 1)
      #expect(try await store.payin(opened.payin.id) == opened.payin)
      try await store.commit(author.change(author.open("order-2")))
    }
  }

  @Test("a commit that arrives late, when it was made anew already, is not made twice")
  func requestLate() async throws {
    try await withProxy { store, proxy, _ in
      let operation = OperationID(unchecked: "payin_1")
      var change = Change()
      // Nothing of it is unique.
      change.deliveries = [
        DeliveryAttempt(
          operation: operation, event: EventID(unchecked: "event_1"), endpoint: "w1",
          at: Author.noon, status: 200, failure: nil, milliseconds: 5)
      ]
      proxy.set(.delayRequest)
      try await store.commit(change)
      #expect(proxy.cuts == 1)
      proxy.deliver()
      try await Task.sleep(for: .milliseconds(300))
      let tries = try await store.deliveryAttempts(of: operation)
      #expect(tries.count == 1)
    }
  }

  @Test("of many that are committed together each is found or made anew, in conflict or not")
  func many() async throws {
    try await withProxy { store, proxy, address in
      for round in 0..<6 {
        let changes = (0..<40).map { author.change(author.open("order-\(round)-\($0 % 30)")) }
        proxy.set(round % 2 == 0 ? .loseAnswer : .loseRequest)
        let made = await withTaskGroup(of: Bool.self) { group in
          for change in changes {
            group.addTask {
              while true {
                do throws(DatabaseError) {
                  try await store.commit(change)
                  return true
                } catch {
                  switch error {
                  case .duplicateReference: return false
                  // It came while the connection was made anew: nothing was done.
                  case .away: try? await Task.sleep(for: .milliseconds(20))
                  default:
                    Issue.record("\(error)")
                    return false
                  }
                }
              }
            }
          }
          return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(made == 30)
      }
      #expect(proxy.cuts == 6)
      let all = try await store.payins(PayinQuery(merchant: "demo", limit: 500))
      #expect(all.count == 180)
    }
  }

  @Test(
    "nobody waits for a database that is away, or that says nothing; nothing is made until it is back",
    .timeLimit(.minutes(2)), arguments: [CuttingProxy.Mode.refuse, .hang])
  func away(_ mode: CuttingProxy.Mode) async throws {
    // Whoever waited for a connection would wait for ten minutes.
    try await withProxy("connect_timeout=600") { store, proxy, _ in
      proxy.set(mode)
      let opened = author.open("order-1")
      for _ in 0..<5 {
        for call in [
          { try await store.commit(author.change(opened)) },
          { _ = try await store.payin(opened.payin.id) },
          { try await store.probe() },
        ] as [() async throws -> Void] {
          do {
            try await call()
            Issue.record("nothing was thrown")
          } catch DatabaseError.away {}
        }
      }
      proxy.set(.forward)
      let isBack = try await eventually {
        do throws(DatabaseError) {
          try await store.commit(author.change(opened))
          return true
        } catch {
          guard case .away = error else { throw error }
          return false
        }
      }
      #expect(isBack)
      #expect(try await eventually { try? await store.payin(opened.payin.id) == opened.payin })
    }
  }

  @Test("what became of a commit is told as unknown where the database cannot be asked")
  func unknown() async throws {
    try await withProxy { store, proxy, address in
      let opened = author.open("order-1")
      proxy.set(.loseAnswer)
      async let outcome: Void = store.commit(author.change(opened))
      #expect(try await eventually { proxy.cuts == 1 })
      proxy.set(.refuse)
      // Others are told at once.
      await expectAway { () async throws(DatabaseError) in try await store.probe() }
      do {
        try await outcome
        // It was found before the proxy refused.
      } catch DatabaseError.failed(_, _, let message) {
        #expect(message.contains("not known"))
      }
      try await useAndClose(try PostgreSQLDatabase(address)) { other in
        let found = try await other.payin(opened.payin.id)
        #expect(found == opened.payin)
      }
    }
  }

  private func expectAway(_ body: () async throws(DatabaseError) -> Void) async {
    do throws(DatabaseError) {
      try await body()
    } catch {
      guard case .away = error else {
        Issue.record("\(error)")
        return
      }
    }
  }
}
