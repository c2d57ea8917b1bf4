/// A checked expression in the form that is evaluated: nodes in one array, children before parents.
///
/// Flat and free of references, so that walking it counts nothing and allocates nothing.
final class Program: Sendable {
  let source: SourceText
  let declarations: Declarations
  let parts: Parts
  let root: NodeIndex
  /// The type the result must have.
  let expected: ExpressionType

  init(
    source: SourceText, declarations: Declarations, parts: Parts, root: NodeIndex,
    expected: ExpressionType
  ) {
    self.source = source
    self.declarations = declarations
    self.parts = parts
    self.root = root
    self.expected = expected
  }

  /// What nodes refer to by index.
  struct Parts: Sendable {
    var nodes: [Node] = []
    /// The source of each node.
    var ranges: [SourceRange] = []
    /// The children of nodes that have any number of them.
    var operands: [NodeIndex] = []
    var constants: [Value] = []
    var objectTypes: [ObjectType] = []
    var zones: [TimeZoneRule] = []
    var patterns: [Pattern] = []
    /// How many variables of macros can be bound at once.
    var localCount = 0
  }

  /// The nodes that a node evaluates, for explanations. Left out are those inside a macro, which
  /// have another value for each element, and a variable of which only a field is asked for.
  func explainedChildren(of index: NodeIndex) -> [NodeIndex] {
    let node = parts.nodes[Int(index)]
    switch node.operation.shape {
    case .leaf: return []
    case .unary
    where [.hasField, .optionalField].contains(node.operation)
      && operation(of: node.a) == .variable:
      return []
    case .unary: return [node.a]
    case .binary: return [node.a, node.b]
    case .ternary: return [node.a, node.b, node.c]
    case .variadic: return Array(parts.operands[Int(node.a)..<Int(node.a + node.b)])
    }
  }

  func operation(of index: NodeIndex) -> Operation {
    parts.nodes[Int(index)].operation
  }
}

typealias NodeIndex = Int32

/// One operation. What `a`, `b` and `c` mean stands beside each operation.
struct Node: Sendable {
  let operation: Operation
  var a: Int32 = 0
  var b: Int32 = 0
  var c: Int32 = 0
}

enum Operation: UInt8, Sendable {
  /// a: constant
  case constant
  /// a: slot of the activation
  case variable
  /// a: variable of a macro
  case local
  /// a: object node, b: slot of the field, c: object type
  case field
  /// a: slot of the activation, b: slot of the field, c: object type
  case variableField
  /// a: map or object node, b: constant name
  case member
  /// As `field`, asking whether it is there.
  case hasField
  /// As `member`, asking whether it is there.
  case hasMember
  /// a: list or map node, b: index node
  case index
  /// As `field`, `member` and `index`, with an optional as the answer.
  case optionalField, optionalMember, optionalIndex
  /// a: first operand, b: count
  case list
  /// a: first operand, b: count; keys and values in turn
  case map
  /// a: first operand, b: count
  case and, or
  /// a: condition, b and c: branches
  case conditional
  /// a: operand node
  case not, negate
  /// a and b: operand nodes
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, isIn
  case add, subtract, multiply, divide, remainder
  /// a: list or map node, b: variable, c: condition node
  case all, exists, existsOne, filter
  /// a: list or map node, b: variable, c: first of two operands: condition (or -1) and value
  case transform
  /// a: optional node, b: variable, c: value node
  case optionalMap, optionalFlatMap
  /// a: operand node
  case size, optionalOf, optionalOfNonZero, hasValue, optionalValue
  case toBool, toInt, toUInt, toDouble, toString, toBytes, toTimestamp, toDuration, toType
  /// a: text node, b: text node
  case startsWith, endsWith, contains, matches
  /// a: optional node, b: node of what takes its place where it has nothing
  case otherwise, orValue
  /// a: first operand, b: count; texts, and then numbers
  case charAt, indexOf, lastIndexOf, lowerAscii, replace, split, substring, trim, upperAscii
  /// a: text node, b: pattern
  case matchesConstant
  /// a: timestamp or duration node, c: field
  case timeField
  /// a: timestamp node, b: zone name node, c: field
  case timeFieldInZone
  /// a: timestamp node, b: zone, c: field
  case timeFieldInConstantZone

  enum Shape {
    case leaf, unary, binary, ternary, variadic
  }

  /// How many of a, b and c are nodes evaluated once.
  var shape: Shape {
    switch self {
    case .constant, .variable, .local, .variableField: .leaf
    case .field, .member, .hasField, .hasMember, .optionalField, .optionalMember, .not, .negate,
      .all, .exists, .existsOne, .filter, .transform, .optionalMap, .optionalFlatMap, .size,
      .optionalOf, .optionalOfNonZero, .hasValue, .optionalValue, .toBool, .toInt, .toUInt,
      .toDouble, .toString, .toBytes, .toTimestamp, .toDuration, .toType, .matchesConstant,
      .timeField, .timeFieldInConstantZone:
      .unary
    case .index, .optionalIndex, .equal, .notEqual, .less, .lessOrEqual, .greater,
      .greaterOrEqual, .isIn, .add, .subtract, .multiply, .divide, .remainder, .startsWith,
      .endsWith, .contains, .matches, .otherwise, .orValue, .timeFieldInZone:
      .binary
    case .conditional: .ternary
    case .list, .map, .and, .or, .charAt, .indexOf, .lastIndexOf, .lowerAscii, .replace, .split,
      .substring, .trim, .upperAscii:
      .variadic
    }
  }
}
