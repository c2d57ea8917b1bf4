extension Checker {
  mutating func not(_ operand: Syntax, _ range: SourceRange) throws(ExpressionFault) -> Typed {
    let operand = try boolean(operand, for: "'!'")
    return emit(Node(operation: .not, a: operand.node), .bool, range)
  }

  mutating func negate(_ operand: Syntax, _ range: SourceRange) throws(ExpressionFault) -> Typed {
    let operand = try check(operand)
    guard [.int, .double, .dyn].contains(operand.type) else {
      throw fault("'-' expects an int or a double, found \(operand.type)", at: operand.range)
    }
    return emit(Node(operation: .negate, a: operand.node), operand.type, range)
  }

  mutating func logical(
    _ logicalOperator: LogicalOperator, _ terms: [Syntax], _ range: SourceRange
  ) throws(ExpressionFault) -> Typed {
    var typed: [Typed] = []
    for term in terms { typed.append(try boolean(term, for: "'\(logicalOperator.rawValue)'")) }
    let operation: Operation = logicalOperator == .and ? .and : .or
    return emit(Node(operation: operation, a: store(typed), b: Int32(typed.count)), .bool, range)
  }

  /// Checks a sub-expression that must be true or false.
  mutating func boolean(_ syntax: Syntax, for use: String) throws(ExpressionFault) -> Typed {
    let typed = try check(syntax)
    guard typed.type.isAssignable(to: .bool) else {
      throw fault(
        "\(use) expects a bool, found \(typed.type)\(typed.type.adviceToUnwrap)", at: typed.range)
    }
    return typed
  }

  mutating func conditional(
    _ condition: Syntax, _ first: Syntax, _ second: Syntax, _ range: SourceRange
  ) throws(ExpressionFault) -> Typed {
    let condition = try boolean(condition, for: "'?'")
    let first = try check(first)
    let second = try check(second)
    guard let type = first.type.unified(with: second.type) else {
      throw fault(
        "both branches must have one type: the first is \(first.type), the second \(second.type)",
        at: second.range)
    }
    return emit(
      Node(operation: .conditional, a: condition.node, b: first.node, c: second.node), type, range)
  }

  mutating func binary(
    _ binaryOperator: BinaryOperator, _ left: Syntax, _ right: Syntax, _ range: SourceRange
  ) throws(ExpressionFault) -> Typed {
    let left = try check(left)
    let right = try check(right)
    let type: ExpressionType
    switch binaryOperator {
    case .equal, .notEqual:
      try requireEquatable(left, right)
      type = .bool
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      try requireOrdered(binaryOperator, left, right)
      type = .bool
    case .isIn:
      try requireMembership(left, right)
      type = .bool
    case .add, .subtract, .multiply, .divide, .remainder:
      type = try arithmeticType(binaryOperator, left, right)
    }
    return emit(
      Node(operation: binaryOperator.operation, a: left.node, b: right.node), type, range)
  }

  // MARK: Relations

  private func requireEquatable(_ left: Typed, _ right: Typed) throws(ExpressionFault) {
    guard !left.type.isAssignable(to: right.type) else { return }
    if left.type == .null || right.type == .null {
      let other = left.type == .null ? right : left
      let advice =
        other.type.unwrapped.isOptional
        ? "hasValue() asks whether it has one" : "has() asks whether a field is there"
      throw fault("\(other.type.withArticle) is never null; \(advice)", at: other.range)
    }
    throw mismatch(left, right)
  }

  private func mismatch(_ left: Typed, _ right: Typed) -> ExpressionFault {
    fault(
      "cannot compare \(left.type) with \(right.type): expected \(left.type.withArticle) "
        + "to compare with \(shortened(source[left.range])), found \(right.type.withArticle)"
        + (left.type.unwrapped.isOptional
          ? left.type.adviceToUnwrap : advice(toMake: right, left.type)),
      at: right.range)
  }

  /// How an operand becomes what is expected, where there is a likely way.
  func advice(toMake operand: Typed, _ type: ExpressionType) -> String {
    if type.isNumeric, operand.type.isNumeric { return "; convert it with \(type)()" }
    return operand.type.adviceToUnwrap
  }

  private func requireOrdered(
    _ binaryOperator: BinaryOperator, _ left: Typed, _ right: Typed
  ) throws(ExpressionFault) {
    for side in [left, right] {
      switch side.type {
      case .int, .uint, .double, .string, .bytes, .bool, .timestamp, .duration, .dyn: continue
      case .null, .type, .list, .map, .optional, .object:
        throw fault(
          "'\(binaryOperator.rawValue)' cannot order \(side.type.withArticle)", at: side.range)
      }
    }
    // Numbers of different types are ordered, though not equal to one another.
    let areNumbers = left.type.isNumeric && right.type.isNumeric
    guard areNumbers || left.type.isAssignable(to: right.type) else { throw mismatch(left, right) }
  }

  private func requireMembership(_ left: Typed, _ right: Typed) throws(ExpressionFault) {
    let element: ExpressionType
    switch right.type {
    case .dyn: return
    case .list(let type): element = type
    case .map(let key, _): element = key
    default:
      let advice = right.type == .string ? "; a text is searched with contains()" : ""
      throw fault(
        "'in' expects a list or a map on its right, found \(right.type)\(advice)", at: right.range)
    }
    guard left.type.isAssignable(to: element) else {
      throw fault(
        "expected \(element.withArticle) to look for in \(shortened(source[right.range])), "
          + "found \(left.type.withArticle)\(advice(toMake: left, element))", at: left.range)
    }
  }

  // MARK: Arithmetic

  private func arithmeticType(
    _ binaryOperator: BinaryOperator, _ left: Typed, _ right: Typed
  ) throws(ExpressionFault) -> ExpressionType {
    let overloads = binaryOperator.overloads
    let applicable = overloads.filter { left.type.isAssignable(to: $0.parameters[0]) }
    guard !applicable.isEmpty else {
      throw fault("'\(binaryOperator.rawValue)' does not apply to \(left.type)", at: left.range)
    }
    let matching = applicable.filter { right.type.isAssignable(to: $0.parameters[1]) }
    guard !matching.isEmpty else {
      let expected = alternatives(applicable.map { $0.parameters[1] })
      throw fault(
        "'\(binaryOperator.rawValue)' after \(left.type.withArticle) expects \(expected), "
          + "found \(right.type)\(advice(toMake: right, left.type))", at: right.range)
    }
    if case .list = matching[0].result, matching.count == 1 {
      return left.type.unified(with: right.type) ?? .list(.dyn)
    }
    return commonResult(matching)
  }

  /// The result of every overload that may be meant, `dyn` where that is not one type.
  func commonResult(_ overloads: [Overload]) -> ExpressionType {
    let results = Set(overloads.map(\.result))
    return results.count == 1 ? overloads[0].result : .dyn
  }

  func alternatives(_ types: [ExpressionType]) -> String {
    var names: [String] = []
    for type in types where !names.contains(type.withArticle) { names.append(type.withArticle) }
    guard names.count > 1, let last = names.popLast() else { return names.first ?? "nothing" }
    return names.joined(separator: ", ") + " or " + last
  }

  private func shortened(_ text: String) -> String {
    text.unicodeScalars.count <= 40
      ? text : Substring(text.unicodeScalars.prefix(39)) + "…"
  }
}

extension ExpressionType {
  /// What to do with an optional where what it has is wanted.
  var adviceToUnwrap: String {
    unwrapped.isOptional ? "; orValue() gives what it has, or something else" : ""
  }

  var withArticle: String {
    switch self {
    case .null: "null"
    case .dyn: "any value"
    case .bytes: "bytes"
    case .int: "an int"
    case .object: "\(self)"
    case .optional: "an \(self)"
    case .bool, .uint, .double, .string, .timestamp, .duration, .type, .list, .map: "a \(self)"
    }
  }
}
