/// Gives every sub-expression its type and writes the nodes to evaluate.
struct Checker {
  /// A checked sub-expression.
  struct Typed {
    let node: NodeIndex
    let type: ExpressionType
    let range: SourceRange
  }

  /// A variable bound by a macro.
  struct Local {
    let name: String
    let type: ExpressionType
  }

  let source: SourceText
  let declarations: Declarations
  var parts = Program.Parts()
  var locals: [Local] = []

  static func compile(
    _ source: SourceText, declarations: Declarations, expecting expected: ExpressionType
  ) throws(ExpressionFault) -> Program {
    let syntax = try Parser.parse(source)
    var checker = Checker(source: source, declarations: declarations)
    let result = try checker.check(syntax)
    guard result.type.isAssignable(to: expected) else {
      throw checker.fault(
        "the expression must be \(expected.withArticle), but is \(result.type.withArticle)",
        at: syntax.range)
    }
    return Program(
      source: source, declarations: declarations, parts: checker.parts, root: result.node,
      expected: expected)
  }

  mutating func check(_ syntax: Syntax) throws(ExpressionFault) -> Typed {
    let typed = try checked(syntax)
    // Each body of a macro may add as many levels as its source has.
    guard !typed.type.isDeeper(than: ExpressionLimits.depth) else {
      throw fault("its values nest deeper than \(ExpressionLimits.depth) levels", at: syntax.range)
    }
    return typed
  }

  private mutating func checked(_ syntax: Syntax) throws(ExpressionFault) -> Typed {
    let range = syntax.range
    switch syntax.kind {
    case .literal(let value):
      return constant(value, literalType(value), range)
    case .identifier(let name, let isRooted):
      return try identifier(name, isRooted: isRooted, range)
    case .select(let operand, let name, let isOptional):
      return try select(operand, name, isOptional: isOptional, range)
    case .has(let operand, let name):
      return try has(operand, name, range)
    case .index(let operand, let index, let isOptional):
      return try self.index(operand, index, isOptional: isOptional, range)
    case .list(let elements):
      return try list(elements, range)
    case .map(let entries):
      return try map(entries, range)
    case .not(let operand):
      return try not(operand, range)
    case .negate(let operand):
      return try negate(operand, range)
    case .binary(let binaryOperator, let left, let right):
      return try binary(binaryOperator, left, right, range)
    case .logical(let logicalOperator, let terms):
      return try logical(logicalOperator, terms, range)
    case .conditional(let condition, let first, let second):
      return try conditional(condition, first, second, range)
    case .call(let name, let receiver, let arguments):
      return try call(name, receiver: receiver, arguments: arguments, range)
    case .macro(let macro, let operand, let variable, let body):
      return try self.macro(macro, over: operand, variable: variable, body: body, range)
    }
  }

  // MARK: Nodes

  func fault(_ message: String, at range: SourceRange) -> ExpressionFault {
    source.fault(message, at: range)
  }

  mutating func emit(_ node: Node, _ type: ExpressionType, _ range: SourceRange) -> Typed {
    parts.nodes.append(node)
    parts.ranges.append(range)
    return Typed(node: NodeIndex(parts.nodes.count - 1), type: type, range: range)
  }

  mutating func constant(_ value: Value, _ type: ExpressionType, _ range: SourceRange) -> Typed {
    emit(Node(operation: .constant, a: store(value)), type, range)
  }

  mutating func store(_ value: Value) -> Int32 {
    parts.constants.append(value)
    return Int32(parts.constants.count - 1)
  }

  mutating func store(_ operands: [Typed]) -> Int32 {
    parts.operands.append(contentsOf: operands.map(\.node))
    return Int32(parts.operands.count - operands.count)
  }

  /// The value of a node that is the same in every evaluation.
  func constantValue(of typed: Typed) -> Value? {
    let node = parts.nodes[Int(typed.node)]
    return node.operation == .constant ? parts.constants[Int(node.a)] : nil
  }

  private func literalType(_ value: Value) -> ExpressionType {
    switch value {
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    case .null: .null
    case .list, .map, .object, .timestamp, .duration, .optional, .type: .dyn
    }
  }

  // MARK: Names

  private mutating func identifier(
    _ name: Name, isRooted: Bool, _ range: SourceRange
  ) throws(ExpressionFault) -> Typed {
    if !isRooted, let slot = locals.lastIndex(where: { $0.name == name.text }) {
      return emit(Node(operation: .local, a: Int32(slot)), locals[slot].type, range)
    }
    if let slot = declarations.slot(of: name.text) {
      let type = declarations.variables[slot].type
      return emit(Node(operation: .variable, a: Int32(slot)), type, range)
    }
    if StandardLibrary.typeNames.contains(name.text) {
      return constant(.type(name.text), .type, range)
    }
    throw fault("unknown variable '\(name.text)'\(advice(forVariable: name.text))", at: range)
  }

  func isDeclared(_ name: String) -> Bool {
    declarations.slot(of: name) != nil || locals.contains { $0.name == name }
  }

  private func advice(forVariable name: String) -> String {
    for variable in declarations.variables {
      if case .object(let object) = variable.type, object.slot(of: name) != nil {
        return "; did you mean '\(variable.name).\(name)'?"
      }
    }
    let names = locals.map(\.name) + declarations.variables.map(\.name)
    return Suggestion.advice(for: name, among: names)
  }

  // MARK: Aggregates

  /// The types as one, and `dyn` where they differ.
  private func elementType(_ elements: [Typed]) -> ExpressionType {
    guard var type = elements.first?.type else { return .dyn }
    for element in elements.dropFirst() { type = type.unified(with: element.type) ?? .dyn }
    return type
  }

  private mutating func checkAll(_ syntaxes: [Syntax]) throws(ExpressionFault) -> [Typed] {
    var typed: [Typed] = []
    for syntax in syntaxes { typed.append(try check(syntax)) }
    return typed
  }

  private mutating func list(
    _ elements: [Syntax], _ range: SourceRange
  ) throws(ExpressionFault) -> Typed {
    let typed = try checkAll(elements)
    let type = ExpressionType.list(elementType(typed))
    let values = typed.compactMap(constantValue)
    if values.count == typed.count { return constant(.list(values), type, range) }
    return emit(Node(operation: .list, a: store(typed), b: Int32(typed.count)), type, range)
  }

  private mutating func map(
    _ entries: [(key: Syntax, value: Syntax)], _ range: SourceRange
  ) throws(ExpressionFault) -> Typed {
    let keys = try checkAll(entries.map(\.key))
    let values = try checkAll(entries.map(\.value))
    for key in keys {
      guard [.bool, .int, .uint, .string, .dyn].contains(key.type) else {
        throw fault("expected a string, int, uint or bool as key, found \(key.type)", at: key.range)
      }
    }
    let type = ExpressionType.map(key: elementType(keys), value: elementType(values))
    if let constant = try constantMap(keys, values) { return self.constant(constant, type, range) }
    let operands = store(zip(keys, values).flatMap { [$0, $1] })
    return emit(Node(operation: .map, a: operands, b: Int32(2 * keys.count)), type, range)
  }

  private func constantMap(_ keys: [Typed], _ values: [Typed]) throws(ExpressionFault) -> Value? {
    var map = MapValue()
    for (key, value) in zip(keys, values) {
      guard let written = constantValue(of: key), let mapKey = MapKey(written),
        let value = constantValue(of: value)
      else { return nil }
      guard map.add(value, at: mapKey, writtenAs: written) else {
        throw fault("the key \(source[key.range]) stands twice", at: key.range)
      }
    }
    return .map(map)
  }
}
