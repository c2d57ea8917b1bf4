import Foundation
import JSONText
import Sandbox
import TestSupport
import Testing

/// `make test` installs the SDK and says where in PASARELA_PYTHON.
@Suite(
  "Openpay's official Python SDK", .timeLimit(.minutes(1)),
  .enabled(if: ProcessInfo.processInfo.environment["PASARELA_PYTHON"] != nil, "run make test"))
struct OpenpaySDKTests {
  @Test("customers, charges and lists work with it")
  func works() async throws {
    let python = try #require(ProcessInfo.processInfo.environment["PASARELA_PYTHON"])
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/openpay_sdk.py").standardized.path
    try await Bench.run {
      $0.unixMilliseconds = SandboxConfiguration().unixMilliseconds
    } _: { bench in
      let result = try await OtherProgram.run(python, [script, bench.base])
      #expect(result.status == 0, "\(result.output)")
      #expect(result.output.hasSuffix("all well\n"))
    }
  }
}
