import Payins
import Testing

@testable import Storage

@Suite("The store contract: jobs and leases")
struct JobContractTests {
  let author = Author()
  let noon = Author.noon

  private func commit(_ store: any Database, _ jobs: JobChange...) async throws {
    var change = Change()
    change.jobs = jobs
    try await store.commit(change)
  }

  private func request(
    _ token: String, at seconds: Int64 = 0, limit: Int = 100, skipping: [String] = []
  ) -> LeaseRequest {
    let now = noon.adding(seconds: seconds)
    return LeaseRequest(
      now: now, until: now.adding(seconds: 30), limit: limit, lease: Lease(token: token),
      limits: Dictionary(uniqueKeysWithValues: skipping.map { ($0, 0) }))
  }

  private func subjects(_ jobs: [Job]) -> [String] { jobs.map(\.key.subject) }

  @Test("due jobs are leased soonest first, up to the limit", arguments: DatabaseKind.allCases)
  func leasing(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      for (subject, account, second) in [
        ("d", "x", 4), ("b", "y", 2), ("c", "x", 3), ("a", "z", 1), ("e", "y", 5),
      ] {
        let job = author.job(subject, account: account, due: noon.adding(seconds: Int64(second)))
        try await commit(store, .put(job))
      }
      #expect(try await store.lease(request("t", limit: 9)).isEmpty)
      #expect(try await store.lease(request("t", at: 9, limit: 0)).isEmpty)
      #expect(try await store.lease(request("t", at: 9, limit: -1)).isEmpty)
      let first = try await store.lease(request("t1", at: 4, limit: 3))
      #expect(subjects(first) == ["a", "b", "c"])
      var expected = Job(
        key: JobKey(kind: .queryAttempt, subject: "a"),
        operation: OperationID(unchecked: "payin_of_a"), account: "z",
        due: noon.adding(seconds: 34), tries: 1, lease: Lease(token: "t1"))
      expected.fellDue = noon.adding(seconds: 1)
      #expect(first[0] == expected)
      #expect(subjects(try await store.lease(request("t2", at: 4))) == ["d"])
      #expect(subjects(try await store.lease(request("t3", at: 5))) == ["e"])
    }
  }

  @Test(
    "due times are drawn in: free jobs by so much and no later than told, leases to their end",
    arguments: DatabaseKind.allCases)
  func drawnIn(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      func due(_ subject: String) async throws -> Int64? {
        try await store.firstJob(.queryAttempt, subjectPrefix: subject)?.due
          .milliseconds(since: noon)
      }
      for (subject, second) in [("held", 0), ("near", 100), ("far", 9000)] as [(String, Int64)] {
        try await commit(store, .put(author.job(subject, due: noon.adding(seconds: second))))
      }
      #expect(subjects(try await store.lease(request("t"))) == ["held"])
      func draw(by seconds: Int64, lease: Int64?) async throws {
        try await store.drawIn(
          DrawnDueTimes(
            by: seconds * 1000, latest: noon.adding(seconds: 5000),
            leaseEnd: lease.map { noon.adding(seconds: $0) }))
      }
      try await draw(by: 60, lease: 40)
      #expect(try await due("near") == 40_000)
      #expect(try await due("far") == 5_000_000)
      #expect(try await due("held") == 30_000)
      try await draw(by: 0, lease: nil)
      #expect(try await due("held") == 30_000)
      try await draw(by: 0, lease: 10)
      #expect(try await due("near") == 40_000)
      #expect(try await due("held") == 10_000)
    }
  }

  @Test("the newest event is the last that was written", arguments: DatabaseKind.allCases)
  func newestEvent(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      #expect(try await store.newestEvent() == nil)
      let changes = author.fullLife("order-1").map(\.change)
      for change in changes { try await store.commit(change) }
      let last = try #require(changes.last { !$0.events.isEmpty }?.events.last)
      #expect(try await store.newestEvent() == last.at)
    }
  }

  @Test(
    "jobs that are asked for first come first, where they are due, free, and have room",
    arguments: DatabaseKind.allCases)
  func first(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      for index in 0..<9 {
        let job = author.job("j\(index)", account: "x", due: noon.adding(seconds: Int64(index)))
        try await commit(store, .put(job))
      }
      try await commit(store, .put(author.job("y", account: "y", due: noon)))
      func first(
        _ token: String, at seconds: Int64, _ room: Int, _ subjects: [String]
      ) -> LeaseRequest {
        var request = request(token, at: seconds, limit: 4, skipping: ["y"])
        request.limitPerAccount = room
        request.first = subjects.map { JobKey(kind: .queryAttempt, subject: $0) }
        return request
      }
      let some = try await store.lease(first("t1", at: 6, 3, ["j5", "j8", "y", "none"]))
      #expect(subjects(some) == ["j5", "j0", "j1"])
      #expect(some[0].fellDue == noon.adding(seconds: 5))
      let others = try await store.lease(first("t2", at: 6, 3, ["j5", "j4", "j4"]))
      #expect(subjects(others) == ["j4", "j2", "j3"])
    }
  }

  @Test("accounts to be skipped are left alone", arguments: DatabaseKind.allCases)
  func skipping(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      for index in 0..<20 {
        try await commit(store, .put(author.job("full-\(index)", account: "fu\"ll")))
      }
      try await commit(
        store, .put(author.job("free", account: "free")),
        .put(author.job("other", account: "oth'er")))
      let some = try await store.lease(request("t", limit: 2, skipping: ["fu\"ll", "unknown"]))
      #expect(Set(subjects(some)) == ["free", "other"])
      #expect(try await store.lease(request("t", skipping: ["fu\"ll"])).isEmpty)
      #expect(try await store.lease(request("t")).count == 20)
    }
  }

  @Test("fifty leasers at once are given each job exactly once", arguments: DatabaseKind.allCases)
  func exclusive(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let all = (0..<500).map { "job-\($0)" }
      for subject in all {
        try await commit(store, .put(author.job(subject, account: "account-\(subject.count)")))
      }
      let given = try await withThrowingTaskGroup(of: [Job].self) { group in
        for index in 0..<50 {
          group.addTask {
            var mine: [Job] = []
            while true {
              let token = "leaser-\(index)-\(mine.count)"
              let jobs = try await store.lease(request(token, limit: 1 + index % 7))
              if jobs.isEmpty { return mine }
              #expect(jobs.allSatisfy { $0.lease == Lease(token: token) && $0.tries == 1 })
              mine += jobs
            }
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(subjects(given).sorted() == all.sorted())
    }
  }

  @Test(
    "a lease that ran out is given again, counted, and the old holder is fenced off",
    arguments: DatabaseKind.allCases)
  func expiry(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let opened = author.open("order-1")
      var insert = author.change(opened)
      insert.jobs = [.put(author.job("a"))]
      try await store.commit(insert)
      let old = try #require(try await store.lease(request("old")).first)
      #expect(try await store.lease(request("new", at: 29)).isEmpty)
      let new = try #require(try await store.lease(request("new", at: 30)).first)
      #expect(old.tries == 1 && new.tries == 2 && new.lease == Lease(token: "new"))

      let lease = try #require(old.lease)
      let next = opened.payin.apply(.cancelled, author.context(noon))
      for stale in [JobChange.finish(old.key, lease), .reschedule(old.key, lease, due: noon)] {
        var change = author.change(next, before: opened.payin)
        change.jobs = [.put(author.job("b")), stale, .drop(old.key)]
        await #expect(throws: DatabaseError.leaseLost) { try await store.commit(change) }
        #expect(try await store.payin(opened.payin.id) == opened.payin)
        #expect(
          try await store.events(of: opened.payin.operationID).count == opened.payin.eventCount)
      }
      try await commit(store, .finish(new.key, Lease(token: "new")))
      #expect(try await store.nextDue() == nil)
    }
  }

  @Test(
    "a lease that ran out still is its holder's until another is given the job",
    arguments: DatabaseKind.allCases)
  func lateHolder(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      try await commit(store, .put(author.job("a")))
      let job = try #require(try await store.lease(request("t")).first)
      #expect(try await store.backlog(at: noon.adding(seconds: 99)).dueCount == 1)
      try await commit(store, .finish(job.key, Lease(token: "t")))
      #expect(try await store.nextDue() == nil)
    }
  }

  @Test(
    "a rescheduled job is free at its new time and keeps its tries",
    arguments: DatabaseKind.allCases)
  func reschedule(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      try await commit(store, .put(author.job("a")))
      let job = try #require(try await store.lease(request("t")).first)
      try await commit(store, .reschedule(job.key, Lease(token: "t"), due: noon.adding(seconds: 5)))
      #expect(try await store.nextDue() == noon.adding(seconds: 5))
      await #expect(throws: DatabaseError.leaseLost) {
        try await commit(store, .finish(job.key, Lease(token: "t")))
      }
      #expect(try await store.lease(request("u", at: 4)).isEmpty)
      #expect(try await store.lease(request("u", at: 5)).map(\.tries) == [2])
    }
  }

  @Test("putting a job again gives it a new time and frees it", arguments: DatabaseKind.allCases)
  func putAgain(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      try await commit(store, .put(author.job("a")))
      let job = try #require(try await store.lease(request("t")).first)
      try await commit(store, .put(author.job("a", due: noon.adding(seconds: 2))))
      await #expect(throws: DatabaseError.leaseLost) {
        try await commit(store, .finish(job.key, Lease(token: "t")))
      }
      #expect(try await store.nextDue() == noon.adding(seconds: 2))
      #expect(try await store.lease(request("u", at: 2)).map(\.tries) == [2])
      var other = author.job("a")
      other.key.kind = .sendAttempt
      try await commit(store, .put(other))
      #expect(try await store.lease(request("v", at: 2)).map(\.key) == [other.key])
    }
  }

  @Test("a job made already leased is its holder's, with one try", arguments: DatabaseKind.allCases)
  func madeLeased(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      var job = author.job("a", due: noon.adding(seconds: 30), lease: Lease(token: "mine"))
      job.tries = 77
      try await commit(store, .put(job))
      #expect(try await store.lease(request("t", at: 29)).isEmpty)
      #expect(try await store.lease(request("t", at: 30)).map(\.tries) == [2])
      let mine = author.job("b", due: noon.adding(seconds: 30), lease: Lease(token: "mine"))
      try await commit(store, .put(mine))
      try await commit(store, .finish(mine.key, Lease(token: "mine")))
      #expect(try await store.backlog(at: noon.adding(seconds: 999)).dueCount == 1)
    }
  }

  @Test("changes to jobs are done in their order", arguments: DatabaseKind.allCases)
  func order(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let job = author.job("a")
      try await commit(
        store, .put(job), .drop(job.key), .put(author.job("a", due: noon.adding(seconds: 7))))
      #expect(try await store.nextDue() == noon.adding(seconds: 7))
      let leased = try await store.lease(request("t", at: 7))
      #expect(leased.map(\.tries) == [1])
      try await commit(
        store, .finish(job.key, Lease(token: "t")),
        .put(author.job("a", due: noon.adding(seconds: 8))))
      #expect(try await store.lease(request("t", at: 8)).map(\.tries) == [1])
    }
  }

  @Test("dropping ends a job whoever holds it, and asks for none", arguments: DatabaseKind.allCases)
  func drop(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let job = author.job("a")
      try await commit(store, .drop(job.key))
      try await commit(store, .put(job))
      _ = try await store.lease(request("t"))
      try await commit(store, .drop(job.key))
      #expect(try await store.nextDue() == nil)
      await #expect(throws: DatabaseError.leaseLost) {
        try await commit(store, .finish(job.key, Lease(token: "t")))
      }
    }
  }

  @Test(
    "the next due time and the backlog count leased jobs at their lease's end",
    arguments: DatabaseKind.allCases)
  func backlog(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      #expect(try await store.nextDue() == nil)
      #expect(try await store.backlog(at: noon) == Backlog(dueCount: 0, oldestDue: nil))
      for second in 1...6 {
        let job = author.job(
          "\(second)", account: "account-\(second % 3)", due: noon.adding(seconds: Int64(second)))
        try await commit(store, .put(job))
      }
      #expect(try await store.nextDue() == noon.adding(seconds: 1))
      #expect(try await store.backlog(at: noon) == Backlog(dueCount: 0, oldestDue: nil))
      let four = noon.adding(seconds: 4)
      #expect(
        try await store.backlog(at: four)
          == Backlog(dueCount: 4, oldestDue: noon.adding(seconds: 1)))
      _ = try await store.lease(request("t", at: 4, limit: 2))
      #expect(
        try await store.backlog(at: four)
          == Backlog(dueCount: 2, oldestDue: noon.adding(seconds: 3)))
      #expect(try await store.nextDue() == noon.adding(seconds: 3))
      _ = try await store.lease(request("t", at: 6))
      #expect(try await store.nextDue() == noon.adding(seconds: 34))
      #expect(try await store.backlog(at: noon.adding(seconds: 36)).dueCount == 6)
    }
  }

  @Test(
    "a change that is refused leaves its lease as it was, however many are committed at once",
    arguments: DatabaseKind.allCases)
  func refused(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let opened = author.open("order-1")
      try await store.commit(author.change(opened))
      let stale = opened.payin.apply(.cancelled, author.context(noon))
      try await store.commit(author.change(stale, before: opened.payin))
      let subjects = (10..<60).map { "job-\($0)" }
      for subject in subjects { try await commit(store, .put(author.job(subject))) }
      #expect(try await store.lease(request("t", limit: 99)).count == subjects.count)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for subject in subjects {
          group.addTask {
            var change = author.change(stale, before: opened.payin)
            change.jobs = [.reschedule(author.job(subject).key, Lease(token: "t"), due: noon)]
            await #expect(throws: DatabaseError.versionConflict) {
              try await store.commit(change)
            }
          }
          group.addTask { try await commit(store, .put(author.job("other-\(subject)"))) }
        }
        try await group.waitForAll()
      }
      for subject in subjects {
        try await commit(store, .finish(author.job(subject).key, Lease(token: "t")))
      }
      #expect(try await store.backlog(at: noon).dueCount == subjects.count)
    }
  }

  @Test(
    "abandoned leases end at once, jobs that nobody holds stay as they are",
    arguments: DatabaseKind.allCases.filter { $0 != .postgresql })
  func abandoned(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      try await commit(store, .put(author.job("a")), .put(author.job("b")))
      try await commit(store, .put(author.job("later", due: noon.adding(seconds: 500))))
      _ = try await store.lease(request("dead"))
      let now = noon.adding(seconds: 3)
      #expect(try await store.releaseAbandonedLeases(at: now) == 2)
      #expect(try await store.releaseAbandonedLeases(at: now) == 0)
      #expect(try await store.nextDue() == now)
      await #expect(throws: DatabaseError.leaseLost) {
        try await commit(store, .finish(author.job("a").key, Lease(token: "dead")))
      }
      let again = try await store.lease(request("t", at: 3))
      #expect(subjects(again) == ["a", "b"] && again.map(\.tries) == [2, 2])
      #expect(try await store.nextDue() == noon.adding(seconds: 33))
    }
  }
}
