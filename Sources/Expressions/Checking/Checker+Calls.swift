extension Checker {
  mutating func call(
    _ name: Name, receiver: Syntax?, arguments: [Syntax], _ range: SourceRange
  ) throws(ExpressionFault) -> Typed {
    if name.text == "dyn", receiver == nil, arguments.count == 1 {
      let typed = try check(arguments[0])
      return Typed(node: typed.node, type: .dyn, range: range)
    }
    if case .identifier(let root, _)? = receiver?.kind, root.text == "optional",
      !isDeclared(root.text)
    {
      let range = root.range.joined(with: name.range)
      let name = Name(text: "optional.\(name.text)", range: range)
      return try call(name, receiver: nil, arguments: arguments, range)
    }
    guard let function = StandardLibrary.functions[name.text] else {
      let names = StandardLibrary.functions.keys.filter {
        StandardLibrary.functions[$0]?.style != (receiver == nil ? .method : .function)
      }
      let nearest = Suggestion.nearest(to: name.text, among: names)
      let advice = nearest.map { "; did you mean '\($0)'?" } ?? ""
      throw fault("unknown function '\(name.text)'\(advice)", at: name.range)
    }
    try requireStyle(of: function, name, isMethod: receiver != nil)
    var typed: [Typed] = []
    if let receiver { typed.append(try check(receiver)) }
    for argument in arguments { typed.append(try check(argument)) }
    let result = try resolve(function, name, typed, isMethod: receiver != nil)
    return try emit(function, typed, result, range)
  }

  private func requireStyle(
    of function: Function, _ name: Name, isMethod: Bool
  ) throws(ExpressionFault) {
    switch (function.style, isMethod) {
    case (.either, _), (.function, false), (.method, true): return
    case (.function, true):
      throw fault("\(name.text) is called as \(name.text)(…), without a dot", at: name.range)
    case (.method, false):
      throw fault("\(name.text) is called after a dot, as in value.\(name.text)(…)", at: name.range)
    }
  }

  /// The result type of the overload that fits the operands.
  private func resolve(
    _ function: Function, _ name: Name, _ operands: [Typed], isMethod: Bool
  ) throws(ExpressionFault) -> ExpressionType {
    var candidates = function.overloads.filter { $0.parameters.count == operands.count }
    guard !candidates.isEmpty else {
      let receiver = isMethod ? 1 : 0
      let counts = Set(function.overloads.map { $0.parameters.count - receiver }).sorted()
      let last = counts.last ?? 0
      let expected = counts.dropLast().map { "\($0) or " }.joined() + counted(last, "argument")
      throw fault(
        "\(name.text) takes \(expected), found \(operands.count - receiver)", at: name.range)
    }
    for (place, operand) in operands.enumerated() {
      let matching = candidates.filter { operand.type.isAssignable(to: $0.parameters[place]) }
      guard !matching.isEmpty else {
        let expected = alternatives(candidates.map { $0.parameters[place] })
        throw fault(
          "\(name.text) expects \(expected), found \(operand.type)\(operand.type.adviceToUnwrap)",
          at: operand.range)
      }
      candidates = matching
    }
    return try optionalResult(function, name, operands) ?? commonResult(candidates)
  }

  /// What a function of optionals answers; nil for other functions.
  private func optionalResult(
    _ function: Function, _ name: Name, _ operands: [Typed]
  ) throws(ExpressionFault) -> ExpressionType? {
    switch function.operation {
    case .optionalOf, .optionalOfNonZero: return .optional(operands[0].type)
    case .optionalValue: return operands[0].type.unwrapped.type
    case .otherwise, .orValue:
      let isWrapped = function.operation == .otherwise
      let (first, second) = (operands[0].type.unwrapped.type, operands[1].type)
      let expected = isWrapped ? .optional(first) : first
      guard let result = expected.unified(with: second) else {
        throw fault(
          "\(name.text) expects \(expected.withArticle), found \(second)"
            + (isWrapped ? "" : advice(toMake: operands[1], expected)), at: operands[1].range)
      }
      return result
    default: return nil
    }
  }

  // MARK: Nodes

  private mutating func emit(
    _ function: Function, _ operands: [Typed], _ result: ExpressionType, _ range: SourceRange
  ) throws(ExpressionFault) -> Typed {
    let constants = operands.map(constantValue)
    switch function.operation {
    case .timeField:
      return try emitTimeField(function, operands, result, range)
    case .matches:
      guard case .string(let text)? = constants[1] else { break }
      let pattern = try pattern(text, at: operands[1].range)
      return emit(
        Node(operation: .matchesConstant, a: operands[0].node, b: pattern), result, range)
    case .toTimestamp:
      guard case .string(let text)? = constants[0] else { break }
      guard let timestamp = Timestamp(text: text) else {
        throw fault(
          "expected a time such as '2026-07-01T09:30:00-06:00' (RFC 3339, years 1 to 9999)",
          at: operands[0].range)
      }
      return constant(.timestamp(timestamp), result, range)
    case .toDuration:
      guard case .string(let text)? = constants[0] else { break }
      guard let duration = DurationText.parse(text) else {
        throw fault(
          "expected a duration such as '90s' or '1h30m', up to 292 years", at: operands[0].range)
      }
      return constant(.duration(duration), result, range)
    case .constant:
      return constant(.optional(nil), result, range)
    case let operation where operation.shape == .variadic:
      return emit(
        Node(operation: operation, a: store(operands), b: Int32(operands.count)), result, range)
    default:
      break
    }
    let second = operands.count > 1 ? operands[1].node : 0
    return emit(Node(operation: function.operation, a: operands[0].node, b: second), result, range)
  }

  private mutating func pattern(
    _ text: String, at range: SourceRange
  ) throws(ExpressionFault) -> Int32 {
    do {
      parts.patterns.append(try Pattern(text))
    } catch {
      throw fault("in the pattern: \(error.message)", at: range)
    }
    return Int32(parts.patterns.count - 1)
  }

  private mutating func emitTimeField(
    _ function: Function, _ operands: [Typed], _ result: ExpressionType, _ range: SourceRange
  ) throws(ExpressionFault) -> Typed {
    let field = function.field?.rawValue ?? 0
    guard operands.count > 1 else {
      return emit(Node(operation: .timeField, a: operands[0].node, c: field), result, range)
    }
    guard case .string(let name)? = constantValue(of: operands[1]) else {
      return emit(
        Node(operation: .timeFieldInZone, a: operands[0].node, b: operands[1].node, c: field),
        result, range)
    }
    guard let zone = TimeZoneRule(name: name) else {
      throw fault(
        "unknown time zone; expected a name such as 'America/Mexico_City' or an offset such as "
          + "'-06:00'", at: operands[1].range)
    }
    parts.zones.append(zone)
    return emit(
      Node(
        operation: .timeFieldInConstantZone, a: operands[0].node,
        b: Int32(parts.zones.count - 1), c: field),
      result, range)
  }

  // MARK: Macros

  mutating func macro(
    _ macro: Macro, over operand: Syntax, variable: Name, body: [Syntax], _ range: SourceRange
  ) throws(ExpressionFault) -> Typed {
    let operand = try check(operand)
    let element: ExpressionType
    let isOfOptional = macro == .optMap || macro == .optFlatMap
    switch operand.type {
    case .optional(let type) where isOfOptional: element = type
    case .list(let type) where !isOfOptional: element = type
    case .map(let key, _) where !isOfOptional: element = key
    case .dyn: element = .dyn
    default:
      let expected = isOfOptional ? "an optional" : "a list or a map"
      throw fault(
        "\(macro.rawValue)() expects \(expected), found \(operand.type)", at: operand.range)
    }
    let local = Int32(locals.count)
    locals.append(Local(name: variable.text, type: element))
    parts.localCount = max(parts.localCount, locals.count)
    defer { locals.removeLast() }

    if isOfOptional {
      let value = try check(body[0])
      guard macro == .optMap || value.type.isAssignable(to: .optional(.dyn)) else {
        throw fault("optFlatMap() expects an optional, found \(value.type)", at: value.range)
      }
      return emit(
        Node(operation: macro.operation, a: operand.node, b: local, c: value.node),
        macro == .optMap ? .optional(value.type) : value.type, range)
    }
    if macro == .map {
      let condition = body.count == 2 ? try boolean(body[0], for: "map()").node : -1
      let value = try check(body[body.count - 1])
      parts.operands += [condition, value.node]
      return emit(
        Node(
          operation: .transform, a: operand.node, b: local, c: Int32(parts.operands.count - 2)),
        .list(value.type), range)
    }
    let condition = try boolean(body[0], for: "\(macro.rawValue)()")
    return emit(
      Node(operation: macro.operation, a: operand.node, b: local, c: condition.node),
      macro == .filter ? .list(element) : .bool, range)
  }
}

extension Macro {
  fileprivate var operation: Operation {
    switch self {
    case .all: .all
    case .exists: .exists
    case .existsOne: .existsOne
    case .filter: .filter
    case .map: .transform
    case .optMap: .optionalMap
    case .optFlatMap: .optionalFlatMap
    }
  }
}
