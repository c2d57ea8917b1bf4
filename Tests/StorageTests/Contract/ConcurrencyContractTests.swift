import MemoryStorage
import Payins
import Testing

@testable import Storage

@Suite("The store contract: many callers at once")
struct ConcurrencyContractTests {
  let author = Author()

  @Test(
    "of 200 commits at once the conflicting ones fail and the others all stand",
    arguments: DatabaseKind.allCases)
  func conflictsAmongOthers(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let references = (0..<200).map { index in
        index % 4 == 0 ? "shared-\(index % 16)" : "own-\(index)"
      }
      let changes = references.map { reference in author.change(author.open(reference)) }
      let outcomes = await withTaskGroup(of: (Int, DatabaseError?).self) { group in
        for (index, change) in changes.enumerated() {
          group.addTask {
            do throws(DatabaseError) {
              try await store.commit(change)
              return (index, nil)
            } catch {
              return (index, error)
            }
          }
        }
        return await group.reduce(into: [Int: DatabaseError?]()) { $0[$1.0] = $1.1 }
      }
      var winners: [String: PayinID] = [:]
      for (index, change) in changes.enumerated() where outcomes[index] == .some(nil) {
        let payin = try #require(change.operation?.payin)
        #expect(winners.updateValue(payin.id, forKey: references[index]) == nil)
        #expect(try await store.payin(payin.id) == payin)
        #expect(try await store.events(of: payin.operationID) == change.events)
      }
      #expect(winners.count == 154)
      for (index, change) in changes.enumerated() {
        guard let fault = outcomes[index] ?? nil else { continue }
        let payin = try #require(change.operation?.payin)
        #expect(
          fault
            == .duplicateReference(existing: OperationID(try #require(winners[references[index]]))))
        #expect(try await store.payin(payin.id) == nil)
        #expect(try await store.events(of: payin.operationID).isEmpty)
      }
    }
  }

  @Test("of many who change the same version one succeeds", arguments: DatabaseKind.allCases)
  func oneVersion(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let opened = author.open("order-1")
      try await store.commit(author.change(opened))
      let change = author.change(
        opened.payin.apply(.cancelled, author.context(Author.noon)), before: opened.payin)
      let winners = await withTaskGroup(of: Int.self) { group in
        for _ in 0..<60 {
          group.addTask {
            do throws(DatabaseError) {
              try await store.commit(change)
              return 1
            } catch {
              #expect(error == .versionConflict)
              return 0
            }
          }
        }
        return await group.reduce(0, +)
      }
      #expect(winners == 1)
      #expect(try await store.payin(opened.payin.id)?.version == opened.payin.version + 1)
    }
  }

  @Test(
    "the same key inserted a hundred times at once is taken once", arguments: DatabaseKind.allCases)
  func oneKey(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let winners = try await withThrowingTaskGroup(of: PayinID?.self) { group in
        for index in 0..<100 {
          let opened = author.open("order-\(index)")
          var change = author.change(opened)
          change.key = .insert(
            IdempotencyRecord(
              key: IdempotencyKey(merchant: "demo", operation: "payins.create", key: "k"),
              requestHash: [1],
              operation: opened.payin.operationID, createdAt: Author.noon))
          group.addTask { [change] in
            do throws(DatabaseError) {
              try await store.commit(change)
              return opened.payin.id
            } catch .duplicateKey {
              return nil
            }
          }
        }
        return try await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
      }
      #expect(winners.count == 1)
      let record = try await store.idempotent(
        IdempotencyKey(merchant: "demo", operation: "payins.create", key: "k"))
      #expect(record?.operation.text == winners.first?.text)
      #expect(try await store.payins(PayinQuery(merchant: "demo", limit: 100)).map(\.id) == winners)
    }
  }

  @Test(
    "each of many callers at once reads what it has just committed",
    arguments: DatabaseKind.allCases)
  func ownWrites(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<64 {
          let opened = author.open("order-\(index)")
          let change = author.change(opened)
          group.addTask {
            #expect(try await store.payin(opened.payin.id) == nil)
            try await store.commit(change)
            #expect(try await store.payin(opened.payin.id) == opened.payin)
            #expect(
              try await store.payins(PayinQuery(merchant: "demo", limit: 64)).contains(opened.payin)
            )
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("a probe answers and leaves nothing behind", arguments: DatabaseKind.allCases)
  func probe(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      try await store.probe()
      #expect(try await store.nextDue() == nil)
      #expect(try await store.payins(PayinQuery(merchant: "demo", limit: 9)).isEmpty)
    }
  }

  @Test(
    "a closed store says so to every call, and may be closed again",
    arguments: DatabaseKind.allCases)
  func closed(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<4 { group.addTask { await store.close() } }
      }
      let id = PayinID(unchecked: "payin_1")
      let lease = LeaseRequest(
        now: Author.noon, until: Author.noon, limit: 1, lease: Lease(token: "t"))
      let key = IdempotencyKey(merchant: "m", operation: "o", key: "k")
      let calls: [() async throws -> Void] = [
        { try await store.commit(Change()) }, { _ = try await store.payin(id) },
        { _ = try await store.payin(token: "t") },
        { _ = try await store.payin(merchant: "m", reference: "r") },
        { _ = try await store.attempt(account: "a", number: .ours("n")) },
        { _ = try await store.payins(PayinQuery(merchant: "m", limit: 1)) },
        { _ = try await store.events(of: OperationID(id)) },
        { _ = try await store.idempotent(key) },
        { _ = try await store.lease(lease) }, { _ = try await store.nextDue() },
        { _ = try await store.backlog(at: Author.noon) },
        { _ = try await store.releaseAbandonedLeases(at: Author.noon) },
        { try await store.probe() },
      ]
      for call in calls {
        await #expect(throws: DatabaseError.closed) { try await call() }
      }
    }
  }

  @Test(
    "changes that wait when the store is closed are either durable or told so",
    arguments: DatabaseKind.allCases)
  func closing(kind: DatabaseKind) async throws {
    switch kind {
    case .memory: _ = try await commitsUntilClosed(MemoryDatabase())
    case .sqlite:
      try await withFolder { folder in
        let path = folder + "/pasarela.db"
        let kept = try await commitsUntilClosed(try SQLiteDatabase(path: path))
        try await useAndClose(try SQLiteDatabase(path: path)) { try await expect(kept, in: $0) }
      }
    case .postgresql:
      try await withPostgreSQL { address in
        let kept = try await commitsUntilClosed(try PostgreSQLDatabase(address))
        try await useAndClose(try PostgreSQLDatabase(address)) { try await expect(kept, in: $0) }
      }
    }
  }

  private func expect(_ kept: Set<PayinID>, in store: any Database) async throws {
    #expect(
      Set(try await store.payins(PayinQuery(merchant: "demo", limit: 200)).map(\.id)) == kept)
  }

  /// Returns what was told to be durable.
  private func commitsUntilClosed(_ store: any Database) async throws -> Set<PayinID> {
    let changes = (0..<100).map { author.change(author.open("order-\($0)")) }
    return await withTaskGroup(of: PayinID?.self) { group in
      for (index, change) in changes.enumerated() {
        if index == 50 {
          group.addTask {
            await store.close()
            return nil
          }
        }
        group.addTask {
          do throws(DatabaseError) {
            try await store.commit(change)
            return change.operation?.payin?.id
          } catch {
            #expect(error == .closed)
            return nil
          }
        }
      }
      return await group.reduce(into: Set<PayinID>()) { $0.formUnion($1.map { [$0] } ?? []) }
    }
  }
}
