import Payins
import Synchronization

/// What providers are asked for on a caller's behalf: it goes on whoever waits for it, and the
/// process finishes it before it ends.
final class Works: Sendable {
  private static let lookMilliseconds: Int64 = 20

  private let count = Mutex(0)
  private let waits = Waits<OperationID, Creation>()

  func began() { count.withLock { $0 += 1 } }

  func ended() { count.withLock { $0 -= 1 } }

  /// Does the work, and returns once the operation is settled, by the work or by anybody else in
  /// this process; nil where it is not at `deadline` of the steady clock, the caller is cancelled
  /// or those who wait are let go. The work goes on all the same.
  func settling(
    _ id: OperationID, by deadline: Instant, _ time: any TimeSource,
    _ work: @escaping @Sendable () async -> Void
  ) async -> Creation? {
    await waits.next(for: id, by: deadline, time, where: { _ in true }) {
      began()
      Task.detached { [self] in
        await work()
        ended()
      }
    }
  }

  /// To be told once the answer to the call that made the operation is durable.
  func settled(_ creation: Creation) { waits.publish(creation, to: creation.id) }

  /// Does the work to its end, also where whoever waits for it is cancelled.
  func finish<Value: Sendable, Fault: Error>(
    _ work: @escaping @Sendable () async throws(Fault) -> Value
  ) async throws(Fault) -> Value {
    began()
    defer { ended() }
    let done = await Task.detached { () -> Result<Value, Fault> in
      do throws(Fault) { return .success(try await work()) } catch { return .failure(error) }
    }.value
    return try done.get()
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
