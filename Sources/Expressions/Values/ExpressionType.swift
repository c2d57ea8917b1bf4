/// A type of the language, as the checker knows it.
public indirect enum ExpressionType: Hashable, Sendable {
  case null
  case bool
  case int
  case uint
  case double
  case string
  case bytes
  case timestamp
  case duration
  /// The type of type values such as `int` or `type(x)`.
  case type
  case list(ExpressionType)
  case map(key: ExpressionType, value: ExpressionType)
  case object(ObjectType)
  /// Anything; checked when it is evaluated.
  case dyn

  static let timestampName = "google.protobuf.Timestamp"
  static let durationName = "google.protobuf.Duration"

  var isNumeric: Bool { self == .int || self == .uint || self == .double }

  /// The one type that serves both, for the branches of a conditional and the elements of a list;
  /// nil where there is none short of `dyn`.
  func unified(with other: ExpressionType) -> ExpressionType? {
    switch (self, other) {
    case _ where self == other: self
    case (.dyn, _), (_, .dyn): .dyn
    case (.list(let a), .list(let b)): a.unified(with: b).map { .list($0) }
    case (.map(let key, let value), .map(let otherKey, let otherValue)):
      if let key = key.unified(with: otherKey), let value = value.unified(with: otherValue) {
        .map(key: key, value: value)
      } else {
        nil
      }
    default: nil
    }
  }

  /// Whether `==` between the two can be true: the same type, or both numbers.
  func isComparable(with other: ExpressionType) -> Bool {
    switch (self, other) {
    case _ where self == other: true
    case (.dyn, _), (_, .dyn): true
    case (.list(let a), .list(let b)): a.isComparable(with: b)
    case (.map(let key, let value), .map(let otherKey, let otherValue)):
      key.isComparable(with: otherKey) && value.isComparable(with: otherValue)
    default: isNumeric && other.isNumeric
    }
  }

  /// Whether a value of this type may stand where `other` is wanted.
  func isAssignable(to other: ExpressionType) -> Bool {
    unified(with: other) != nil
  }
}

extension ExpressionType: CustomStringConvertible {
  public var description: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .type: "type"
    case .list(.dyn): "list"
    case .list(let element): "list(\(element))"
    case .map(.dyn, .dyn): "map"
    case .map(let key, let value): "map(\(key), \(value))"
    case .object(let object): object.name
    case .dyn: "dyn"
    }
  }
}
