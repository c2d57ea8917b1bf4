import Foundation
import HTTPCalling
import TestSupport
import Testing

/// Answers in a content coding although identity was asked for.
@Suite("Content codings", .timeLimit(.minutes(1)))
struct ContentCodingTests {
  let caller = CurlClient(CurlClient.Configuration(idleSeconds: 300))

  private static let json = #"{"a":1}"#
  private static let gzip = "H4sIAAAAAAAAA6tWSlSyMqwFAK+sG1YHAAAA"
  private static let gzipTwice = "H4sIAAAAAAACA5Pv5mAAASbm1WFeIZuM1rAyrF8jHcYOFAIAe60FqBsAAAA="
  private static let zlib = "eJyrVkpUsjKsBQAIKgIJ"
  private static let deflate = "q1ZKVLIyrAUA"

  /// A server of one answer, in whatever framing.
  private static func server(
    _ coding: String, _ body: [UInt8], isChunked: Bool = false
  ) throws -> TestServer {
    try TestServer { connection in
      while connection.readRequest() != nil {
        let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.count)"
        connection.send("HTTP/1.1 200 OK\r\nContent-Encoding: \(coding)\r\n\(framing)\r\n\r\n")
        guard isChunked else {
          connection.send(body)
          continue
        }
        for start in stride(from: 0, to: body.count, by: 7) {
          let part = Array(body[start..<min(start + 7, body.count)])
          connection.send(Array("\(String(part.count, radix: 16))\r\n".utf8) + part + [0x0D, 0x0A])
        }
        connection.send("0\r\n\r\n")
      }
    }
  }

  private static func bytes(_ base64: String) throws -> [UInt8] {
    Array(try #require(Data(base64Encoded: base64)))
  }

  @Test(
    "an answer in a coding that nobody asked for is read",
    arguments: [
      ("gzip", gzip), ("GZIP", gzip), ("x-gzip", gzip), ("deflate", zlib), ("deflate", deflate),
      ("gzip, gzip", gzipTwice),
    ], [false, true])
  func decoded(answer: (String, String), isChunked: Bool) async throws {
    let body = try Self.bytes(answer.1)
    let server = try Self.server(answer.0, body, isChunked: isChunked)
    #expect(await caller.get(server.url).text == Self.json)
    #expect(await caller.post(server.url).text == Self.json)
    // The cap is that of what was decoded, which here is less than what came.
    let limits = CallLimits(responseBytes: body.count)
    #expect(await caller.get(server.url, limits).text == Self.json)
  }

  @Test(
    "a word that is no coding, such as a charset, costs nothing",
    arguments: ["UTF-8", "utf-8", "none", "identity", "binary", "gzip;q=1", ""])
  func charset(word: String) async throws {
    let server = try Self.server(word, Array(Self.json.utf8))
    #expect(await caller.get(server.url).text == Self.json)
    // The next answer on that handle is decoded again.
    let other = try Self.server("gzip", try Self.bytes(Self.gzip))
    #expect(await caller.get(other.url).text == Self.json)
    #expect(await caller.get(server.url).text == Self.json)
  }

  @Test(
    "a body that is not in the coding it claims is no answer, but where the status alone matters")
  func miscoded() async throws {
    let server = try Self.server("gzip", Array(Self.json.utf8))
    #expect(await caller.post(server.url).summary == "sent_no_answer malformed")
    #expect(await caller.get(server.url).failure?.label == .malformed)
    let limits = CallLimits(cutsBody: true)
    #expect(await caller.post(server.url, "{}", limits).summary == "answered 200")
    let whole = try Self.server("gzip", try Self.bytes(Self.gzip))
    #expect(await caller.post(whole.url, "{}", limits).text == Self.json)
  }

  @Test("a small answer that unfolds into a large one is refused at the cap", arguments: [1, 2])
  func bomb(times: Int) async throws {
    // Sixteen million zeros, in sixteen thousand bytes, or in some hundreds.
    var body = [UInt8](repeating: UInt8(ascii: "0"), count: 16_000_000)
    for _ in 0..<times { body = try await Self.compressed(body) }
    #expect(body.count < 20_000)
    let coding = Array(repeating: "gzip", count: times).joined(separator: ", ")
    let server = try Self.server(coding, body)
    let limits = CallLimits(responseBytes: 100_000)
    #expect(await caller.get(server.url, limits).failure?.label == .tooLarge)
    #expect(await caller.post(server.url, "{}", limits).summary == "sent_no_answer too_large")
    let cut = CallLimits(responseBytes: 600, cutsBody: true)
    let outcome = await caller.post(server.url, "{}", cut)
    #expect(outcome.text == String(repeating: "0", count: 600))
  }

  private static func compressed(_ bytes: [UInt8]) async throws -> [UInt8] {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "pasarela-\(UUID().uuidString)").path
    defer { for end in ["", ".gz"] { try? FileManager.default.removeItem(atPath: path + end) } }
    try Data(bytes).write(to: URL(filePath: path))
    let ended = try await OtherProgram.run("gzip", [path])
    #expect(ended.status == 0)
    return Array(try Data(contentsOf: URL(filePath: path + ".gz")))
  }
}
