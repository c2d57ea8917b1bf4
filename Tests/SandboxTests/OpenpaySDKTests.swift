import Foundation
import HTTPCalling
import JSONText
import Testing

/// What Openpay's official Python SDK sent, and what its answers must hold. `make test-clients`
/// runs the SDK itself.
@Suite("Openpay's official Python SDK", .timeLimit(.minutes(1)))
struct OpenpaySDKTests {
  static let recording = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Fixtures/openpay-sdk.jsonl").standardizedFileURL

  @Test("the requests that it sent are answered as it needs")
  func recorded() async throws {
    let lines = try String(contentsOf: Self.recording, encoding: .utf8).split(separator: "\n")
    try #require(lines.count == 22)
    try await Bench.run { bench in
      var words = [
        "{base}": bench.base, "{due}": "2026-01-05T13:45:00", "{since}": "2025-12-31",
      ]
      for line in lines {
        let request = try JSON(parsing: Array(line.utf8))
        func text(_ member: String) -> String {
          words.reduce(request[member]?.string ?? "") { $0.replacing($1.key, with: $1.value) }
        }
        let headers = (request["headers"]?.object?.members ?? []).map {
          HTTPHeader($0.key, $0.value.string ?? "")
        }
        let answer = try await bench.call(
          text("method"), text("path"), headers, Array(text("body").utf8))
        #expect(Int64(answer.status) == request["status"]?.int64, "\(line)")
        let expected = request["answer"]
        if let name = expected?["id"]?.string, words[name] == nil {
          words[name] = answer.json["id"]?.string
        }
        let isRight = Self.holds(answer.json, expected ?? .null, words)
        #expect(isRight, "\(line)\n\(answer.text)")
      }
    }
  }

  /// Whether everything expected stands in the answer; an array must be the same element by element.
  private static func holds(_ answer: JSON, _ expected: JSON, _ words: [String: String]) -> Bool {
    switch expected {
    case .string("{any}"): answer.string?.isEmpty == false
    case .string(let text): answer.string == words[text] ?? text
    case .number(let number): answer.number?.scaled(by: 2) == number.scaled(by: 2)
    case .array(let elements):
      answer.array?.count == elements.count
        && zip(answer.array ?? [], elements).allSatisfy { holds($0, $1, words) }
    case .object(let object):
      object.members.allSatisfy { holds(answer[$0.key] ?? .null, $0.value, words) }
    default: answer == expected
    }
  }
}
