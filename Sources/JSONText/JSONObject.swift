/// The members of a JSON object, in the order they were read or built; no key occurs twice.
public struct JSONObject: Sendable {
  public private(set) var members: [(key: String, value: JSON)]

  public init() {
    members = []
  }

  /// Builds in the given order; a later member of the same key replaces the earlier value.
  public init(_ members: some Sequence<(String, JSON)>) {
    self.members = []
    var index = KeyIndex()
    for (key, value) in members {
      if let place = index.insert(key) {
        self.members[place].value = value
      } else {
        self.members.append((key, value))
      }
    }
  }

  /// For a parser that made sure the keys differ.
  init(unique members: [(key: String, value: JSON)]) {
    self.members = members
  }

  public var keys: [String] { members.map(\.key) }
  public var count: Int { members.count }
  public var isEmpty: Bool { members.isEmpty }

  /// The member of that name. Setting keeps the place of an existing member and adds a new one
  /// at the end; setting nil removes the member (set `.null` to write a null).
  public subscript(key: String) -> JSON? {
    get { place(of: key).map { members[$0].value } }
    set {
      switch (place(of: key), newValue) {
      case (let place?, let value?): members[place].value = value
      case (let place?, nil): members.remove(at: place)
      case (nil, let value?): members.append((key, value))
      case (nil, nil): break
      }
    }
  }

  func place(of key: String) -> Int? {
    members.firstIndex { ExactText($0.key) == ExactText(key) }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// The keys must differ: a literal that names one twice is a mistake.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self.init(literal: elements)
  }

  init(literal elements: [(String, JSON)]) {
    assert(Set(elements.map(\.0)).count == elements.count, "a key stands twice")
    self.init(unique: elements.map { (key: $0.0, value: $0.1) })
  }
}

extension JSONObject: Hashable {
  /// Whatever the order of the members.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    guard left.count == right.count else { return false }
    var index = KeyIndex()
    for member in right.members { _ = index.insert(member.key) }
    return left.members.allSatisfy { member in
      index.place(of: member.key).map { right.members[$0].value == member.value } ?? false
    }
  }

  public func hash(into hasher: inout Hasher) {
    var sum = 0
    for member in members {
      var each = Hasher()
      each.combine(ExactText(member.key))
      each.combine(member.value)
      sum &+= each.finalize()
    }
    hasher.combine(sum)
  }
}

/// The place of each key of an object being read: a plain list while the object is small, a hash
/// table from then on, so that a hostile object of many members costs no quadratic time.
struct KeyIndex {
  private var list: [String] = []
  private var table: [ExactText: Int] = [:]

  /// Takes the key as the next one; the place it already has when it is no new key.
  mutating func insert(_ key: String) -> Int? {
    if let place = place(of: key) { return place }
    if list.isEmpty { list.reserveCapacity(8) }
    list.append(key)
    if list.count == 17 {
      for (place, key) in list.enumerated() { table[ExactText(key)] = place }
    } else if list.count > 17 {
      table[ExactText(key)] = list.count - 1
    }
    return nil
  }

  func place(of key: String) -> Int? {
    if table.isEmpty {
      list.firstIndex { ExactText($0) == ExactText(key) }
    } else {
      table[ExactText(key)]
    }
  }
}
