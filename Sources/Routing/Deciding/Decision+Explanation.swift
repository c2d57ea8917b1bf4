import Expressions
public import JSONText
import Payins

/// How much an explanation says.
public enum ExplanationLevel: Sendable {
  /// Every rule with what its condition's parts came to, every candidate with its reason; what
  /// `POST /v1/routing/evaluate` answers.
  case full
  /// What is kept with a pay-in: the same members without those that stand beside it in the
  /// `RoutingRecord`, and of the rules only those that ended in an error. Every other rule before
  /// the matched one was false.
  case compact
}

extension Decision {
  /// The decision with its reasons. Made when it is asked for; shows no payer's data.
  public func explanation(_ level: ExplanationLevel) -> JSON {
    switch level {
    case .full:
      [
        "rules_version": JSON(rulesVersion), "rule": JSON(rule), "rules": .array(explainedRules()),
        "strategy": JSON(route.strategy.name.rawValue),
        "candidates": .array(explainedTargets(level)),
        "order": .array(order.map { JSON($0.description) }),
        "retry": .array(retry.map { JSON($0.rawValue) }),
      ]
    case .compact:
      [
        "rules": .array(explainedErrors()), "strategy": JSON(route.strategy.name.rawValue),
        "candidates": .array(explainedTargets(level)),
        "order": .array(order.map { JSON($0.description) }),
      ]
    }
  }

  private var route: Route { rulebook.route(match) }

  // MARK: Candidates

  /// Every target of the route, as written.
  private func explainedTargets(_ level: ExplanationLevel) -> [JSON] {
    let reasons = Dictionary(dropped.map { ($0.target, $0.reason) }) { first, _ in first }
    return route.targets.enumerated().map { index, serving in
      let target = JSON(serving.target.description)
      if let reason = reasons[serving.target] {
        return [
          "target": target, "kept": false, "reason": JSON(reason.code),
          "detail": JSON(reason.sentence),
        ]
      }
      guard level == .full else { return ["target": target, "kept": true] }
      return ["target": target, "kept": true, "reason": nil, "detail": JSON(detail(of: index))]
    }
  }

  private func detail(of index: Int) -> String? {
    guard index < route.heads.count else { return "then" }
    return route.detail(
      of: index, isFirst: order.first == route.heads[index].target, for: question,
      fees: rulebook.fees)
  }

  // MARK: Rules

  private func explainedErrors() -> [JSON] {
    guard !match.errors.isEmpty else { return [] }
    let activation = rulebook.activation(question)
    let redaction = PayerRedaction(question.request)
    return match.errors.compactMap { index in
      let rule = rulebook.rules[index]
      guard case .error(let error) = rule.condition.evaluate(activation) else { return nil }
      return [
        "name": JSON(rule.name), "file": JSON(rule.file), "result": "error",
        "error": JSON(redaction.shown(error, in: rule.condition)),
      ]
    }
  }

  private func explainedRules() -> [JSON] {
    let activation = rulebook.activation(question)
    let redaction = PayerRedaction(question.request)
    return rulebook.rules.enumerated().map { index, rule in
      var entry: JSONObject = ["name": JSON(rule.name), "file": JSON(rule.file)]
      if let matched = match.rule, index >= matched {
        entry["result"] = index == matched ? true : "not_reached"
        return .object(entry)
      }
      let explanation = rule.condition.explain(activation)
      if case .error(let error) = explanation.outcome {
        entry["result"] = "error"
        entry["error"] = JSON(redaction.shown(error, in: rule.condition))
      } else {
        entry["result"] = false
      }
      entry["why"] = .array(explained(explanation.parts, rule.condition, redaction))
      return .object(entry)
    }
  }

  /// What the parts of a condition came to, in the order of its source. The whole is left out where
  /// it has parts: its result is told already.
  private func explained(
    _ parts: [Explanation.Part], _ condition: Expression, _ redaction: PayerRedaction
  ) -> [JSON] {
    let told = parts.count > 1 ? parts.dropFirst() : parts[...]
    return told.compactMap { part in
      switch part.result {
      case .value(let value):
        [
          "expression": JSON(part.text),
          "value": JSON(redaction.shown(value: value, of: part.source)),
        ]
      case .error(let error):
        [
          "expression": JSON(part.text), "error": JSON(redaction.shown(error, in: condition)),
        ]
      case .notEvaluated: nil
      }
    }
  }
}
