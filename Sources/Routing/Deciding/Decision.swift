public import Payins

/// Which accounts are tried for a pay-in, in which order, and why.
public struct Decision: Sendable {
  /// In the order to be tried; empty where no target can serve.
  public let candidates: [Candidate]
  /// The other targets of the matched route, each with its reason.
  public let dropped: [DroppedTarget]
  let question: RoutingQuestion
  let match: Rulebook.Match
  let rulebook: Rulebook

  /// Of the rule set.
  public var rulesVersion: String { rulebook.version }

  /// The name of the rule that decided, or `otherwise`.
  public var rule: String { match.rule.map { rulebook.rules[$0].name } ?? Rule.otherwise }

  public var order: [Target] { candidates.map(\.target) }

  /// Outcomes after which the next candidate is tried.
  public var retry: [RetryOutcome] {
    match.rule.map { rulebook.rules[$0].retry } ?? RetryOutcome.standard
  }

  /// The names of rules whose conditions ended in an error and so did not match: to be counted.
  public var conditionErrors: [String] { match.errors.map { rulebook.rules[$0].name } }

  /// What a pay-in keeps of the decision, with the compact explanation.
  public var record: RoutingRecord {
    RoutingRecord(
      rulesVersion: rulesVersion, rule: rule, candidates: candidates, retry: retry,
      explanation: explanation(.compact))
  }
}
