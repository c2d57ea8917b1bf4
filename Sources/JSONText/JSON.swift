/// A JSON value (RFC 8259). Numbers keep their source text, objects their member order.
///
/// Strings and keys are equal when their UTF-8 bytes are equal, not when they are canonically
/// equivalent; objects are equal whatever the order of their members.
public enum JSON: Sendable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSON])
  case object(JSONObject)
}

extension JSON {
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }

  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  public var number: JSONNumber? {
    if case .number(let value) = self { value } else { nil }
  }

  /// The integer, when this is a number written as a plain integer (see `JSONNumber.int64`).
  public var int64: Int64? { number?.int64 }

  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  public var array: [JSON]? {
    if case .array(let value) = self { value } else { nil }
  }

  public var object: JSONObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// The member of that name; nil when this is no object or has no such member.
  public subscript(key: String) -> JSON? { object?[key] }

  /// The value at an RFC 6901 pointer ("" is this value itself); nil when there is none.
  public func at(pointer: String) -> JSON? {
    guard let tokens = JSONPointer.tokens(pointer) else { return nil }
    var value = self
    for token in tokens {
      switch value {
      case .object(let object):
        guard let member = object[token] else { return nil }
        value = member
      case .array(let items):
        guard let index = JSONPointer.index(token), index < items.count else { return nil }
        value = items[index]
      default:
        return nil
      }
    }
    return value
  }

  /// What this is, for messages to people: "an object", "a string", "null" …
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSON: Hashable {
  public static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): ExactText(left) == ExactText(right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .number(let value): hasher.combine(value)
    case .string(let value): hasher.combine(ExactText(value))
    case .array(let value): hasher.combine(value)
    case .object(let value): hasher.combine(value)
    }
  }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(nilLiteral: ()) { self = .null }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int64) { self = .number(JSONNumber(value)) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(JSONObject(literal: elements))
  }

  public init(_ value: String) { self = .string(value) }
  public init(_ value: Bool) { self = .bool(value) }
  public init(_ value: Int64) { self = .number(JSONNumber(value)) }
  public init(_ value: Int) { self = .number(JSONNumber(Int64(value))) }

  /// The string, or null when there is none.
  public init(_ value: String?) { self = value.map { .string($0) } ?? .null }

  /// The integer, or null when there is none.
  public init(_ value: Int64?) { self = value.map { .number(JSONNumber($0)) } ?? .null }
}
