public import Payins

/// Where time comes from; the shell hands in the system's, the simulation its virtual one.
public protocol TimeSource: Sendable {
  func now() -> Instant
  /// Returns at `instant`, or earlier where the task is cancelled.
  func sleep(until instant: Instant) async
}
