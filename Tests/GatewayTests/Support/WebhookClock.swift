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

/// The same identifiers in every run.
final class SeededEntropy: Entropy {
  private let state = Mutex<UInt64>(7)

  func bytes(_ count: Int) -> [UInt8] {
    state.withLock { state in
      (0..<count).map { _ in
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return UInt8(truncatingIfNeeded: mixed ^ (mixed >> 31))
      }
    }
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
