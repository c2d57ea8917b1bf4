import Dispatch
import Foundation
import Gateway
import JSONText
import Synchronization

/// Writes the log on a thread of its own: whoever reads it, or does not, nobody who logs waits.
/// What there is no room for is dropped, and its number is said as soon as lines flow again.
final class LogWriter: Sendable {
  /// Bytes that may wait.
  static let roomBytes = 1 << 20

  private struct State {
    var lines: [[UInt8]] = []
    var bytes = 0
    var dropped: Int64 = 0
    var isWriting = false
    /// Raised once everything is written.
    var flushes: [DispatchSemaphore] = []

    var isEmpty: Bool { lines.isEmpty && dropped == 0 }
  }

  private let state = Mutex(State())
  /// Raised where something waits to be written and nothing did before.
  private let work = DispatchSemaphore(value: 0)
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
    let (isTaken, isFirst) = state.withLock { state in
      let isFirst = state.isEmpty
      let isTaken = state.bytes + line.count <= Self.roomBytes
      if isTaken {
        state.lines.append(line)
        state.bytes += line.count
      } else {
        state.dropped += 1
      }
      return (isTaken, isFirst)
    }
    if isFirst { work.signal() }
    if !isTaken { onDrop() }
  }

  /// Blocks until all is written, or so long.
  func flush(withinSeconds seconds: Int) {
    let written = DispatchSemaphore(value: 0)
    let isIdle = state.withLock { state in
      if state.isEmpty, !state.isWriting { return true }
      state.flushes.append(written)
      return false
    }
    if !isIdle { _ = written.wait(timeout: .now() + .seconds(seconds)) }
  }

  private func run(_ report: (Int64) -> [UInt8]) {
    while true {
      work.wait()
      let (lines, dropped) = state.withLock { state in
        defer { (state.lines, state.bytes, state.dropped) = ([], 0, 0) }
        state.isWriting = true
        return (state.lines, state.dropped)
      }
      // What was dropped came after what waited.
      write(Array(lines.joined()) + (dropped > 0 ? report(dropped) : []))
      let flushed = state.withLock { state in
        state.isWriting = false
        guard state.isEmpty else { return [DispatchSemaphore]() }
        defer { state.flushes = [] }
        return state.flushes
      }
      for flush in flushed { flush.signal() }
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
