import Foundation
import Synchronization
import TestSupport
import Testing

@testable import pasarela

/// What is said of lines that fall away.
@Suite("the log's writer", .timeLimit(.minutes(1)))
struct LogWriterTests {
  @Test("a line that there is no room for is told of at once, also where no other comes")
  func tooLong() async throws {
    let dropped = Mutex(0)
    let written = Mutex("")
    let writer = LogWriter(to: { bytes in
      written.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
    }) {
      dropped.withLock { $0 += 1 }
    } report: { count in
      Array("\(count) lost\n".utf8)
    }
    writer.put(Array("first\n".utf8))
    writer.put([UInt8](repeating: 120, count: LogWriter.roomBytes + 1))
    let isTold = try await eventually { written.withLock { $0 } == "first\n1 lost\n" }
    #expect(isTold && dropped.withLock { $0 } == 1)
    // At once: nothing waits.
    writer.flush(withinSeconds: 10)
  }
}

/// What a change of files is held against.
@Suite("watched files", .timeLimit(.minutes(1)))
struct FileWatcherTests {
  @Test("a change between the first reading and the first look is noticed")
  func early() async throws {
    let folder = try Workplace()
    try folder.write("one", to: "rules/a.json5")
    let watcher = FileWatcher(rules: "\(folder.path)/rules", time: SystemTime())
    try folder.write("other", to: "rules/a.json5")
    let changes = Mutex(0)
    let watching = Task { await watcher.watch { changes.withLock { $0 += 1 } } }
    #expect(try await eventually { changes.withLock { $0 } == 1 })
    watching.cancel()
  }
}
