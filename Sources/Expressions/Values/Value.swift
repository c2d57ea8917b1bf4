/// A value of the Common Expression Language.
public enum Value: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  case list([Value])
  case map(MapValue)
  case object(ObjectValue)
  case timestamp(Timestamp)
  /// A span of time in nanoseconds.
  case duration(Int64)
  /// What may be there or not: the answer of `map[?key]`.
  indirect case optional(Value?)
  /// A type as a value: what `type(x)` answers.
  case type(String)

  /// The name of the value's type, as `type(x)` and messages write it.
  public var typeName: String {
    switch self {
    case .null: "null_type"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .list: "list"
    case .map: "map"
    case .object(let object): object.type.name
    case .timestamp: ExpressionType.timestampName
    case .duration: ExpressionType.durationName
    case .optional: ExpressionType.optionalName
    case .type: "type"
    }
  }
}

/// Same type and same value: unlike the language's `==`, an int never equals a double here.
extension Value: Equatable {
  public static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.uint(let a), .uint(let b)): a == b
    case (.double(let a), .double(let b)): a == b
    case (.string(let a), .string(let b)): a.hasSameCodePoints(as: b)
    case (.bytes(let a), .bytes(let b)): a == b
    case (.list(let a), .list(let b)): a == b
    case (.map(let a), .map(let b)): a == b
    case (.object(let a), .object(let b)): a.type === b.type && a.fields == b.fields
    case (.timestamp(let a), .timestamp(let b)): a == b
    case (.duration(let a), .duration(let b)): a == b
    case (.optional(let a), .optional(let b)): a == b
    case (.type(let a), .type(let b)): a == b
    default: false
    }
  }
}

extension String {
  /// Equal code point by code point. Swift's `==` would also equate canonically equivalent strings,
  /// which the language keeps apart.
  func hasSameCodePoints(as other: String) -> Bool {
    utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
  }

  /// Ordered by code points (which the order of UTF-8 bytes preserves).
  func precedesInCodePoints(_ other: String) -> Bool {
    utf8.lexicographicallyPrecedes(other.utf8)
  }
}
