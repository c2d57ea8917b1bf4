/// A kind of object with known fields: what a misspelt field is checked against.
///
/// Identity counts: declare a type once and build its values from the same instance.
public final class ObjectType: Sendable {
  /// One field of an object.
  public struct Field: Sendable {
    public let name: String
    public let type: ExpressionType
    /// A field that is not required may be absent; read then, it is an error value.
    public let isRequired: Bool

    public static func required(_ name: String, _ type: ExpressionType) -> Field {
      Field(name: name, type: type, isRequired: true)
    }

    public static func optional(_ name: String, _ type: ExpressionType) -> Field {
      Field(name: name, type: type, isRequired: false)
    }
  }

  /// What messages and `type(x)` call the object.
  public let name: String
  public let fields: [Field]
  private let slots: [String: Int]

  /// - Precondition: field names are distinct.
  public init(_ name: String, _ fields: [Field]) {
    self.name = name
    self.fields = fields
    slots = Dictionary(uniqueKeysWithValues: fields.enumerated().map { ($1.name, $0) })
  }

  /// The place of a field in an object's slots.
  public func slot(of field: String) -> Int? { slots[field] }
}

extension ObjectType: Hashable {
  public static func == (left: ObjectType, right: ObjectType) -> Bool { left === right }
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// An object: the fields of its type, each a value or absent.
///
/// A value all the same: nothing in it ever changes. It is a class so that reading one of its
/// fields touches one reference, not one for each of its parts.
public final class ObjectValue: Sendable {
  public let type: ObjectType
  let fields: [Value?]
  let unknown: Set<String>

  /// An object from its fields in the order of the type; a missing tail is absent.
  ///
  /// - Parameter unknown: fields without a value here of which nobody knows yet whether they are
  ///   absent: reading them is an error, and so is asking whether they are there.
  public init(_ type: ObjectType, slots: [Value?], unknown: Set<String> = []) {
    self.type = type
    fields = slots
    self.unknown = unknown
  }

  /// An object from named fields; those left out, or given nil, are absent.
  /// - Precondition: the type has every field named.
  public convenience init(_ type: ObjectType, _ values: KeyValuePairs<String, Value?>) {
    var slots = [Value?](repeating: nil, count: type.fields.count)
    for (name, value) in values {
      guard let slot = type.slot(of: name) else {
        preconditionFailure("\(type.name) has no field '\(name)'")
      }
      slots[slot] = value
    }
    self.init(type, slots: slots)
  }

  /// The value of a field, nil where it is absent or unknown.
  public subscript(field: String) -> Value? {
    guard let slot = type.slot(of: field), slot < fields.count else { return nil }
    return fields[slot]
  }
}
