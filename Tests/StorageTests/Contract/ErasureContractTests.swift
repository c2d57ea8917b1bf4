import JSONText
import Payins
import Testing

@testable import Storage

@Suite("Store contract: erasing payers, and what is kept no longer")
struct ErasureContractTests {
  let marked = Marked()

  @Test(
    "announcements are read as they were made, whatever the description says",
    arguments: DatabaseKind.allCases)
  func bodies(kind: DatabaseKind) async throws {
    let hostile = [
      "Two tickets", #","payer":null,"metadata":"#, #"\",\"payer\":{\"name\":\"x\"},\"metadata\":"#,
      #"a\"#, "\u{0},\"payer\":{},", #"},"metadata":{"#, "payer", ",", #"x,"#,
    ]
    try await withDatabase(kind) { store in
      for (number, description) in hostile.enumerated() {
        let life = marked.life("order-\(number)", description: description)
        for step in life { try await store.commit(step.change) }
        let id = life[0].payin.id
        #expect(try await store.payin(id) == life.last?.payin)
        let made = life.flatMap(\.change.events).filter { $0.notification != nil }
        #expect(made.count == 1)
        for event in made {
          let sequence = try #require(event.notification?.sequence)
          #expect(try await store.publishedEvent(sequence, of: OperationID(id)) == event)
          #expect(try await store.publishedEvent(event.id, merchant: "demo") == event)
        }
        #expect(try await store.events(of: OperationID(id)) == life.flatMap(\.change.events))
      }
      #expect(
        try await store.publishedEvents(PublishedEventQuery(merchant: "demo", limit: 99)).count
          == hostile.count)
    }
  }

  @Test(
    "after erasure nothing is told of the payer, in the pay-in or in announcements made before",
    arguments: DatabaseKind.allCases)
  func erased(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let (life, other) = (marked.life("order-1"), marked.life("order-2"))
      for step in life + other { try await store.commit(step.change) }
      let before = try #require(life.last?.payin)
      #expect(before.attempts[0].discrepancies.first?.answer != nil)
      let (after, change) = marked.erasure(of: before)
      try await store.commit(change)
      #expect(try await store.payin(before.id) == after)
      #expect(after.request.payer == .init() || after.request.payer.isErased)
      #expect(after.version == before.version + 1)
      #expect(after.attempts[0].discrepancies.map(\.answer) == [nil])
      #expect(change.events.map(\.type) == ["payer.erased"])
      let told = try #require(
        try await store.publishedEvent(1, of: before.operationID)?.notification)
      #expect(told.body == Marked.body(settled(life, without: true)))
      // Another's stay as they are.
      #expect(try await store.payin(other[0].payin.id) == other.last?.payin)
      #expect(
        try await store.publishedEvent(1, of: other[0].payin.operationID)?.notification?.body
          == Marked.body(settled(other, without: false)))
      // Once more changes nothing, and what comes later holds nothing.
      #expect(after.apply(.payerErased, marked.author.context(Author.noon)).isIdle)
      let asked = after.apply(
        .queried(
          after.attempts[0].id, .undetermined(Refusal(code: "x", message: "y")),
          answer: RawAnswer(status: 500, body: [65])), marked.author.context(Author.noon))
      #expect(asked.payin.attempts[0].discrepancies.map(\.answer) == [nil])
      try await store.commit(marked.author.change(asked, before: after))
      #expect(try await store.payin(before.id) == asked.payin)
      // A change that was decided before is decided anew.
      await #expect(throws: DatabaseError.versionConflict) {
        try await store.commit(marked.erasure(of: before).change)
      }
    }
  }

  /// The pay-in as it was announced.
  private func settled(_ life: [(payin: Payin, change: Change)], without: Bool) -> Payin {
    without ? marked.erasure(of: life[1].payin).payin.at(life[1].payin) : life[1].payin
  }

  @Test(
    "a payer's pay-ins are found by the e-mail address, until erased",
    arguments: DatabaseKind.allCases
  )
  func email(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let lives = (0..<3).map { marked.life("order-\($0)") }
      for life in lives { for step in life { try await store.commit(step.change) } }
      func found(_ email: String, _ merchant: String = "demo", limit: Int = 9) async throws -> Set<
        PayinID
      > {
        Set(try await store.payins(merchant: merchant, email: email, limit: limit))
      }
      let all = Set(lives.map { $0[0].payin.id })
      #expect(try await found(Marked.marks[1]) == all)
      #expect(try await found("  MARCA.Correo@Example.MX\n") == all)
      #expect(try await found(Marked.marks[1], limit: 2).count == 2)
      #expect(try await found(Marked.marks[1], "other") == [])
      #expect(try await found("somebody@example.mx") == [])
      try await store.commit(marked.erasure(of: try #require(lives[1].last?.payin)).change)
      #expect(try await found(Marked.marks[1]) == [lives[0][0].payin.id, lives[2][0].payin.id])
    }
  }

  @Test(
    "sweeps come upon each pay-in once, in order, a few at a time, and end at their time",
    arguments: DatabaseKind.allCases)
  func sweeps(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      var made: [PayinID] = []
      for number in 0..<7 {
        let now = Author.noon.adding(seconds: Int64(number))
        let opened = marked.author.open(
          "order-\(number)",
          request: PayinRequest(
            merchantReference: "order-\(number)", amount: 1500, description: "d",
            payer: Payer(name: number == 3 ? nil : "Ana")), at: now)
        try await store.commit(marked.author.change(opened))
        made.append(opened.payin.id)
      }
      func all(
        _ seconds: Int64, _ look: (Sweep) async throws -> Swept
      ) async throws -> [PayinID] {
        var sweep = Sweep(before: Author.noon.adding(seconds: seconds), limit: 2)
        var found: [PayinID] = []
        while true {
          let swept = try await look(sweep)
          for id in swept.operations.compactMap({ $0.typed(PayinID.self) })
          where !found.contains(id) { found.append(id) }
          guard let next = swept.next else { return found }
          sweep.after = next
        }
      }
      #expect(try await all(60) { try await store.operationsWithEvents($0) } == made)
      #expect(
        try await all(5) { try await store.operationsWithEvents($0) } == Array(made.prefix(5)))
      #expect(
        try await all(6) { try await store.payinsWithPayer($0) }
          == [made[0], made[1], made[2], made[4], made[5]])
      var change = Change()
      change.forgotten = ForgottenHistory(OperationID(made[0]), through: 1)
      try await store.commit(change)
      #expect(try await store.events(of: OperationID(made[0])).map(\.sequence) == [2])
      change.forgotten = ForgottenHistory(OperationID(made[0]), through: 2)
      try await store.commit(change)
      #expect(try await store.events(of: OperationID(made[0])) == [])
      #expect(try await store.events(of: OperationID(made[1])).count == 2)
      #expect(
        try await all(60) { try await store.operationsWithEvents($0) }.contains(made[0]) == false)
      #expect(try await store.payin(made[0]) != nil)
    }
  }

  @Test("callbacks go by when they came last", arguments: DatabaseKind.allCases)
  func callbacks(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      for number in 0..<5 {
        var change = Change()
        change.callback = CallbackRecord(
          id: .make(at: Author.noon, entropy: marked.author.entropy),
          key: CallbackKey(account: "a", digest: [UInt8(number)]),
          receivedAt: Author.noon.adding(seconds: Int64(number)),
          lastAt: Author.noon.adding(seconds: number == 1 ? 99 : Int64(number)), payin: nil,
          grade: "query")
        try await store.commit(change)
      }
      var sweep = Sweep(before: Author.noon.adding(seconds: 3), limit: 2)
      while let next = try await store.removeCallbacks(sweep).next { sweep.after = next }
      #expect(
        try await keptCallbacks(store).map(\.key.digest).sorted { $0[0] < $1[0] } == [
          [1], [3], [4],
        ])
    }
  }

  @Test(
    "forgetting a timeline forgets its tries and announcements", arguments: DatabaseKind.allCases)
  func forgotten(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let life = marked.life("order-1")
      for step in life { try await store.commit(step.change) }
      let (payin, events) = (life[0].payin.id, life.flatMap(\.change.events))
      let told = try #require(events.first { $0.notification != nil })
      var change = Change()
      change.deliveries = [
        DeliveryAttempt(
          operation: OperationID(payin), event: told.id, endpoint: "w", at: Author.noon,
          status: 200, failure: nil,
          milliseconds: 3)
      ]
      try await store.commit(change)
      change = Change()
      change.forgotten = ForgottenHistory(OperationID(payin), through: events.count - 1)
      try await store.commit(change)
      #expect(try await store.events(of: OperationID(payin)) == events.suffix(1))
      #expect(try await store.publishedEvent(1, of: OperationID(payin)) == nil)
      #expect(try await store.deliveryAttempts(of: OperationID(payin)) == [])
    }
  }
}

extension Payin {
  /// The same document of another version.
  fileprivate func at(_ other: Payin) -> Payin {
    Payin(opening: openingTree, standing: other.standingTree) ?? self
  }
}
