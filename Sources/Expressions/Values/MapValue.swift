/// A map with int, uint, bool or string keys.
public struct MapValue: Sendable, Equatable {
  /// The keys as they were written, in the order in which macros visit them.
  public private(set) var keys: [Value] = []
  /// The values, each at the place of its key.
  public private(set) var values: [Value] = []
  private var places: [MapKey: Int] = [:]

  public init() {}

  /// A map with string keys, kept in the order of their code points so that evaluation never
  /// depends on the order of the entries.
  /// Where a key stands twice, the first of its entries counts.
  public init(_ entries: [(String, Value)]) {
    for (key, value) in entries.sorted(by: { $0.0.precedesInCodePoints($1.0) }) {
      _ = add(value, at: .string(key), writtenAs: .string(key))
    }
  }

  /// A map from entries in the order given; nil where a key is of another type or stands twice.
  public init?(entries: [(key: Value, value: Value)]) {
    for (written, value) in entries {
      guard let key = MapKey(written), add(value, at: key, writtenAs: written) else { return nil }
    }
  }

  public var count: Int { keys.count }

  /// The value under `key`; numbers find each other across int, uint and double, as in `==`.
  public subscript(key: Value) -> Value? {
    guard let key = MapKey(key), let place = places[key] else { return nil }
    return values[place]
  }

  /// Adds an entry; false where the key is there already.
  mutating func add(_ value: Value, at key: MapKey, writtenAs written: Value) -> Bool {
    guard places[key] == nil else { return false }
    insert(value, at: key, writtenAs: written)
    return true
  }

  private mutating func insert(_ value: Value, at key: MapKey, writtenAs written: Value) {
    places[key] = keys.count
    keys.append(written)
    values.append(value)
  }

  public static func == (left: MapValue, right: MapValue) -> Bool {
    left.count == right.count
      && zip(left.keys, left.values).allSatisfy { key, value in right[key] == value }
  }
}

/// A key in the form under which equal keys are the same: 1, 1u and 1.0 are one key.
enum MapKey: Sendable {
  case bool(Bool)
  case int(Int64)
  /// Only for numbers above the range of int.
  case uint(UInt64)
  case string(String)

  init?(_ value: Value) {
    switch value {
    case .bool(let bool): self = .bool(bool)
    case .int(let int): self = .int(int)
    case .uint(let uint): self = Int64(exactly: uint).map { .int($0) } ?? .uint(uint)
    case .string(let string): self = .string(string)
    case .double(let double):
      if let int = Int64(exactly: double) {
        self = .int(int)
      } else if let uint = UInt64(exactly: double) {
        self = .uint(uint)
      } else {
        return nil
      }
    case .null, .bytes, .list, .map, .object, .timestamp, .duration, .optional, .type: return nil
    }
  }
}

extension MapKey: Hashable {
  static func == (left: MapKey, right: MapKey) -> Bool {
    switch (left, right) {
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.uint(let a), .uint(let b)): a == b
    case (.string(let a), .string(let b)): a.hasSameCodePoints(as: b)
    case (.bool, _), (.int, _), (.uint, _), (.string, _): false
    }
  }

  func hash(into hasher: inout Hasher) {
    switch self {
    case .bool(let bool): hasher.combine(bool)
    case .int(let int): hasher.combine(int)
    case .uint(let uint): hasher.combine(uint)
    case .string(let string):
      // The bytes as they are: String's own hash would normalize them first.
      var string = string
      string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }
}
