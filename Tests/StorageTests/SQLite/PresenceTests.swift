import Payins
import Testing

@testable import Storage

@Suite("SQLite: several processes on one file")
struct PresenceTests {
  let author = Author()
  let noon = Author.noon

  private func lease(_ store: any Database, _ token: String, at now: Instant) async throws -> [Job]
  {
    try await store.lease(
      LeaseRequest(now: now, until: now.adding(seconds: 600), limit: 10, lease: Lease(token: token))
    )
  }

  @Test("leases end only where no other process lives")
  func abandoned() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      let first = try SQLiteDatabase(path: path)
      var change = Change()
      change.jobs = ["a", "b"].map { subject in
        // Not one that may be done twice.
        var job = author.job(subject)
        job.key.kind = .sendAttempt
        return .put(job)
      }
      try await first.commit(change)
      #expect(try await lease(first, "first", at: noon).count == 2)

      let second = try SQLiteDatabase(path: path)
      let later = noon.adding(seconds: 9)
      // Each looks more than once: a failed look must not cost the looker its own presence.
      for store in [second, first, second, first] {
        #expect(try await store.releaseAbandonedLeases(at: later) == 0)
      }
      #expect(try await lease(second, "second", at: later).isEmpty)

      await first.close()
      #expect(try await second.releaseAbandonedLeases(at: later) == 2)
      #expect(try await lease(second, "second", at: later).map(\.tries) == [2, 2])
      // After the look the store still counts as present.
      let third = try SQLiteDatabase(path: path)
      #expect(try await third.releaseAbandonedLeases(at: later) == 0)
      await second.close()
      await third.close()
    }
  }

  @Test("two that look at the same time never take each other for gone")
  func racing() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      let stores = try [SQLiteDatabase(path: path), SQLiteDatabase(path: path)]
      var change = Change()
      change.jobs = [.put(author.job("a"))]
      try await stores[0].commit(change)
      #expect(try await lease(stores[0], "held", at: noon).count == 1)
      try await withThrowingTaskGroup(of: Int.self) { group in
        for index in 0..<200 {
          group.addTask { try await stores[index % 2].releaseAbandonedLeases(at: noon) }
        }
        for try await released in group { #expect(released == 0) }
      }
      for store in stores { await store.close() }
    }
  }

  @Test("both see at once what either committed, and share leases without overlap")
  func shared() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      let stores = try [SQLiteDatabase(path: path), SQLiteDatabase(path: path)]
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
        for index in 0..<20 {
          group.addTask { try await lease(stores[index % 2], "leaser-\(index)", at: noon) }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(given.count == 60 && Set(given.map(\.key)).count == 60)
      for store in stores { await store.close() }
    }
  }

  @Test("a question leased in memory is no longer this process's once another has put it anew")
  func putAnew() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      let first = try SQLiteDatabase(path: path)
      var change = Change()
      change.jobs = [.put(author.job("a"))]
      try await first.commit(change)
      #expect(try await lease(first, "first", at: noon).count == 1)
      let second = try SQLiteDatabase(path: path)
      let asked = noon.adding(seconds: 3)
      change.jobs = [.put(author.job("a", due: asked))]
      try await second.commit(change)
      for end in [
        JobChange.reschedule(
          author.job("a").key, Lease(token: "first"), due: noon.adding(seconds: 7200)),
        .finish(author.job("a").key, Lease(token: "first")),
      ] {
        change.jobs = [end]
        await #expect(throws: DatabaseError.leaseLost) { try await first.commit(change) }
      }
      #expect(try await second.nextDue() == asked)
      #expect(try await lease(second, "second", at: asked).count == 1)
      // What the first still believes to hold is forgotten with its lease.
      let later = noon.adding(seconds: 9000)
      #expect(try await lease(first, "again", at: later).map(\.lease) == [Lease(token: "again")])
      await first.close()
      await second.close()
    }
  }
}
