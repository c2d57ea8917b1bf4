import Expressions
import Payins

/// Rules in their order, with what they need to decide.
struct Rulebook: Sendable {
  let rules: [Rule]
  /// Taken where no rule's condition is true.
  let otherwise: Route
  let fees: [Target: Fee]
  /// Those that the configuration knows.
  let accounts: [String]
  /// Of the rule set.
  let version: String

  /// What became of the conditions.
  struct Match {
    /// Nil: none was true.
    var rule: Int?
    /// The rules before it whose conditions ended in an error.
    var errors: [Int] = []
  }

  func match(_ activation: Activation) -> Match {
    var match = Match()
    for index in rules.indices {
      switch rules[index].condition.evaluate(activation) {
      case .value(.bool(true)):
        match.rule = index
        return match
      case .value: continue
      case .error: match.errors.append(index)
      }
    }
    return match
  }

  func activation(_ question: RoutingQuestion) -> Activation {
    RuleVariables.activation(question, accounts: accounts)
  }

  func route(_ match: Match) -> Route { match.rule.map { rules[$0].route } ?? otherwise }

  func decide(_ question: RoutingQuestion) -> Decision {
    let match = match(activation(question))
    let route = route(match)
    var dropped: [DroppedTarget] = []
    var heads: [Int] = []
    for (index, head) in route.heads.enumerated() {
      if let reason = head.reasonToDrop(question) {
        dropped.append(DroppedTarget(target: head.target, reason: reason))
      } else {
        heads.append(index)
      }
    }
    var candidates = route.ordered(heads, for: question, fees: fees).map {
      route.heads[$0].candidate
    }
    for serving in route.tail {
      if let reason = serving.reasonToDrop(question) {
        dropped.append(DroppedTarget(target: serving.target, reason: reason))
      } else {
        candidates.append(serving.candidate)
      }
    }
    return Decision(
      candidates: candidates, dropped: dropped, question: question, match: match, rulebook: self)
  }
}
