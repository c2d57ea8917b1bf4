import JSONText
import Payins
import Storage
import Synchronization

/// Notices that the wall clock was set back, and has stored due times follow it, so that nothing
/// waits for as long again. Due times are wall times, since they outlive the process; what waits in
/// memory runs on the steady clock and needs none of this.
///
/// The alternative, a process whose time never goes back, would sign and show a time that everybody
/// else knows to be wrong until the wall clock has caught up.
final class ClockKeeper: Sendable {
  /// Smaller steps are no matter.
  static let toleranceMilliseconds: Int64 = 2000
  /// From one question to the next no job waits longer, a day and its jitter, in seconds; only the
  /// end of a doubt does, which may be looked at early.
  static let longestScheduleSeconds: Int64 = 100_000
  /// For which health tells of it.
  static let toldSeconds: Int64 = 3600

  struct SetBack: Sendable {
    var milliseconds: Int64
    /// Of the steady clock.
    var at: Instant
  }

  private struct State {
    var last: (wall: Instant, steady: Instant)?
    /// Not yet followed by the store.
    var pending: Int64 = 0
    var lastSetBack: SetBack?
  }

  private let store: any DueTimes
  private let time: any TimeSource
  private let log: Log
  private let state = Mutex(State())

  init(store: any DueTimes, time: any TimeSource, log: Log) {
    self.store = store
    self.time = time
    self.log = log
  }

  /// The last one, while it is worth telling.
  var setBack: SetBack? {
    let now = time.steady()
    return state.withLock(\.lastSetBack).flatMap { last in
      now.milliseconds(since: last.at) < Self.toldSeconds * 1000 ? last : nil
    }
  }

  /// To be called again and again. The first call holds the clock against what is stored: where it
  /// was set back before, and has not caught up, due times are drawn in once more, which costs a
  /// question asked early.
  /// - Parameter leaseEnd: when a lease that is taken now runs out.
  func look(leaseEnd: (Instant) -> Instant) async throws(DatabaseError) {
    let isFirst = state.withLock { $0.last == nil }
    let newest = isFirst ? try await store.newestEvent() : nil
    let (wall, steady) = (time.now(), time.steady())
    let before = state.withLock(\.pending)
    let pending = state.withLock { state in
      var expected = newest ?? wall
      if let last = state.last {
        expected = last.wall.adding(milliseconds: steady.milliseconds(since: last.steady))
      }
      state.last = (wall, steady)
      let back = expected.milliseconds(since: wall)
      if back > Self.toleranceMilliseconds {
        state.pending += back
        state.lastSetBack = SetBack(milliseconds: back, at: steady)
        log.warn("the clock was set back", ["ms": JSON(back)])
      }
      return state.pending
    }
    guard isFirst || pending > 0 else { return }
    let latest = wall.adding(seconds: Self.longestScheduleSeconds)
    do throws(DatabaseError) {
      try await store.drawIn(
        DrawnDueTimes(
          by: pending, latest: latest, leaseEnd: pending > 0 ? leaseEnd(wall) : nil))
    } catch {
      // The next look is held against the store anew, and finds the same step.
      if isFirst { state.withLock { ($0.last, $0.pending) = (nil, before) } }
      throw error
    }
    state.withLock { $0.pending -= pending }
  }
}
