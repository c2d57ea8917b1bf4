import Expressions
import Payins

/// For which pay-ins a condition can be true at all.
///
/// Found by evaluating it with only the method and the amount known: in CEL whatever else it reads,
/// or asks to be there, is then an error, and a value that comes out in spite of errors does not
/// depend on what they stand for.
struct ConditionReach {
  static let anyAmount: ClosedRange<Int64> = 1...Int64.max

  private let condition: Expression
  /// Where the truth may change as the amount grows; nil where that is not known.
  private let thresholds: [Int64]?

  init(_ condition: Expression) {
    self.condition = condition
    thresholds = Self.thresholds(of: condition)
  }

  /// Whether the condition is true for every pay-in.
  var isAlwaysTrue: Bool { condition.evaluate(Activation(slots: [])).isTrue }

  /// Whether it can be true for any pay-in.
  var canBeTrue: Bool {
    canBeTrue(for: nil, Self.anyAmount)
      || Payins.Method.allCases.contains { canBeTrue(for: $0, Self.anyAmount) }
  }

  /// Whether it can be true for a pay-in of that method, or of one that leaves it open, with an
  /// amount (centavos) of that range.
  func canBeTrue(for method: Payins.Method?, _ amounts: ClosedRange<Int64>) -> Bool {
    guard let thresholds else { return !isFalse(method, nil) }
    let around = thresholds.flatMap { threshold in
      [
        threshold.addingReportingOverflow(-1), (threshold, false),
        threshold.addingReportingOverflow(1),
      ]
      .filter { !$0.overflow }.map(\.partialValue)
    }
    return (around.filter(amounts.contains) + [amounts.lowerBound, amounts.upperBound])
      .contains { !isFalse(method, $0) }
  }

  private func isFalse(_ method: Payins.Method?, _ amount: Int64?) -> Bool {
    if isFalse(method: method?.rawValue, amount) { return true }
    guard method == nil, !condition.asks(for: "method") else { return false }
    // What is true without a method does not depend on one, so it is true with any.
    let methods = Payins.Method.allCases.map(\.rawValue) + [""]
    return methods.contains { isFalse(method: $0, amount) }
  }

  private func isFalse(method: String?, _ amount: Int64?) -> Bool {
    let known: [String: Value] = [
      "method": method.map { .string($0) }, "amount": amount.map { .int($0) },
    ].compactMapValues { $0 }
    let fields = RuleVariables.payin.fields.map(\.name)
    let payin = ObjectValue(
      RuleVariables.payin, slots: fields.map { known[$0] },
      unknown: Set(fields).subtracting(["method"]))
    return condition.evaluate(Activation(slots: [.object(payin)])) == .value(.bool(false))
  }

  /// The integers that the amount is compared with, if that is all that is done with it.
  private static func thresholds(of condition: Expression) -> [Int64]? {
    let parts = condition.explain(Activation(slots: [])).parts
    let found = parts.compactMap { threshold(in: $0.text) }
    let uses = condition.source.utf8.ranges(of: "amount".utf8).count
    return uses == found.count ? found : nil
  }

  /// The integer of a text such as `payin.amount >= 100` or `100 < payin.amount`.
  private static func threshold(in text: String) -> Int64? {
    let (text, amount) = (text.utf8, "payin.amount".utf8)
    let isLeft = text.starts(with: amount)
    guard isLeft || text.suffix(amount.count).elementsEqual(amount) else { return nil }
    let rest = isLeft ? text.dropFirst(amount.count) : text.dropLast(amount.count)
    let bare = rest.filter { $0 != UInt8(ascii: " ") }
    let isOperator = { (byte: UInt8) in "<>=!".utf8.contains(byte) }
    let digits = isLeft ? bare.drop(while: isOperator) : bare.prefix { !isOperator($0) }
    guard digits.count < bare.count, bare.count - digits.count <= 2,
      isLeft || bare.dropFirst(digits.count).allSatisfy(isOperator),
      digits.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Int64(String(decoding: digits, as: UTF8.self))
  }
}
