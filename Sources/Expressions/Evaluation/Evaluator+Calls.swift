/// The functions.
extension Evaluator {
  mutating func call(_ node: Node, at index: NodeIndex) throws(Failure) -> Value {
    let first = try value(node.a)
    switch node.operation {
    case .size:
      return try size(first, at: index)
    case .startsWith, .endsWith, .contains, .matches:
      return .bool(try search(node, first, at: index))
    case .matchesConstant:
      guard case .string(let text) = first else { throw notApplicable(first, at: index) }
      let pattern = program.parts.patterns[Int(node.b)]
      return .bool(try matches(text, pattern, at: index))
    case .timeField:
      return try timeField(node, of: first, in: .fixed(seconds: 0), at: index)
    case .timeFieldInConstantZone:
      return try timeField(node, of: first, in: program.parts.zones[Int(node.b)], at: index)
    case .timeFieldInZone:
      let name = try value(node.b)
      guard case .string(let text) = name else { throw notApplicable(first, name, at: index) }
      try spend(steps: text.utf8.count + Self.stepsToFindZone, at: index)
      guard let zone = TimeZoneRule(name: text) else {
        throw Failure(reason: .unreadable(ValueText.render(name), as: "time zone"), node: index)
      }
      return try timeField(node, of: first, in: zone, at: index)
    default:
      return try convert(node, first, at: index)
    }
  }

  private static let stepsToFindZone = 100

  private mutating func size(_ value: Value, at index: NodeIndex) throws(Failure) -> Value {
    switch value {
    case .string(let string):
      try spend(steps: string.utf8.count >> 6, at: index)
      return .int(Int64(string.unicodeScalars.count))
    case .bytes(let bytes): return .int(Int64(bytes.count))
    case .list(let list): return .int(Int64(list.count))
    case .map(let map): return .int(Int64(map.count))
    default: throw notApplicable(value, at: index)
    }
  }

  // MARK: Texts

  private mutating func search(
    _ node: Node, _ first: Value, at index: NodeIndex
  ) throws(Failure) -> Bool {
    let second = try value(node.b)
    guard case .string(let text) = first, case .string(let sought) = second else {
      throw notApplicable(first, second, at: index)
    }
    try spend(steps: sought.utf8.count >> 6, at: index)
    switch node.operation {
    case .startsWith:
      return text.utf8.starts(with: sought.utf8)
    case .endsWith:
      return text.utf8.suffix(sought.utf8.count).elementsEqual(sought.utf8)
    case .contains:
      try spend(steps: text.utf8.count >> 6, at: index)
      return TextSearch(sought.utf8).first(in: Array(text.utf8)) != nil
    default:
      // Reading a pattern takes as long as it is, and at most as many instructions as it may have.
      try spend(steps: sought.utf8.count + ExpressionLimits.patternInstructions / 4, at: index)
      let pattern: Pattern
      do { pattern = try Pattern(sought) } catch {
        throw Failure(reason: .badPattern(error.message), node: index)
      }
      return try matches(text, pattern, at: index)
    }
  }

  private mutating func matches(
    _ text: String, _ pattern: Pattern, at index: NodeIndex
  ) throws(Failure) -> Bool {
    try withSteps(at: index) { steps in pattern.matches(text, steps: &steps) }
  }

  // MARK: Times

  private func timeField(
    _ node: Node, of value: Value, in zone: TimeZoneRule, at index: NodeIndex
  ) throws(Failure) -> Value {
    guard let field = TimeField(rawValue: node.c) else { throw notApplicable(value, at: index) }
    switch value {
    case .timestamp(let timestamp):
      return field.read(timestamp, offset: zone.offset(at: timestamp))
    case .duration(let duration) where node.operation == .timeField:
      guard let part = field.read(duration: duration) else { break }
      return .int(part)
    default: break
    }
    throw notApplicable(value, at: index)
  }

  // MARK: Conversions

