import Gateway
import Payins
import Synchronization

/// Time that the test moves.
final class WebhookClock: TimeSource {
  static let start = Instant(milliseconds: 1_780_000_000_000)

  private let instant = Mutex(WebhookClock.start)

  func now() -> Instant { instant.withLock { $0 } }

  func advance(seconds: Int64) { instant.withLock { $0 = $0.adding(seconds: seconds) } }

  func advance(to later: Instant) { instant.withLock { $0 = max($0, later) } }

  /// Nobody waits in tests that move the time themselves.
  func sleep(until instant: Instant) async {}
}

/// The machine's clock, for tests with sockets.
struct WallClock: TimeSource {
  func now() -> Instant {
    let elapsed = ContinuousClock.now - Self.origin
    let (seconds, attoseconds) = elapsed.components
    return WebhookClock.start.adding(
      milliseconds: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }

  private static let origin = ContinuousClock.now

  func sleep(until instant: Instant) async {
    let milliseconds = instant.milliseconds(since: now())
    if milliseconds > 0 { try? await Task.sleep(for: .milliseconds(milliseconds)) }
  }
}

/// Asks until the answer is yes, for at most half a minute.
func eventually(_ look: () async throws -> Bool) async throws -> Bool {
  for _ in 0..<3000 {
    if try await look() { return true }
    try await Task.sleep(for: .milliseconds(10))
  }
  return false
}
