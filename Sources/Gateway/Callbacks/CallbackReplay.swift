import Crypto
import Payins
import Providers
import Storage

/// Looks again, ever more seldom, for the orders of callbacks that no attempt was known for: an
/// attempt may learn its provider's number later than the provider speaks of it.
struct CallbackReplay: Sendable {
  /// Seconds from one look to the next: half of the time since the callback came, within these.
  private static let pauses: ClosedRange<Int64> = 1...21_600
  /// Seconds after which it is looked for no more. Counted by the clock and not in looks, since a
  /// look that fails is taken again within a minute.
  private static let patience: Int64 = 3 * 86_400

  let committer: Committer
  var environment: Environment { committer.environment }

  /// Of no account: it asks no provider.
  static func job(_ record: CallbackRecord) -> Job {
    Job(
      key: JobKey(
        kind: .replayCallback, subject: "\(record.key.account):\(Hex.encode(record.key.digest))"),
      operation: nil, account: "",
      due: record.lastAt.adding(seconds: pauses.lowerBound))
  }

  private static func key(of job: Job) -> CallbackKey? {
    let parts = job.key.subject.utf8.split(separator: UInt8(ascii: ":"))
    guard parts.count == 2, let digest = Hex.decode(String(Substring(parts[1]))) else {
      return nil
    }
    return CallbackKey(account: String(Substring(parts[0])), digest: digest)
  }

  func perform(_ job: Job, under lease: Lease) async throws(DatabaseError) {
    guard let key = Self.key(of: job), let record = try await committer.database.callback(key),
      record.payin == nil, let notice = record.said
    else { return try await dispose(.finish(job.key, lease)) }
    guard let place = try await committer.place(of: notice, account: key.account) else {
      let now = environment.time.now()
      let age = now.milliseconds(since: record.lastAt) / 1000
      guard age < Self.patience else { return try await dispose(.finish(job.key, lease)) }
      let pause = min(max(age / 2, Self.pauses.lowerBound), Self.pauses.upperBound)
      return try await dispose(.reschedule(job.key, lease, due: now.adding(seconds: pause)))
    }
    var placed = record
    placed.payin = place.payin
    placed.count = 0
    _ = try await committer.apply(
      .reported(place.attempt, notice.report, notice.grade), to: place.payin, as: Payin.self,
      holding: Committer.HeldJob(key: job.key, lease: lease), callback: placed)
  }

  private func dispose(_ change: JobChange) async throws(DatabaseError) {
    var out = Change()
    out.jobs = [change]
    try await committer.database.commit(out)
  }
}
