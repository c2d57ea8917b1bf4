/// A name as it stands in the source.
struct Name: Sendable {
  let text: String
  let range: SourceRange
}

/// An expression as it was written, before its types are known.
struct Syntax: Sendable {
  indirect enum Kind: Sendable {
    case literal(Value)
    /// A variable or a type; a leading dot looks past the variables of macros.
    case identifier(Name, isRooted: Bool)
    /// `a.b`, or `a.?b`.
    case select(Syntax, Name, isOptional: Bool)
    case has(Syntax, Name)
    /// `a[b]`, or `a[?b]`.
    case index(Syntax, Syntax, isOptional: Bool)
    case list([Syntax])
    case map([(key: Syntax, value: Syntax)])
    case not(Syntax)
    case negate(Syntax)
    case binary(BinaryOperator, Syntax, Syntax)
    /// A chain of `&&` or of `||`.
    case logical(LogicalOperator, [Syntax])
    case conditional(Syntax, Syntax, Syntax)
    case call(Name, receiver: Syntax?, arguments: [Syntax])
    case macro(Macro, over: Syntax, variable: Name, body: [Syntax])
  }

  let kind: Kind
  let range: SourceRange
  /// 1 for a leaf; what bounds the recursion of everything that walks the tree.
  let height: Int
}

enum LogicalOperator: String, Sendable {
  case and = "&&"
  case or = "||"
}

enum BinaryOperator: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"

  /// Binds the tighter, the higher.
  var precedence: Int {
    switch self {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isIn: 1
    case .add, .subtract: 2
    case .multiply, .divide, .remainder: 3
    }
  }
}

/// The calls that bind a variable to each element of a list, each key of a map, or what an optional
/// has.
enum Macro: String, Sendable {
  case all
  case exists
  case existsOne = "exists_one"
  case map
  case filter
  case optMap
  case optFlatMap

  func accepts(arguments count: Int) -> Bool {
    count == 2 || (self == .map && count == 3)
  }

  var usage: String {
    switch self {
    case .all, .exists, .existsOne, .filter: "\(rawValue)(variable, condition)"
    case .optMap, .optFlatMap: "\(rawValue)(variable, value)"
    case .map: "map(variable, value) or map(variable, condition, value)"
    }
  }
}
