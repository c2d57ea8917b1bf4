import JSONText
import Payins
import Testing

@testable import Storage

@Suite("The store contract: what merchants are told")
struct WebhookContractTests {
  let author = Author()
  let noon = Author.noon

  private func tries(_ event: OperationEvent, _ endpoint: String, _ status: Int?) -> DeliveryAttempt
  {
    DeliveryAttempt(
      operation: event.operation, event: event.id, endpoint: endpoint, at: noon, status: status,
      failure: status == 200 ? nil : "timeout", milliseconds: 12)
  }

  @Test(
    "announced events are found by place, by id and as a list", arguments: DatabaseKind.allCases)
  func publishedEvents(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      var published: [OperationEvent] = []
      for reference in ["one", "two"] {
        for step in author.fullLife(reference) {
          try await store.commit(step.change)
          published += step.change.events.filter { $0.notification != nil }
        }
      }
      #expect(published.count > 4)
      for event in published {
        let sequence = try #require(event.notification?.sequence)
        #expect(try await store.publishedEvent(sequence, of: event.operation) == event)
        #expect(try await store.publishedEvent(event.id, merchant: "demo") == event)
        #expect(try await store.publishedEvent(event.id, merchant: "other") == nil)
      }
      var query = PublishedEventQuery(merchant: "demo", limit: 100)
      let newestFirst = Array(published.reversed())
      #expect(try await store.publishedEvents(query) == newestFirst)
      query.limit = 2
      #expect(try await store.publishedEvents(query) == Array(newestFirst.prefix(2)))
      query.before = published[published.count - 2].id
      #expect(try await store.publishedEvents(query) == Array(newestFirst.dropFirst(2).prefix(2)))
      query = PublishedEventQuery(merchant: "demo", limit: 100)
      query.type = published[0].type
      query.operation = published[0].operation
      let first = try await store.publishedEvents(query)
      #expect(
        first == newestFirst.filter { $0.type == query.type && $0.operation == query.operation })
      #expect(try await store.publishedEvents(PublishedEventQuery(merchant: "x", limit: 9)).isEmpty)
      query = PublishedEventQuery(merchant: "x", limit: 9)
      query.before = published[0].id
      #expect(try await store.publishedEvents(query).isEmpty)
      // What is rare is looked for in steps, each where the one before ended.
      query = PublishedEventQuery(merchant: "demo", limit: 100)
      (query.type, query.scan) = (published[0].type, 3)
      var (found, steps): ([OperationEvent], Int) = ([], 0)
      repeat {
        let page = try await store.page(query)
        found += page.events
        query.before = page.lookedTo
        steps += 1
      } while query.before != nil
      #expect(found == newestFirst.filter { $0.type == query.type })
      #expect(steps == published.count / 3 + 1)
    }
  }

  @Test("endpoints are put, replaced and removed", arguments: DatabaseKind.allCases)
  func endpoints(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      func write(_ write: EndpointWrite) async throws {
        var change = Change()
        change.endpoint = write
        try await store.commit(change)
      }
      let first = EndpointRecord(merchant: "a", id: "w1", document: ["url": "https://a"])
      let second = EndpointRecord(merchant: "b", id: "w1", document: ["url": "https://b"])
      try await write(.put(second))
      try await write(.put(EndpointRecord(merchant: "a", id: "w1", document: ["url": "old"])))
      try await write(.put(first))
      var kept = KeptEndpoints(records: [first, second], revisions: ["a": 2, "b": 1])
      #expect(try await store.webhookEndpoints() == kept)
      try await write(.remove(merchant: "b", id: "w1"))
      kept = KeptEndpoints(records: [first], revisions: ["a": 2, "b": 2])
      #expect(try await store.webhookEndpoints() == kept)
      #expect(try await store.endpointRevision(of: "b") == 2)
      #expect(try await store.endpointRevision(of: "c") == 0)
      #expect(try await store.endpointChanges() == kept.revisions.values.reduce(0, +))
    }
  }

  @Test(
    "what was decided by endpoints that another changed meanwhile is refused in whole",
    arguments: DatabaseKind.allCases)
  func revisions(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      func change(_ number: Int, _ id: String) -> Change {
        var change = Change()
        change.endpointRevision = EndpointRevision(merchant: "a", number: number)
        change.endpoint = .put(EndpointRecord(merchant: "a", id: id, document: ["n": 1]))
        return change
      }
      try await store.commit(change(0, "w1"))
      let late = change(0, "w2")
      await #expect(throws: DatabaseError.endpointsChanged) { try await store.commit(late) }
      var told = Change()
      told.endpointRevision = EndpointRevision(merchant: "a", number: 0)
      told.jobs = [.put(author.job("p1/w1/1"))]
      do {
        try await store.commit(told)
        Issue.record("it was kept")
      } catch {
        #expect(error as? DatabaseError == .endpointsChanged)
      }
      #expect(try await store.nextDue() == nil)
      told.endpointRevision?.number = 1
      try await store.commit(told)
      // Of thirty at once one is first; a change that only asks raises nothing.
      let taken = await withTaskGroup(of: Int.self) { group in
        for number in 0..<30 {
          let change = change(1, "r\(number)")
          group.addTask {
            do { try await store.commit(change) } catch { return 0 }
            return 1
          }
        }
        return await group.reduce(0, +)
      }
      #expect(taken == 1)
      let kept = try await store.webhookEndpoints()
      #expect(kept.records.count == 2 && kept.revisions == ["a": 2])
      // Each merchant's stand for themselves.
      var other = change(0, "w1")
      other.endpointRevision?.merchant = "b"
      other.endpoint = .put(EndpointRecord(merchant: "b", id: "w1", document: ["n": 1]))
      try await store.commit(other)
    }
  }

  @Test("tries are kept in their order", arguments: DatabaseKind.allCases)
  func deliveryAttempts(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let step = author.fullLife("one")[0]
      try await store.commit(step.change)
      let event = step.change.events[0]
      let made = [tries(event, "w1", nil), tries(event, "w2", 500), tries(event, "w1", 200)]
      for each in made {
        var change = Change()
        change.deliveries = [each]
        try await store.commit(change)
      }
      #expect(try await store.deliveryAttempts(of: event.operation) == made)
      #expect(try await store.deliveryAttempts(of: OperationID(unchecked: "payin_x")).isEmpty)
    }
  }

  @Test(
    "jobs are found and brought forward by how their subjects begin",
    arguments: DatabaseKind.allCases)
  func prefixes(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      func job(_ subject: String, _ kind: JobKind = .deliverEvent) -> Job {
        var job = author.job(subject, due: noon.adding(seconds: 60))
        job.key = JobKey(kind: kind, subject: subject)
        return job
      }
      var change = Change()
      change.jobs = [
        .put(job("p1/w1/2")), .put(job("p1/w1/3")), .put(job("p1/w10/1")), .put(job("p2/w1/1")),
        .put(job("p1/w1/1", .queryAttempt)),
      ]
      try await store.commit(change)
      let first = try await store.firstJob(.deliverEvent, subjectPrefix: "p1/w1/")
      #expect(first == job("p1/w1/2"))
      #expect(try await store.firstJob(.deliverEvent, subjectPrefix: "p3/") == nil)
      change.jobs = [.bringForward(.deliverEvent, subjectPrefix: "p1/w1/", due: noon)]
      try await store.commit(change)
      let due = try await store.lease(
        LeaseRequest(
          now: noon, until: noon.adding(seconds: 30), limit: 9, lease: Lease(token: "t")))
      #expect(due.map(\.key.subject) == ["p1/w1/2", "p1/w1/3"])
      // What is leased, or due sooner, stays as it is.
      change.jobs = [
        .bringForward(.deliverEvent, subjectPrefix: "p", due: noon.adding(seconds: 90))
      ]
      try await store.commit(change)
      #expect(try await store.nextDue() == noon.adding(seconds: 30))
    }
  }

  @Test("of each account no more jobs are leased than its limit", arguments: DatabaseKind.allCases)
  func limits(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      var change = Change()
      for index in 0..<9 {
        let account = ["a", "b", "c"][index % 3]
        change.jobs.append(.put(author.job("\(account)\(index)", account: account)))
      }
      try await store.commit(change)
      let jobs = try await store.lease(
        LeaseRequest(
          now: noon, until: noon.adding(seconds: 30), limit: 9, lease: Lease(token: "t"),
          limitPerAccount: 2, limits: ["b": 1, "c": -1]))
      #expect(jobs.map(\.account).sorted() == ["a", "a", "b"])
    }
  }

  @Test("a kind of job is given no more room than it may have", arguments: DatabaseKind.allCases)
  func limitPerKind(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      var change = Change()
      change.jobs = (0..<4).map { index in
        var job = author.job("d\(index)", account: "webhook:\(index)")
        job.key.kind = .deliverEvent
        return .put(job)
      }
      change.jobs.append(.put(author.job("q", due: noon.adding(seconds: 5))))
      try await store.commit(change)
      func lease(_ room: Int) async throws -> [String] {
        let now = noon.adding(seconds: 9)
        return try await store.lease(
          LeaseRequest(
            now: now, until: now.adding(seconds: 30), limit: 3, lease: Lease(token: "t\(room)"),
            limitsPerKind: [.deliverEvent: room])
        ).map(\.key.subject)
      }
      #expect(try await lease(2) == ["d0", "d1", "q"])
      #expect(try await lease(0).isEmpty)
      #expect(try await lease(-1).isEmpty)
      #expect(try await lease(9) == ["d2", "d3"])
    }
  }

  @Test(
    "ensuring makes a job or hastens it, and leaves one that is held",
    arguments: DatabaseKind.allCases
  )
  func ensure(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      func ensure(_ seconds: Int64) async throws {
        var change = Change()
        change.jobs = [.ensure(author.job("a", due: noon.adding(seconds: seconds)))]
        try await store.commit(change)
      }
      func lease(_ token: String, _ seconds: Int64) async throws -> [Int] {
        let now = noon.adding(seconds: seconds)
        return try await store.lease(
          LeaseRequest(
            now: now, until: now.adding(seconds: 30), limit: 3, lease: Lease(token: token))
        ).map(\.tries)
      }
      try await ensure(50)
      try await ensure(90)
      #expect(try await store.nextDue() == noon.adding(seconds: 50))
      try await ensure(20)
      #expect(try await store.nextDue() == noon.adding(seconds: 20))
      #expect(try await lease("t", 20) == [1])
      try await ensure(21)
      #expect(try await lease("u", 25).isEmpty)
      var change = Change()
      change.jobs = [.finish(author.job("a").key, Lease(token: "t"))]
      try await store.commit(change)
      try await ensure(60)
      #expect(try await lease("v", 60) == [1])
    }
  }
}
