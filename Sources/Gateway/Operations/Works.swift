import Payins
import Synchronization

/// Work that goes on whoever waits for it, and that the process finishes before it ends.
final class Works: Sendable {
  private static let lookMilliseconds: Int64 = 20

  private let count = Mutex(0)
  private let lastNumber = Atomic<Int>(0)
  private let waits = Waits<Int, any Sendable>()

  func began() { count.withLock { $0 += 1 } }

  func ended() { count.withLock { $0 -= 1 } }

  /// Does the work, and gives what comes of it; nil where it is not done at `deadline` of the
  /// steady clock or those who wait are let go. It goes on all the same.
  func run<Value: Sendable>(
    by deadline: Instant, _ time: any TimeSource,
    _ work: @escaping @Sendable () async -> Value
  ) async -> Value? {
    let number = lastNumber.add(1, ordering: .relaxed).newValue
    let value = await waits.next(for: number, by: deadline, time, where: { _ in true }) {
      began()
      Task.detached { [self] in
        let value = await work()
        ended()
        waits.publish(value, to: number)
      }
    }
    // A nil that was not told is no value, whatever `Value` is.
    guard let value else { return nil }
    return value as? Value
  }

  /// Does the work to its end, also where whoever waits for it is cancelled.
  func finish<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value {
    began()
    defer { ended() }
    return await Task.detached { await work() }.value
  }

  /// Those who wait by a deadline wait no longer, from now on.
  func letGo() { waits.letGo() }

  /// Returns once there is none, or at `instant` of the steady clock.
  func allEnded(by instant: Instant, _ time: any TimeSource) async {
    while count.withLock({ $0 > 0 }), time.steady() < instant {
      await time.sleep(until: time.steady().adding(milliseconds: Self.lookMilliseconds))
    }
  }
}
