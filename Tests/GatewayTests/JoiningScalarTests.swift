import Gateway
import JSONText
import Payins
import Synchronization
import TestSupport
import Testing

@Suite("metrics and logs, whatever joins with their signs")
struct JoiningScalarTests {
  @Test("a label's value ends at its quote only, and a line at its end")
  func labels() {
    let texts = JoiningScalars.texts(around: "\\\"\n")
    let metrics = Metrics()
    for (index, text) in texts.enumerated() {
      metrics.set("m", [("i", "\(index)"), ("text", text)], to: 1)
    }
    let lines = metrics.exposition.utf8.split(separator: UInt8(ascii: "\n"))
    var found: Set<Int> = []
    for line in lines where !line.starts(with: "#".utf8) {
      guard let (index, text) = Self.read(line) else {
        Issue.record("\(Substring(line)) is no sample")
        continue
      }
      if text.elementsEqual(texts[index].utf8) { found.insert(index) }
    }
    #expect(found.count == texts.count)
  }

  /// `m{i="INDEX",text="TEXT"} 1`, read as Prometheus does.
  private static func read(_ line: Substring.UTF8View) -> (Int, [UInt8])? {
    guard line.starts(with: "m{i=\"".utf8) else { return nil }
    let digits = line.dropFirst(5).prefix { $0 != UInt8(ascii: "\"") }
    var rest = line[digits.endIndex...]
    guard let index = Int(Substring(digits)), rest.starts(with: "\",text=\"".utf8) else {
      return nil
    }
    rest = rest.dropFirst(8)
    var text: [UInt8] = []
    while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      guard let escaped = rest.popFirst(), "n\\\"".utf8.contains(escaped) else { return nil }
      text.append(escaped == UInt8(ascii: "n") ? UInt8(ascii: "\n") : escaped)
    }
    return rest.elementsEqual("} 1".utf8) ? (index, text) : nil
  }

  private struct Clock: TimeSource {
    func now() -> Instant { Instant(seconds: 0) }
    func steady() -> Instant { now() }
    func sleep(until _: Instant) async {}
  }

  @Test("a message is one line of the log")
  func log() throws {
    let written = Mutex<[[UInt8]]>([])
    let log = Log(level: .debug, time: Clock()) { line in written.withLock { $0.append(line) } }
    let texts = JoiningScalars.texts(around: "\"\n")
    for text in texts { log.info(text, ["field": .string(text)]) }
    let lines = written.withLock { $0 }
    #expect(lines.count == texts.count)
    let faults = try zip(lines, texts).filter { line, text in
      let json = try JSON(parsing: Array(line.dropLast()))
      return line.last != UInt8(ascii: "\n") || line.dropLast().contains { $0 < 0x20 }
        || json["message"] != .string(text) || json["field"] != .string(text)
    }
    #expect(faults.isEmpty)
  }
}
