public import Payins

/// Where time comes from; the shell hands in the system's, the simulation its virtual one.
public protocol TimeSource: Sendable {
  /// The wall clock, for what is shown, stored and sent. Somebody may set it, also back.
  func now() -> Instant
  /// A clock that nobody sets, for everything that is measured or waited for in memory. Its
  /// instants mean something to each other only.
  func steady() -> Instant
  /// Returns at `instant` of the steady clock, or earlier where the task is cancelled.
  func sleep(until instant: Instant) async
}
