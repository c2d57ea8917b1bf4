import Gateway
import Payins
import Synchronization

/// Time that the test moves, and that wakes nobody before: until when everybody sleeps can be seen.
final class SteppedClock: TimeSource {
  static let start = Instant(milliseconds: 1_780_000_000_000)

  private struct Sleeper {
    var until: Instant
    var continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var steady = SteppedClock.start
    var wallOffset: Int64 = 0
    var count = 0
    var sleepers: [Int: Sleeper] = [:]
    var cancelled: Set<Int> = []
  }

  private let state = Mutex(State())

  func now() -> Instant {
    state.withLock { $0.steady.adding(milliseconds: $0.wallOffset) }
  }

  func steady() -> Instant { state.withLock(\.steady) }

  /// The wall clock alone.
  func setBack(seconds: Int64) { state.withLock { $0.wallOffset -= seconds * 1000 } }

  /// Milliseconds from now until somebody wakes, for each who sleeps, soonest first.
  var waits: [Int64] {
    state.withLock { state in
      state.sleepers.values.map { $0.until.milliseconds(since: state.steady) }.sorted()
    }
  }

  func advance(milliseconds: Int64) {
    let woken = state.withLock { state in
      state.steady = state.steady.adding(milliseconds: milliseconds)
      let due = state.sleepers.filter { $0.value.until <= state.steady }
      for number in due.keys { state.sleepers[number] = nil }
      return due.values.map(\.continuation)
    }
    for continuation in woken { continuation.resume() }
  }

  /// Until the wall clock shows it.
  func advance(to later: Instant?) {
    advance(milliseconds: max(0, (later ?? now()).milliseconds(since: now())))
  }

  func advance(seconds: Int64) { advance(milliseconds: seconds * 1000) }

  func sleep(until instant: Instant) async {
    let number = state.withLock { state in
      state.count += 1
      return state.count
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          let isOver = state.cancelled.remove(number) != nil || instant <= state.steady
          if !isOver {
            state.sleepers[number] = Sleeper(until: instant, continuation: continuation)
          }
          return isOver
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        let sleeper = state.sleepers.removeValue(forKey: number)
        if sleeper == nil { state.cancelled.insert(number) }
        return sleeper
      }
      sleeper?.continuation.resume()
    }
  }
}
