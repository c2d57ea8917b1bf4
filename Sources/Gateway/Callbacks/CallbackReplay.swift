import Crypto
import Payins
import Providers
import Storage

/// Looks again, ever more seldom, for the orders of callbacks that no attempt was known for: an
/// attempt may learn its provider's number later than the provider speaks of it.
struct CallbackReplay: Sendable {
  /// From one look to the next.
  private static let pauses: [Int64] = [1, 2, 5, 10, 30, 120, 600, 3600, 6 * 3600, 24 * 3600]

  let books: Books

  /// Of no account: it asks no provider.
  static func job(_ record: CallbackRecord) -> Job {
    Job(
      key: JobKey(
        kind: .replayCallback, subject: "\(record.key.account):\(Hex.encode(record.key.digest))"),
      payin: PayinID(unchecked: record.id.text), account: "",
      due: record.lastAt.adding(seconds: pauses[0]))
  }

  private static func key(of job: Job) -> CallbackKey? {
    let parts = job.key.subject.utf8.split(separator: UInt8(ascii: ":"))
    guard parts.count == 2, let digest = Hex.decode(String(Substring(parts[1]))) else {
      return nil
    }
    return CallbackKey(account: String(Substring(parts[0])), digest: digest)
  }

  func perform(_ job: Job, under lease: Lease) async throws(StoreError) {
    guard let key = Self.key(of: job), let record = try await books.store.callback(key),
      record.payin == nil, let notice = record.said
    else { return try await dispose(.finish(job.key, lease)) }
    guard let place = try await books.place(of: notice, account: key.account) else {
      guard job.tries < Self.pauses.count else {
        return try await dispose(.finish(job.key, lease))
      }
      let due = books.time.now().adding(seconds: Self.pauses[job.tries])
      return try await dispose(.reschedule(job.key, lease, due: due))
    }
    var placed = record
    placed.payin = place.payin
    placed.count = 0
    _ = try await books.apply(
      .reported(place.attempt, notice.report, notice.grade), to: place.payin,
      holding: Books.Holding(key: job.key, lease: lease), callback: placed)
  }

  private func dispose(_ change: JobChange) async throws(StoreError) {
    var out = Change()
    out.jobs = [change]
    try await books.store.commit(out)
  }
}
