import Foundation
import JSONText
import Payins
import Testing

@testable import Storage

/// How much a lone change writes: pages of the log, which are the same every time.
@Suite("SQLite: pages written")
struct WrittenPagesTests {
  private let author = Author()

  private func pages(_ path: String) throws -> Int {
    let size = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
    // Each with a header of its own, behind the log's.
    return try (#require(size) - 32) / (4096 + 24)
  }

  private func job(_ payin: Payin, _ kind: JobKind, lease: Lease? = nil) -> Job {
    Job(
      key: JobKey(kind: kind, subject: payin.attempts[0].id.text), operation: payin.operationID,
      account: "openpay-main", due: Author.noon.adding(seconds: 60), lease: lease)
  }

  /// A pay-in's two commits and an answer in vain, as the gateway makes them. Returns what each
  /// wrote.
  private func life(
    _ store: SQLiteDatabase, _ path: String, _ reference: String
  ) async throws -> [Int] {
    var written: [Int] = []
    func commit(_ change: Change) async throws {
      let before = try pages(path)
      try await store.commit(change)
      written.append(try pages(path) - before)
    }
    let lease = Lease(token: "made")
    let opened = author.open(
      reference,
      request: PayinRequest(
        merchantReference: reference, amount: 15_000, description: "Two tickets",
        payer: Payer(name: "Ana", email: "\(reference)@example.mx")))
    var insert = author.change(opened)
    insert.key = .insert(
      IdempotencyRecord(
        key: .creating(opened.payin), requestHash: [1], operation: opened.payin.operationID,
        createdAt: opened.payin.createdAt))
    insert.jobs = [.put(job(opened.payin, .sendAttempt, lease: lease))]
    try await commit(insert)
    let accepted = opened.payin.apply(
      .sent(
        opened.payin.attempts[0].id,
        .accepted(
          Acceptance(
            providerOrderID: "o-\(reference)",
            instructions: .spei(SPEIInstructions(clabe: "646180109400135624"))))),
      author.context(Author.noon))
    var answer = author.change(accepted, before: opened.payin)
    answer.jobs = [
      .finish(job(opened.payin, .sendAttempt).key, lease),
      .put(job(accepted.payin, .queryAttempt)),
    ]
    try await commit(answer)
    let asked = Author.noon.adding(seconds: 60)
    let request = LeaseRequest(now: asked, until: asked.adding(seconds: 45), limit: 1, lease: lease)
    let before = try pages(path)
    #expect(try await store.lease(request).count == 1)
    // Where nobody else has the store open.
    #expect(try pages(path) == before)
    let silent = accepted.payin.apply(
      .queried(accepted.payin.attempts[0].id, .found(StatusReport(status: .pending))),
      author.context(asked))
    var kept = Change()
    kept.jobs = [
      .keepSilence(
        job(accepted.payin, .queryAttempt).key, lease, try #require(silent.silence),
        HeardSilence(of: accepted.payin, before: nil))
    ]
    try await commit(kept)
    return written
  }

  @Test("a pay-in costs no more than it must, and a question in vain two pages")
  func lone() async throws {
    try await withFolder { folder in
      let path = folder + "/pasarela.db"
      let store = try SQLiteDatabase(path: path)
      var all: [[Int]] = []
      for index in 0..<40 { all.append(try await life(store, path, "order-\(index)")) }
      // Of so many, a page that is split now and then falls out.
      let middle = (0..<3).map { step in all.map { $0[step] }.sorted()[20] }
      #expect(middle[0] <= 16 && middle[1] <= 10 && middle[2] <= 2, "\(middle)")
      await store.close()
    }
  }
}
