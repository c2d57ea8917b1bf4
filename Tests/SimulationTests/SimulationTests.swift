import Foundation
import TestSupport
import Testing

/// Tests/Simulation in short: a process of its own, since it takes over all of Swift's tasks.
@Suite("the simulation")
struct SimulationTests {
  private func simulate(_ arguments: String...) async throws -> (status: Int32, output: String) {
    try await OtherProgram.run(OtherProgram.beside("simulate"), arguments)
  }

  @Test("every promise holds through 100 seeds of storms")
  func promises() async throws {
    let run = try await simulate("--seeds", "100")
    #expect(run.status == 0, "\(run.output.suffix(4000))")
  }

  static let variants = [
    "first-commit-skipped", "lease-ignored", "lease-endless", "deposit-counted-again",
    "deposits-taken-for-one", "doubt-taken-for-refusal", "hint-believed", "question-forgotten",
    "callback-forgotten", "answer-forgotten", "event-dropped", "delivery-forgotten",
    "reversal-forgotten", "refusal-believed", "doubt-endless", "credentials-ignored",
    "silence-ignored", "patch-ignored", "parked-callback-dropped", "callback-amount-believed",
    "contradiction-dropped", "open-without-question", "repetition-ignored",
  ]

  @Test("a gateway that is broken on purpose is found out", arguments: variants)
  func found(_ variant: String) async throws {
    let run = try await simulate("--seeds", "150", "--variant", variant)
    #expect(run.status == 1)
    #expect(run.output.contains("promises:"))
    #expect(!run.output.contains("did not replay"))
  }

  @Test("every broken variant that there is stands here")
  func complete() async throws {
    let run = try await simulate("--variant", "none")
    let known = run.output.dropFirst("variants: ".count).split(whereSeparator: \.isWhitespace)
    #expect(Set(known.map(String.init)) == Set(Self.variants))
  }
}
