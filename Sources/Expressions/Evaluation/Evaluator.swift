/// Evaluates one program over one activation, within the budget of `ExpressionLimits`.
struct Evaluator {
  let program: Program
  let slots: [Value?]
  /// The variables that macros have bound.
  var locals: [Value]
  private var stepsLeft = ExpressionLimits.steps
  /// How deep within a comparison of lists, maps and objects.
  var equalityDepth = 0
  private var bytesLeft = ExpressionLimits.producedBytes
  /// What each node gave, in an explained evaluation only.
  private(set) var results: [NodeResult]?

  enum NodeResult {
    case notEvaluated
    case value(Value)
    case failure(Failure)
  }

  init(_ program: Program, _ activation: Activation, recordsResults: Bool = false) {
    self.program = program
    slots = activation.slots
    locals =
      program.parts.localCount == 0
      ? [] : Array(repeating: .null, count: program.parts.localCount)
    results =
      recordsResults
      ? Array(repeating: .notEvaluated, count: program.parts.nodes.count) : nil
  }

  /// The value of the whole expression.
  mutating func run() throws(Failure) -> Value {
    let value = try value(program.root)
    guard value.isInstance(of: program.expected) else {
      throw Failure(
        reason: .wrongResult(expected: program.expected.withArticle, found: value.typeName),
        node: program.root)
    }
    return value
  }

  // MARK: Budget

  mutating func spend(steps: Int, at node: NodeIndex) throws(Failure) {
    // Never far below zero, so that no sum of costs can overflow.
    stepsLeft = steps > stepsLeft ? -1 : stepsLeft - steps
    if stepsLeft < 0 { throw Failure(reason: .tooManySteps, node: node) }
  }

  mutating func spend(bytes: Int, at node: NodeIndex) throws(Failure) {
    bytesLeft = bytes > bytesLeft ? -1 : bytesLeft - bytes
    if bytesLeft < 0 { throw Failure(reason: .tooMuchMemory, node: node) }
    try spend(steps: bytes >> 6, at: node)
  }

  /// For the pattern matcher, which counts its own steps.
  mutating func withSteps<Result>(
    at node: NodeIndex, _ body: (inout Int) -> Result
  ) throws(Failure) -> Result {
    let result = body(&stepsLeft)
    try spend(steps: 0, at: node)
    return result
  }

  // MARK: Nodes

  mutating func value(_ index: NodeIndex) throws(Failure) -> Value {
    try spend(steps: 1, at: index)
    guard results != nil else { return try compute(index) }
    do {
      let value = try compute(index)
      results?[Int(index)] = .value(value)
      return value
    } catch {
      results?[Int(index)] = .failure(error)
      throw error
    }
  }

  mutating func bool(_ index: NodeIndex) throws(Failure) -> Bool {
    let value = try value(index)
    guard case .bool(let bool) = value else { throw notApplicable(value, at: index) }
    return bool
  }

  private mutating func compute(_ index: NodeIndex) throws(Failure) -> Value {
    let node = program.parts.nodes[Int(index)]
    switch node.operation {
    case .constant:
      return program.parts.constants[Int(node.a)]
    case .variable:
      return try variable(node.a, at: index)
    case .local:
      return locals[Int(node.a)]
    case .variableField, .field, .member, .hasField, .hasMember, .index, .optionalField,
      .optionalMember, .optionalIndex:
      return try read(node, at: index)
    case .and:
      return .bool(try logical(node, deciding: false))
    case .or:
      return .bool(try logical(node, deciding: true))
    case .not:
      return .bool(!(try bool(node.a)))
    case .conditional:
      return try bool(node.a) ? try value(node.b) : try value(node.c)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isIn:
      return .bool(try relation(node, at: index))
    case .negate, .add, .subtract, .multiply, .divide, .remainder:
      return try arithmetic(node, at: index)
    case .list:
      return try list(node, at: index)
    case .map:
      return try map(node, at: index)
    case .all, .exists, .existsOne, .filter, .transform:
      return try macro(node, at: index)
    case .optionalOf, .optionalOfNonZero, .hasValue, .optionalValue, .otherwise, .orValue,
      .optionalMap, .optionalFlatMap:
      return try optional(node, at: index)
    case .charAt, .indexOf, .lastIndexOf, .lowerAscii, .replace, .split, .substring, .trim,
      .upperAscii:
      return try text(node, at: index)
    case .size, .toBool, .toInt, .toUInt, .toDouble, .toString, .toBytes, .toTimestamp, .toDuration,
      .toType, .startsWith, .endsWith, .contains, .matches, .matchesConstant, .timeField,
      .timeFieldInZone, .timeFieldInConstantZone:
      return try call(node, at: index)
    }
  }

  func notApplicable(_ values: Value..., at node: NodeIndex) -> Failure {
    notApplicable(values, at: node)
  }

  func notApplicable(_ values: [Value], at node: NodeIndex) -> Failure {
    Failure(
      reason: .noOverload(values.map(\.typeName).joined(separator: " and ")), node: node)
  }

  /// `&&` and `||`: one operand may decide whatever the others are, even errors.
  private mutating func logical(_ node: Node, deciding: Bool) throws(Failure) -> Bool {
    var failure: Failure?
    for place in Int(node.a)..<Int(node.a + node.b) {
      do {
        if try bool(program.parts.operands[place]) == deciding { return deciding }
      } catch {
        if error.isFinal { throw error }
        if failure == nil { failure = error }
      }
    }
    if let failure { throw failure }
    return !deciding
  }

  // MARK: Aggregates

  private mutating func list(_ node: Node, at index: NodeIndex) throws(Failure) -> Value {
    try spend(bytes: Int(node.b) * MemoryLayout<Value>.stride, at: index)
    var elements: [Value] = []
    elements.reserveCapacity(Int(node.b))
    for place in Int(node.a)..<Int(node.a + node.b) {
      elements.append(try value(program.parts.operands[place]))
    }
    return .list(elements)
  }

  private mutating func map(_ node: Node, at index: NodeIndex) throws(Failure) -> Value {
    try spend(bytes: Int(node.b) * 2 * MemoryLayout<Value>.stride, at: index)
    var map = MapValue()
    for place in stride(from: Int(node.a), to: Int(node.a + node.b), by: 2) {
      let keyNode = program.parts.operands[place]
      let key = try value(keyNode)
      let value = try value(program.parts.operands[place + 1])
      if case .double = key { throw notApplicable(key, at: keyNode) }
      guard let mapKey = MapKey(key) else { throw notApplicable(key, at: keyNode) }
      guard map.add(value, at: mapKey, writtenAs: key) else {
        throw Failure(reason: .duplicateKey(key), node: keyNode)
      }
    }
    return .map(map)
  }
}

extension Value {
  /// Whether the value itself, elements aside, is of a type.
  func isInstance(of type: ExpressionType) -> Bool {
    switch (self, type) {
    case (_, .dyn), (.null, .null), (.bool, .bool), (.int, .int), (.uint, .uint),
      (.double, .double), (.string, .string), (.bytes, .bytes), (.timestamp, .timestamp),
      (.duration, .duration), (.type, .type), (.list, .list), (.map, .map),
      (.optional, .optional):
      true
    case (.object(let object), .object(let type)): object.type === type
    default: false
    }
  }
}
