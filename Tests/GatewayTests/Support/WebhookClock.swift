import Gateway
import Payins
import Synchronization

/// Time that the test moves.
final class WebhookClock: TimeSource {
  static let start = Instant(milliseconds: 1_780_000_000_000)

  private let instant = Mutex(WebhookClock.start)
  private let wallOffset = Mutex<Int64>(0)

  func now() -> Instant { steady().adding(milliseconds: wallOffset.withLock { $0 }) }

  func steady() -> Instant { instant.withLock { $0 } }

  /// The wall clock alone.
  func setBack(seconds: Int64) { wallOffset.withLock { $0 -= seconds * 1000 } }

  func advance(seconds: Int64) { instant.withLock { $0 = $0.adding(seconds: seconds) } }

  /// Until the wall clock shows it.
  func advance(to later: Instant) {
    let milliseconds = max(0, later.milliseconds(since: now()))
    instant.withLock { $0 = $0.adding(milliseconds: milliseconds) }
  }

  /// Nobody waits long in tests that move the time themselves. Nor not at all: one whose time has
  /// not come sleeps again, and would take a core of its own for as long as the test lasts.
  func sleep(until instant: Instant) async {
    if instant > steady() { try? await Task.sleep(for: .milliseconds(5)) }
  }
}

/// A clock that stands still: whoever sleeps by it is woken by somebody else, or never.
struct StoppedClock: TimeSource {
  func now() -> Instant { WebhookClock.start }
  func steady() -> Instant { WebhookClock.start }
  func sleep(until instant: Instant) async { try? await Task.sleep(for: .seconds(3_600)) }
}

/// The machine's clock, for tests that wait.
final class WallClock: TimeSource {
  private let offset = Mutex<Int64>(0)

  func now() -> Instant { steady().adding(milliseconds: offset.withLock { $0 }) }

  func setBack(seconds: Int64) { offset.withLock { $0 -= seconds * 1000 } }

  func steady() -> Instant {
    let elapsed = ContinuousClock.now - Self.origin
    let (seconds, attoseconds) = elapsed.components
    return WebhookClock.start.adding(
      milliseconds: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }

  private static let origin = ContinuousClock.now

  func sleep(until instant: Instant) async {
    let milliseconds = instant.milliseconds(since: steady())
    if milliseconds > 0 { try? await Task.sleep(for: .milliseconds(milliseconds)) }
  }
}