  private mutating func convert(
    _ node: Node, _ value: Value, at index: NodeIndex
  ) throws(Failure) -> Value {
    switch node.operation {
    case .toBool: return .bool(try bool(from: value, at: index))
    case .toInt: return .int(try int(from: value, at: index))
    case .toUInt: return .uint(try uint(from: value, at: index))
    case .toDouble: return .double(try double(from: value, at: index))
    case .toString: return .string(try string(from: value, at: index))
    case .toBytes: return .bytes(try bytes(from: value, at: index))
    case .toTimestamp: return .timestamp(try timestamp(from: value, at: index))
    case .toDuration: return .duration(try duration(from: value, at: index))
    default: return .type(value.typeName)
    }
  }

  /// The outcome of a conversion, an error where there is none.
  private func result<Result>(
    _ result: Result?, of value: Value, as type: String, at index: NodeIndex
  ) throws(Failure) -> Result {
    if let result { return result }
    switch value {
    case .int, .uint, .double: throw Failure(reason: .overflow(type), node: index)
    default: throw Failure(reason: .unreadable(ValueText.render(value), as: type), node: index)
    }
  }

  private func bool(from value: Value, at index: NodeIndex) throws(Failure) -> Bool {
    switch value {
    case .bool(let bool): return bool
    case .string(let text):
      return try result(Conversion.bool(text), of: value, as: "bool", at: index)
    default: throw notApplicable(value, at: index)
    }
  }

  private func int(from value: Value, at index: NodeIndex) throws(Failure) -> Int64 {
    switch value {
    case .int(let int): return int
    case .uint(let uint): return try result(Int64(exactly: uint), of: value, as: "int", at: index)
    case .double(let double):
      return try result(Conversion.int(double), of: value, as: "int", at: index)
    case .string(let text):
      return try result(Conversion.int(text), of: value, as: "int", at: index)
    case .timestamp(let timestamp): return timestamp.seconds
    default: throw notApplicable(value, at: index)
    }
  }

  private func uint(from value: Value, at index: NodeIndex) throws(Failure) -> UInt64 {
    switch value {
    case .uint(let uint): return uint
    case .int(let int): return try result(UInt64(exactly: int), of: value, as: "uint", at: index)
    case .double(let double):
      return try result(Conversion.uint(double), of: value, as: "uint", at: index)
    case .string(let text):
      return try result(Conversion.uint(text), of: value, as: "uint", at: index)
    default: throw notApplicable(value, at: index)
    }
  }

  private func double(from value: Value, at index: NodeIndex) throws(Failure) -> Double {
    switch value {
    case .double(let double): return double
    case .int(let int): return Double(int)
    case .uint(let uint): return Double(uint)
    case .string(let text):
      return try result(Conversion.double(text), of: value, as: "double", at: index)
    default: throw notApplicable(value, at: index)
    }
  }

  private mutating func string(from value: Value, at index: NodeIndex) throws(Failure) -> String {
    switch value {
    case .string(let string): return string
    case .bool(let bool): return bool ? "true" : "false"
    case .int(let int): return "\(int)"
    case .uint(let uint): return "\(uint)"
    case .double(let double): return ValueText.render(double)
    case .timestamp(let timestamp): return timestamp.description
    case .duration(let duration): return DurationText.render(duration)
    case .bytes(let bytes):
      try spend(bytes: bytes.count, at: index)
      return try result(Conversion.string(bytes), of: value, as: "UTF-8 text", at: index)
    default: throw notApplicable(value, at: index)
    }
  }

  private mutating func bytes(from value: Value, at index: NodeIndex) throws(Failure) -> [UInt8] {
    switch value {
    case .bytes(let bytes): return bytes
    case .string(let string):
      try spend(bytes: string.utf8.count, at: index)
      return Array(string.utf8)
    default: throw notApplicable(value, at: index)
    }
  }

  private func timestamp(from value: Value, at index: NodeIndex) throws(Failure) -> Timestamp {
    switch value {
    case .timestamp(let timestamp): return timestamp
    case .int(let seconds):
      return try result(Timestamp(seconds: seconds), of: value, as: "timestamp", at: index)
    case .string(let text):
      return try result(Timestamp(text: text), of: value, as: "timestamp", at: index)
    default: throw notApplicable(value, at: index)
    }
  }

  private func duration(from value: Value, at index: NodeIndex) throws(Failure) -> Int64 {
    switch value {
    case .duration(let duration): return duration
    case .string(let text):
      return try result(DurationText.parse(text), of: value, as: "duration", at: index)
    default: throw notApplicable(value, at: index)
    }
  }
}
