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
  case optional(ExpressionType)
  case object(ObjectType)
  /// Anything; checked when it is evaluated.
  case dyn

  static let timestampName = "google.protobuf.Timestamp"
  static let durationName = "google.protobuf.Duration"
  static let optionalName = "optional_type"

  var isNumeric: Bool { self == .int || self == .uint || self == .double }

  /// Whether types stand within types for more than so many levels.
  func isDeeper(than levels: Int) -> Bool {
    switch self {
    case .list(let inner), .optional(let inner), .map(_, value: let inner):
      levels == 0 || inner.isDeeper(than: levels - 1)
    case .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .object,
      .dyn:
      false
    }
  }

  /// What an optional has, and whether it is one.
  var unwrapped: (type: ExpressionType, isOptional: Bool) {
    if case .optional(let wrapped) = self { (wrapped, true) } else { (self, false) }
  }

  /// The one type that serves both, for the branches of a conditional and the elements of a list;
  /// nil where there is none short of `dyn`.
  func unified(with other: ExpressionType) -> ExpressionType? {
    switch (self, other) {
    case _ where self == other: self
    case (.dyn, _), (_, .dyn): .dyn
    case (.list(let a), .list(let b)): a.unified(with: b).map { .list($0) }
    case (.optional(let a), .optional(let b)): a.unified(with: b).map { .optional($0) }
    case (.map(let key, let value), .map(let otherKey, let otherValue)):
      if let key = key.unified(with: otherKey), let value = value.unified(with: otherValue) {
        .map(key: key, value: value)
      } else {
        nil
      }
    default: nil
    }
  }

  /// Whether a value of this type may stand where `other` is wanted, or beside one with `==`.
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
    case .optional(.dyn): "optional"
    case .optional(let wrapped): "optional(\(wrapped))"
    case .object(let object): object.name
    case .dyn: "dyn"
    }
  }
}
