import Expressions
import Foundation
import Testing

/// The conformance tests of the specification (google/cel-spec, tests/simple/testdata at 508bd98e;
/// Apache-2.0): those without messages of protocol buffers and without variables of their own, and
/// without what README.md beside the sources says is absent. Those that the specification evaluates
/// unchecked are a fault here: everything is checked.
@Suite struct ConformanceTests {
  struct Case: Decodable {
    let name: String
    let expr: String
    let value: CrosscheckTests.Result
  }

  @Test("evaluates what the specification's own tests evaluate")
  func conforms() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/expressions/conformance.jsonl")
    let cases = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
      .map { try JSONDecoder().decode(Case.self, from: $0) }
    #expect(cases.count == 1_194)
    for line in cases {
      let found = CrosscheckTests.result(of: line.expr)
      // Some errors of types are found when the expression is loaded.
      let agrees = line.value == .error && found == .fault
      #expect(
        agrees || CrosscheckTests.agree(found, line.value),
        "\(line.name): \(line.expr): \(found), not \(line.value)")
    }
  }
}
