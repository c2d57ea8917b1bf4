import Foundation
import Gateway
import JSONText
import Synchronization

/// Writes the log on a thread of its own: whoever reads it, or does not, nobody who logs waits.
/// What there is no room for is dropped, and its number is said as soon as lines flow again.
///
/// `@unchecked` because the compiler cannot see that `condition` guards `state`, the only thing
/// here that changes: it is private, and `put`, `flush` and `run` touch it between `lock` and
/// `unlock`. A `Mutex` would hold it for the compiler, but has no condition to wait for.
final class LogWriter: @unchecked Sendable {  // `condition` guards `state`: see above
  /// Bytes that may wait.
  static let roomBytes = 1 << 20

  private struct State {
    var lines: [[UInt8]] = []
    var bytes = 0
    var isWriting = false
    var dropped: Int64 = 0
  }

  private let condition = NSCondition()
  private var state = State()
  private let write: @Sendable ([UInt8]) -> Void
  private let onDrop: @Sendable () -> Void

  /// - Parameters:
  ///   - write: called on the writer's thread, for as long as it takes.
  ///   - onDrop: called for each line that is dropped.
  ///   - report: the line that says how many were.
  init(
    to write: @escaping @Sendable ([UInt8]) -> Void, onDrop: @escaping @Sendable () -> Void,
    report: @escaping @Sendable (Int64) -> [UInt8]
  ) {
    self.write = write
    self.onDrop = onDrop
    let thread = Thread { [self] in run(report) }
    thread.name = "log"
    thread.start()
  }

  /// - Parameter line: whole, with its newline.
  func put(_ line: [UInt8]) {
    condition.lock()
    let isTaken = state.bytes + line.count <= Self.roomBytes
    if isTaken {
      state.lines.append(line)
      state.bytes += line.count
    } else {
      state.dropped += 1
    }
    condition.broadcast()
    condition.unlock()
    if !isTaken { onDrop() }
  }

  /// Blocks until all is written, or so long.
  func flush(withinSeconds seconds: Int) {
    let end = Date(timeIntervalSinceNow: TimeInterval(seconds))
    condition.lock()
    defer { condition.unlock() }
    while !state.lines.isEmpty || state.isWriting || state.dropped > 0 {
      guard condition.wait(until: end) else { return }
    }
  }

  private func run(_ report: (Int64) -> [UInt8]) {
    while true {
      condition.lock()
      state.isWriting = false
      condition.broadcast()
      while state.lines.isEmpty, state.dropped == 0 { condition.wait() }
      let (lines, dropped) = (state.lines, state.dropped)
      state.lines = []
      state.bytes = 0
      state.dropped = 0
      state.isWriting = true
      condition.unlock()
      // What was dropped came after what waited.
      write(Array(lines.joined()) + (dropped > 0 ? report(dropped) : []))
    }
  }
}

extension LogWriter {
  /// The log on standard output.
  static func start(_ level: Log.Level, _ metrics: Metrics) -> (log: Log, writer: LogWriter) {
    let dropped = "pasarela_log_dropped_total"
    metrics.increment(dropped, by: 0)
    let writer = LogWriter(to: StandardStream.output.write) {
      metrics.increment(dropped)
    } report: { count in
      let line = Mutex<[UInt8]>([])
      Log(level: .warn, time: SystemTime()) { bytes in line.withLock { $0 = bytes } }.warn(
        "log lines were dropped",
        ["count": JSON(count), "detail": .string("\(count) lines were dropped")])
      return line.withLock(\.self)
    }
    return (Log(level: level, time: SystemTime()) { writer.put($0) }, writer)
  }
}
