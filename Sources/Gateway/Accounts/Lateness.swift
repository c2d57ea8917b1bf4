import Payins
import Synchronization

/// How late the questions of each account are asked, while more of them fall due than there is room
/// for. What an outage, a stop or a provider that wants to be left alone made late is not counted:
/// it says nothing of how many there are. All times are the steady clock's.
final class Lateness: Sendable {
  private struct Rush {
    var since: Instant
    var milliseconds: Int64
  }

  private let rushes = Mutex<[String: Rush]>([:])

  func milliseconds(of account: String) -> Int64 {
    rushes.withLock { $0[account]?.milliseconds ?? 0 }
  }

  /// What is known says nothing any more.
  func forget(_ account: String) { rushes.withLock { $0[account] = nil } }

  /// Learns from a look at what is due of an account that there was room for.
  /// - Parameters:
  ///   - leavesSome: whether it gave out as many as there was room for, so that more may be due.
  ///   - late: how long ago the first of its questions fell due, in milliseconds; nil without any.
  func looked(at account: String, leavesSome: Bool, late: Int64?, now: Instant) {
    rushes.withLock { rushes in
      guard leavesSome else { return rushes[account] = nil }
      var rush = rushes[account] ?? Rush(since: now, milliseconds: 0)
      if let late { rush.milliseconds = max(0, min(late, now.milliseconds(since: rush.since))) }
      rushes[account] = rush
    }
  }
}
