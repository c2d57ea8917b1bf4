import Glibc

/// A moment of the monotonic clock, which nobody sets.
public struct Deadline: Sendable {
  private let nanoseconds: Int64

  public init(in milliseconds: Int64) { nanoseconds = Self.now + milliseconds * 1_000_000 }

  public var millisecondsLeft: Int64 { (nanoseconds - Self.now) / 1_000_000 }

  public var isOver: Bool { millisecondsLeft <= 0 }

  private static var now: Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
