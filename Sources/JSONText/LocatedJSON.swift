/// A value read from a JSON5 text, with the place of every value and every key.
public struct LocatedJSON: Sendable {
  public indirect enum Content: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([LocatedJSON])
    case object([LocatedMember])
  }

  public let content: Content
  /// The first character of the value; for a string its opening quote.
  public let position: SourcePosition
  /// Whether the value is a string that stands in the text exactly as it reads, without escapes.
  private let isVerbatim: Bool

  init(_ content: Content, at position: SourcePosition, isVerbatim: Bool = false) {
    self.content = content
    self.position = position
    self.isVerbatim = isVerbatim
  }

  /// The value without its places.
  public var value: JSON {
    switch content {
    case .null: .null
    case .bool(let value): .bool(value)
    case .number(let value): .number(value)
    case .string(let value): .string(value)
    case .array(let items): .array(items.map(\.value))
    case .object(let members): .object(JSONObject(unique: members.map { ($0.key, $0.value.value) }))
    }
  }

  /// The members in their order; nil when this is no object.
  public var members: [LocatedMember]? {
    if case .object(let members) = content { members } else { nil }
  }

  /// The items; nil when this is no array.
  public var items: [LocatedJSON]? {
    if case .array(let items) = content { items } else { nil }
  }

  /// The string; nil when this is another value.
  public var string: String? {
    if case .string(let value) = content { value } else { nil }
  }

  /// The member of that name; nil when this is no object or has no such member.
  public subscript(key: String) -> LocatedJSON? {
    members?.first { ExactText($0.key) == ExactText(key) }?.value
  }

  /// Where a character of a string stands, counted from 0 in Unicode scalars. Exact for a string
  /// without escapes; the place of the value for any other.
  public func position(ofCharacter offset: Int) -> SourcePosition {
    guard isVerbatim else { return position }
    return SourcePosition(line: position.line, column: position.column + 1 + offset)
  }

  /// The place of what an RFC 6901 pointer names; when there is none, that of the innermost
  /// value on the way to it.
  public func position(at pointer: String) -> SourcePosition {
    var value = self
    for token in JSONPointer.tokens(pointer) ?? [] {
      guard let next = value.child(token) else { break }
      value = next
    }
    return value.position
  }

  /// The value an RFC 6901 pointer names; nil when there is none.
  public func at(pointer: String) -> LocatedJSON? {
    guard let tokens = JSONPointer.tokens(pointer) else { return nil }
    var value = self
    for token in tokens {
      guard let next = value.child(token) else { return nil }
      value = next
    }
    return value
  }

  private func child(_ token: String) -> LocatedJSON? {
    guard let items else { return self[token] }
    guard let index = JSONPointer.index(token), index < items.count else { return nil }
    return items[index]
  }
}

/// A member of an object in a JSON5 text.
public struct LocatedMember: Sendable {
  public let key: String
  /// The first character of the key; for a quoted key its opening quote.
  public let keyPosition: SourcePosition
  public let value: LocatedJSON
}
