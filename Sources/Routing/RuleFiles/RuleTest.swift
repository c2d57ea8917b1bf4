import JSONText
import Payins

/// A test that stands in a rule file: a question, and what its decision must be.
struct RuleTest: Sendable {
  let name: String
  let question: RoutingQuestion
  let expectations: [Expectation]

  struct Expectation: Sendable {
    let aspect: Aspect
    /// Where it stands in the file.
    let pointer: String
  }

  /// What of a decision is compared.
  enum Aspect: Sendable {
    case rule(String)
    /// The targets to be tried, in this order.
    case order([Target])
    /// The targets to be tried, in any order: for routes that leave it to chance.
    case candidates([Target])
    /// All targets that fell out, with the code of the reason.
    case dropped([Target: String])
  }

  /// What differs from what is expected, each with its pointer.
  func failures(of decision: Decision) -> [JSONProblem] {
    expectations.compactMap { expectation in
      guard let difference = difference(expectation.aspect, decision) else { return nil }
      return JSONProblem(
        pointer: expectation.pointer, detail: "the test \"\(name)\" failed: \(difference)")
    }
  }

  private func difference(_ aspect: Aspect, _ decision: Decision) -> String? {
    switch aspect {
    case .rule(let rule):
      rule == decision.rule ? nil : "expected \"\(rule)\", but \"\(decision.rule)\" decided"
    case .order(let order):
      order == decision.order
        ? nil : "expected \(Self.list(order)), got \(Self.list(decision.order))"
    case .candidates(let targets):
      Set(targets) == Set(decision.order)
        ? nil
        : "expected \(Self.list(targets)) in any order, got \(Self.list(decision.order))"
    case .dropped(let expected):
      difference(expected, decision.dropped)
    }
  }

  private func difference(_ expected: [Target: String], _ dropped: [DroppedTarget]) -> String? {
    let actual = dropped.map { ($0.target, $0.reason.code) }
    guard Dictionary(actual, uniquingKeysWith: { first, _ in first }) != expected else {
      return nil
    }
    let sorted = expected.sorted { $0.key.description < $1.key.description }
    return
      "expected \(Self.reasons(sorted.map { ($0.key, $0.value) })), got \(Self.reasons(actual))"
  }

  private static func list(_ targets: [Target]) -> String {
    "[" + targets.map(\.description).joined(separator: ", ") + "]"
  }

  private static func reasons(_ dropped: [(Target, String)]) -> String {
    "{" + dropped.map { "\($0.0): \($0.1)" }.joined(separator: ", ") + "}"
  }
}
