/// What is wrong with one value of a document.
public struct JSONProblem: Error, Sendable, Hashable {
  /// RFC 6901 pointer of the value.
  public let pointer: String
  /// What is wrong, in words for the author of the document.
  public let detail: String

  public init(pointer: String, detail: String) {
    self.pointer = pointer
    self.detail = detail
  }
}

/// Reads the members of an object and collects what is wrong with them: missing members, members
/// of another type, and, on `finish()`, members nobody asked for.
///
/// A faulty member reads as nil, as an absent one does: the problems tell them apart. For an
/// optional member, null counts as absent.
public struct ObjectReader: Sendable {
  /// The pointer of the object itself.
  public let pointer: String
  public private(set) var problems: [JSONProblem] = []
  private let object: JSONObject
  /// Of each member, whether anybody asked for it.
  private var isAsked: [Bool]

  public init(_ object: JSONObject, pointer: String = "") {
    self.object = object
    self.pointer = pointer
    isAsked = [Bool](repeating: false, count: object.count)
  }

  public mutating func string(_ key: String) -> String? {
    required(key, "a string", \.string)
  }

  public mutating func optionalString(_ key: String) -> String? {
    optional(key, "a string", \.string)
  }

  public mutating func int64(_ key: String) -> Int64? {
    required(key, "an integer", \.int64)
  }

  public mutating func optionalInt64(_ key: String) -> Int64? {
    optional(key, "an integer", \.int64)
  }

  public mutating func bool(_ key: String) -> Bool? {
    required(key, "a boolean", \.bool)
  }

  public mutating func optionalBool(_ key: String) -> Bool? {
    optional(key, "a boolean", \.bool)
  }

  public mutating func array(_ key: String) -> [JSON]? {
    required(key, "an array", \.array)
  }

  public mutating func optionalArray(_ key: String) -> [JSON]? {
    optional(key, "an array", \.array)
  }

  public mutating func object(_ key: String) -> JSONObject? {
    required(key, "an object", \.object)
  }

  public mutating func optionalObject(_ key: String) -> JSONObject? {
    optional(key, "an object", \.object)
  }

  /// What `read` makes of an object in this one; its problems are taken over.
  public mutating func object<Value>(
    _ key: String, _ read: (inout ObjectReader) -> Value?
  ) -> Value? {
    object(key).flatMap { inner(key, $0, read) }
  }

  public mutating func optionalObject<Value>(
    _ key: String, _ read: (inout ObjectReader) -> Value?
  ) -> Value? {
    optionalObject(key).flatMap { inner(key, $0, read) }
  }

  private mutating func inner<Value>(
    _ key: String, _ object: JSONObject, _ read: (inout ObjectReader) -> Value?
  ) -> Value? {
    var inner = ObjectReader(object, pointer: pointer(to: key))
    defer { report(inner.finish()) }
    return read(&inner)
  }

  public var keys: [String] { object.keys }

  /// The member whatever its type, null included; nil when it is absent, which is no problem.
  public mutating func any(_ key: String) -> JSON? {
    guard let place = object.place(of: key) else { return nil }
    isAsked[place] = true
    return object.members[place].value
  }

  /// The pointer of a member of this object.
  public func pointer(to key: String) -> String {
    JSONPointer.appending(key, to: pointer)
  }

  /// Notes a problem with the value of a member that the caller found.
  public mutating func report(_ key: String, _ detail: String) {
    problems.append(JSONProblem(pointer: pointer(to: key), detail: detail))
  }

  /// Notes a problem with an item of an array.
  public mutating func report(_ key: String, _ index: Int, _ detail: String) {
    let pointer = JSONPointer.appending(index, to: pointer(to: key))
    problems.append(JSONProblem(pointer: pointer, detail: detail))
  }

  /// Takes over problems found further inside, by another reader.
  public mutating func report(_ further: [JSONProblem]) {
    problems += further
  }

  /// All problems, with one for each member nobody asked for.
  public mutating func finish() -> [JSONProblem] {
    for (place, member) in object.members.enumerated() where !isAsked[place] {
      isAsked[place] = true
      report(member.key, "unknown member")
    }
    return problems
  }

  private mutating func required<Value>(
    _ key: String, _ expected: String, _ read: (JSON) -> Value?
  ) -> Value? {
    guard let member = any(key) else {
      report(key, "missing: expected \(expected)")
      return nil
    }
    return checked(member, key, expected, read)
  }

  private mutating func optional<Value>(
    _ key: String, _ expected: String, _ read: (JSON) -> Value?
  ) -> Value? {
    guard let member = any(key), !member.isNull else { return nil }
    return checked(member, key, expected, read)
  }

  private mutating func checked<Value>(
    _ member: JSON, _ key: String, _ expected: String, _ read: (JSON) -> Value?
  ) -> Value? {
    if let value = read(member) { return value }
    let found =
      if case .number(let number) = member, expected == "an integer" {
        "the number \(number.text.prefix(40))"
      } else {
        member.kind
      }
    report(key, "expected \(expected), found \(found)")
    return nil
  }
}
