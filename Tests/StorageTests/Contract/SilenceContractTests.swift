import JSONText
import Payins
import Testing

@testable import Storage

/// What questions in vain leave with the jobs that ask them.
@Suite("Store contract: silence")
struct SilenceContractTests {
  private let author = Author()
  private let lease = Lease(token: "t")

  /// A pay-in whose payer has its instructions, and its question, leased.
  private func asked(_ store: any Database) async throws -> Payin {
    let opened = author.open("order-1").payin
    var insert = Change()
    insert.operation = .insert(opened)
    try await store.commit(insert)
    let pending = opened.apply(
      .sent(
        opened.attempts[0].id,
        .accepted(
          Acceptance(
            providerOrderID: "o1",
            instructions: .spei(SPEIInstructions(clabe: "646180109400135624"))))),
      author.context(Author.noon))
    var change = Change()
    change.operation = .update(pending.payin, before: opened)
    change.jobs = [
      .put(
        Job(
          key: key(pending.payin), operation: pending.payin.operationID, account: "openpay-main",
          due: Author.noon))
    ]
    try await store.commit(change)
    try await take(store, at: 0)
    return pending.payin
  }

  private func key(_ payin: Payin) -> JobKey {
    JobKey(kind: .queryAttempt, subject: payin.attempts[0].id.text)
  }

  private func take(_ store: any Database, at seconds: Int64) async throws {
    let now = Author.noon.adding(seconds: seconds)
    let request = LeaseRequest(now: now, until: now.adding(seconds: 45), limit: 9, lease: lease)
    #expect(try await store.lease(request).count == 1)
  }

  /// What the answer does, kept with the job.
  private func hear(
    _ store: any Database, _ payin: Payin, at seconds: Int64
  ) async throws -> Payin {
    let silent = payin.apply(
      .queried(payin.attempts[0].id, .found(StatusReport(status: .pending))),
      author.context(Author.noon.adding(seconds: seconds)))
    let silence = try #require(silent.silence)
    var change = Change()
    change.jobs = [
      .keepSilence(
        key(payin), lease, silence, HeardSilence(of: payin, before: payin.silence))
    ]
    try await store.commit(change)
    return silent.payin
  }

  @Test(
    "an answer in vain is in the pay-in wherever it is read, and frees its job for the next",
    arguments: DatabaseKind.allCases)
  func kept(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      var payin = try await asked(store)
      for seconds in [7, 20, 40] as [Int64] {
        payin = try await hear(store, payin, at: seconds)
        #expect(try await store.payin(payin.id) == payin)
        #expect(try await store.payin(token: payin.token) == payin)
        #expect(try await store.payins(PayinQuery(merchant: "demo", limit: 2)) == [payin])
        #expect(try await store.nextDue() == payin.nextCheckAt)
        try await take(store, at: 4000 + seconds)
      }
      #expect(payin.attempts[0].polls == 3 && payin.silence?.count == 3)
      #expect(payin.silence?.first == Author.noon.adding(seconds: 7))
      #expect(payin.lastEvidence?.at == Author.noon.adding(seconds: 40))
    }
  }

  @Test(
    "a change that does not know of it is refused; one that does tells it, and it is gone",
    arguments: DatabaseKind.allCases)
  func told(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let payin = try await asked(store)
      let heard = try await hear(store, payin, at: 7)
      for (before, isKnown) in [(payin, false), (heard, true)] {
        let erased = before.apply(.payerErased, author.context(Author.noon.adding(seconds: 9)))
        let change = author.change(erased, before: before)
        guard isKnown else {
          await #expect(throws: DatabaseError.versionConflict) { try await store.commit(change) }
          continue
        }
        #expect(change.events.map(\.type) == ["poll.pending", "payer.erased"])
        #expect(change.events[0].data["times"] == 1)
        try await store.commit(change)
        #expect(try await store.payin(payin.id) == erased.payin)
        #expect(erased.payin.silence == nil && erased.payin.attempts[0].polls == 1)
      }
    }
  }

  @Test(
    "an answer that was judged by what another has told since is refused, and its job stays held",
    arguments: DatabaseKind.allCases)
  func stale(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let payin = try await asked(store)
      let heard = try await hear(store, payin, at: 7)
      try await take(store, at: 4000)
      let erased = heard.apply(.payerErased, author.context(Author.noon.adding(seconds: 9)))
      try await store.commit(author.change(erased, before: heard))
      await #expect(throws: DatabaseError.versionConflict) {
        _ = try await hear(store, heard, at: 11)
      }
      let now = try #require(try await store.payin(payin.id))
      #expect(now == erased.payin)
      #expect(try await hear(store, now, at: 12).silence?.count == 1)
    }
  }

  @Test("an answer under another's lease is lost", arguments: DatabaseKind.allCases)
  func fenced(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let payin = try await asked(store)
      var anew = Change()
      anew.jobs = [
        .put(
          Job(
            key: key(payin), operation: payin.operationID, account: "openpay-main",
            due: Author.noon.adding(seconds: 3)))
      ]
      try await store.commit(anew)
      await #expect(throws: DatabaseError.leaseLost) {
        _ = try await hear(store, payin, at: 7)
      }
      #expect(try await store.payin(payin.id)?.silence == nil)
    }
  }

  @Test(
    "an answer that was judged by the pay-in before another's change is refused",
    arguments: DatabaseKind.allCases)
  func older(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let payin = try await asked(store)
      let erased = payin.apply(.payerErased, author.context(Author.noon.adding(seconds: 5)))
      try await store.commit(author.change(erased, before: payin))
      await #expect(throws: DatabaseError.versionConflict) {
        _ = try await hear(store, payin, at: 7)
      }
      #expect(try await hear(store, erased.payin, at: 8).silence?.count == 1)
    }
  }

  @Test("a row whose column does not name the attempt is mended by the next answer in vain")
  func unnamed() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      let store = try SQLiteDatabase(path: path)
      let payin = try await asked(store)
      let other = try SQLiteConnection(path: path)
      for damage in [
        "UPDATE payins SET watched = NULL", "UPDATE payins SET watched = 'attempt_x'",
        "UPDATE jobs SET silence = 'x'",
      ] {
        try other.execute(damage)
        let found = try #require(try await store.payin(payin.id))
        #expect(found.silence == nil && found.version == payin.version)
        let heard = try await hear(store, found, at: 60)
        #expect(try await store.payin(payin.id) == heard)
        try await take(store, at: 100_000)
      }
      await store.close()
    }
  }
}
