import Payins
import Storage

/// Which accounts' questions may be asked by pages of a list now. A value; the steady clock's time
/// comes in.
struct ListTurns: Sendable {
  /// For which an account is asked singly whose list was not worth its calls, or failed.
  static let pauseSeconds: Int64 = 600
  /// After which what a list left open is no longer waited for: another process may have asked it.
  static let singlySeconds: Int64 = 60

  private struct Left: Sendable {
    var keys: Set<JobKey> = []
    /// When the last of them was left.
    var at: Instant
  }

  private(set) var underway: Set<String> = []
  private var pausedUntil: [String: Instant] = [:]
  /// By account, what a list left open: it is asked singly, and before that no list is.
  private var singly: [String: Left] = [:]

  func mayBegin(_ account: String, at now: Instant) -> Bool {
    let isWaitedFor = singly[account].map { left in
      now < left.at.adding(seconds: Self.singlySeconds)
    }
    return !underway.contains(account) && isWaitedFor != true
      && pausedUntil[account].map { $0 <= now } ?? true
  }

  /// Questions that may be asked one by one meanwhile; nil: any number.
  func limit(of account: String, _ policy: ListPolicy) -> Int? {
    underway.contains(account) && singly[account] == nil ? policy.leastQuestions : nil
  }

  mutating func began(_ account: String) { underway.insert(account) }

  /// - Parameter isWorthwhile: nil where that could not be seen.
  mutating func ended(_ account: String, isWorthwhile: Bool?, at now: Instant) {
    underway.remove(account)
    if isWorthwhile == false { pausedUntil[account] = now.adding(seconds: Self.pauseSeconds) }
  }

  mutating func leave(_ keys: [JobKey], of account: String, at now: Instant) {
    singly[account, default: Left(at: now)].keys.formUnion(keys)
    singly[account]?.at = now
  }

  /// The question is asked by itself.
  mutating func asked(_ job: Job) {
    singly[job.account]?.keys.remove(job.key)
    if singly[job.account]?.keys.isEmpty == true { singly[job.account] = nil }
  }
}
