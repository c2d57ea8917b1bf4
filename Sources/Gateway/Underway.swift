import Payins
import Synchronization

/// Counts work that the process finishes before it ends, though nobody may wait for its answer.
final class Underway: Sendable {
  private static let lookMilliseconds: Int64 = 20
  private let count = Mutex(0)

  func began() { count.withLock { $0 += 1 } }

  func ended() { count.withLock { $0 -= 1 } }

  /// Returns once there is none, or at `instant` of the steady clock.
  func allEnded(by instant: Instant, _ time: any TimeSource) async {
    while count.withLock({ $0 > 0 }), time.steady() < instant {
      await time.sleep(until: time.steady().adding(milliseconds: Self.lookMilliseconds))
    }
  }
}
