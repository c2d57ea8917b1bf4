import Foundation
import HTTPServing
import TestSupport
import Testing

@Suite("gzip")
struct GzipTests {
  @Test("is what another program unpacks to the same bytes")
  func roundTrip() async throws {
    var random = SeededRandom(seed: 7)
    let folder = NSTemporaryDirectory() + "/gzip-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let words = ["status", "{\"a\":", "pending", "\n      ", "é", "x"]
    for length in [0, 1, 2, 3, 257, 258, 259, 5_000, 40_000] {
      for alphabet in [1, 2, 200] {
        var bytes: [UInt8] = []
        while bytes.count < length {
          if random.next() % 2 == 0 {
            bytes += Array(words[Int(random.next() % UInt64(words.count))].utf8)
          } else {
            bytes.append(UInt8(truncatingIfNeeded: random.next() % UInt64(alphabet)))
          }
        }
        let file = "\(folder)/\(length)-\(alphabet)"
        try Data(Gzip.member(of: bytes)).write(to: URL(filePath: file + ".gz"))
        #expect(try await OtherProgram.run("gunzip", [file + ".gz"]).status == 0)
        #expect(try Array(Data(contentsOf: URL(filePath: file))) == bytes, "\(file)")
      }
    }
  }

  @Test("makes a document that repeats itself much shorter")
  func ratio() {
    let text = (0..<2_000).map { "{ \"$ref\": \"#/components/\($0)\" },\n" }.joined()
    let bytes = Array(text.utf8)
    #expect(Gzip.member(of: bytes).count * 5 < bytes.count)
  }
}
