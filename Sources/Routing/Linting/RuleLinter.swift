import Expressions
import JSONText
import Payins

/// Looks for what a rule set may say without meaning it.
struct RuleLinter {
  /// In the order found.
  private(set) var warnings: [RuleNotice] = []
  private let catalog: TargetCatalog
  /// The place of the first rule that every pay-in matches.
  private var last: String?
  /// The rule that first has a condition, by the condition's source.
  private var conditions: [[UInt8]: String] = [:]

  init(_ files: [ReadRuleFile], _ catalog: TargetCatalog) {
    self.catalog = catalog
    for file in files {
      guard let source = file.source else { continue }
      for rule in file.rules { lint(rule, source) }
      for route in file.routes { lint(route, source) }
    }
  }

  private mutating func lint(_ read: ReadRule, _ source: RuleSource) {
    let rule = read.rule
    let name = JSONPointer.appending("name", to: read.pointer)
    let when = JSONPointer.appending("when", to: read.pointer)
    let place = "\(source.name):\(source.root.position(at: name).line)"
    if let last {
      let why = "\(last) matches every pay-in"
      return warn(source, name, "the rule \"\(rule.name)\" is never reached: \(why)")
    }
    let text = Array(rule.condition.source.utf8)
    if let first = conditions[text] {
      let why = "the rule at \(first) has the same condition"
      return warn(source, when, "the rule \"\(rule.name)\" is never reached: \(why)")
    }
    conditions[text] = place
    let reach = ConditionReach(rule.condition)
    if reach.isAlwaysTrue { last = "the rule \"\(rule.name)\" at \(place)" }
    lintAccounts(rule, source, when)
    guard reach.canBeTrue else {
      return warn(source, when, "the condition of \"\(rule.name)\" can never be true")
    }
    for listed in read.route.listed { lint(listed, reach, rule, source) }
  }

  /// Whether a target can serve what the condition lets through.
  private mutating func lint(
    _ listed: ReadRoute.Listed, _ reach: ConditionReach, _ rule: Rule, _ source: RuleSource
  ) {
    let target = listed.serving.target
    let amounts = listed.serving.capability.amounts
    let canBeTrue = { (amounts: ClosedRange<Int64>) in
      reach.canBeTrue(for: target.method, amounts) || reach.canBeTrue(for: nil, amounts)
    }
    if !canBeTrue(ConditionReach.anyAmount) {
      let why = "no \(target.method.rawValue) pay-in meets the condition of \"\(rule.name)\""
      warn(source, listed.pointer, "\(target) can serve nothing here: \(why)")
    } else if !canBeTrue(amounts) {
      let least = DecimalText.text(amounts.lowerBound, places: 2)
      let most = DecimalText.text(amounts.upperBound, places: 2)
      let why = "it takes $\(least) to $\(most), which \"\(rule.name)\" rules out"
      warn(source, listed.pointer, "\(target) can serve nothing here: \(why)")
    }
  }

  /// A condition that reads an account which is not configured ends in an error every time.
  private mutating func lintAccounts(_ rule: Rule, _ source: RuleSource, _ pointer: String) {
    for key in rule.condition.keys(of: "accounts") where !catalog.has(account: key.name) {
      let what = key.isOptional ? "finds nothing" : "is an error"
      warn(source, pointer, "no account \"\(key.name)\" is configured: \(key.text) \(what)")
    }
  }

  private mutating func lint(_ route: ReadRoute, _ source: RuleSource) {
    if case .split(let weights) = route.strategy {
      let sum = weights.reduce(0, +)
      if sum != 100 {
        let split = JSONPointer.appending("split", to: route.pointer)
        warn(source, split, "the weights add up to \(sum), not to 100")
      }
    }
    var seen: Set<Target> = []
    for listed in route.listed where !seen.insert(listed.serving.target).inserted {
      warn(source, listed.pointer, "\(listed.serving.target) stands here twice: the first counts")
    }
  }

  private mutating func warn(_ source: RuleSource, _ pointer: String, _ message: String) {
    warnings.append(source.notice(pointer, message))
  }
}
