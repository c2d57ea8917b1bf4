/// Variables, fields, keys and indexes.
extension Evaluator {
  func variable(_ slot: Int32, at index: NodeIndex) throws(Failure) -> Value {
    guard Int(slot) < slots.count, let value = slots[Int(slot)] else {
      throw Failure(reason: .unbound, node: index)
    }
    return value
  }

  mutating func read(_ node: Node, at index: NodeIndex) throws(Failure) -> Value {
    switch node.operation {
    case .variableField:
      return try field(node, of: try variable(node.a, at: index), at: index)
    case .field:
      return try field(node, of: try value(node.a), at: index)
    case .hasField:
      return .bool(try fieldIfPresent(node, at: index) != nil)
    case .optionalField:
      return .optional(try fieldIfPresent(node, at: index))
    case .hasMember:
      let name = program.parts.constants[Int(node.b)]
      switch try value(node.a) {
      case .optional(nil): return .bool(false)
      case .optional(let base?), let base:
        return .bool(try member(name, of: base, at: index) != nil)
      }
    case .member, .optionalMember:
      let name = program.parts.constants[Int(node.b)]
      return try entry(node, under: name, of: try value(node.a), at: index)
    default:
      return try entry(node, under: try value(node.b), of: try value(node.a), at: index)
    }
  }

  // MARK: Objects

  private func field(
    _ node: Node, of base: Value, at index: NodeIndex
  ) throws(Failure) -> Value {
    guard case .object(let object) = base else { throw notApplicable(base, at: index) }
    guard let value = try field(node, of: object, at: index) else {
      throw Failure(reason: .absent, node: index)
    }
    return value
  }

  /// The field that a node names, by slot where the object is of the type it was checked against.
  private func field(
    _ node: Node, of object: ObjectValue, at index: NodeIndex
  ) throws(Failure) -> Value? {
    let type = program.parts.objectTypes[Int(node.c)]
    let slot = Int(node.b)
    guard object.type === type else {
      return try field(named: type.fields[slot].name, of: object, at: index)
    }
    if slot < object.fields.count, let value = object.fields[slot] { return value }
    return try field(named: type.fields[slot].name, of: object, at: index)
  }

  private func field(
    named name: String, of object: ObjectValue, at index: NodeIndex
  ) throws(Failure) -> Value? {
    if let value = object[name] { return value }
    if object.unknown.contains(name) { throw Failure(reason: .unbound, node: index) }
    return nil
  }

  /// The field that `has()` or `.?` asks for: nil where it, or an object that it stands in, is
  /// absent. Any other failure stays one.
  private mutating func fieldIfPresent(
    _ node: Node, at index: NodeIndex
  ) throws(Failure) -> Value? {
    let base: Value
    do throws(Failure) {
      base = try value(node.a)
    } catch {
      guard error.reason == .absent, isField(error.node, in: node.a) else { throw error }
      return nil
    }
    guard case .object(let object) = base else { throw notApplicable(base, at: node.a) }
    return try field(node, of: object, at: index)
  }

  /// Whether `index` is a chain of fields such as `a.b.c` that reads the field `node` on its way.
  private func isField(_ node: NodeIndex, in index: NodeIndex) -> Bool {
    var index = index
    while program.operation(of: index) == .field, index != node {
      index = program.parts.nodes[Int(index)].a
    }
    return index == node
  }

  // MARK: Maps and lists

  /// What stands under a key or an index. Where nothing does, that is an error, or an optional
  /// without a value where an optional is asked for or read.
  private func entry(
    _ node: Node, under key: Value, of base: Value, at index: NodeIndex
  ) throws(Failure) -> Value {
    var isOptional = node.operation == .optionalMember || node.operation == .optionalIndex
    var container = base
    if case .optional(let wrapped) = base {
      guard let wrapped else { return base }
      (container, isOptional) = (wrapped, true)
    }
    let isMember = node.operation == .member || node.operation == .optionalMember
    let entry =
      isMember
      ? try member(key, of: container, at: index)
      : try element(at: key, of: container, at: index)
    if isOptional { return .optional(entry) }
    if let entry { return entry }
    if case .list(let elements) = container, case .int(let place)? = MapKey(key) {
      throw Failure(reason: .indexOutOfRange(place, count: elements.count), node: index)
    }
    throw Failure(reason: .noSuchKey(key), node: index)
  }

  private func member(
    _ name: Value, of base: Value, at index: NodeIndex
  ) throws(Failure) -> Value? {
    switch base {
    case .map(let map): return map[name]
    case .object(let object):
      guard case .string(let name) = name else { return nil }
      return try field(named: name, of: object, at: index)
    default: throw notApplicable(base, at: index)
    }
  }

  private func element(
    at key: Value, of base: Value, at index: NodeIndex
  ) throws(Failure) -> Value? {
    switch (base, MapKey(key)) {
    case (.map(let map), _): return map[key]
    case (.list(let elements), .int(let place)?):
      return elements.indices.contains(Int(place)) ? elements[Int(place)] : nil
    default: throw notApplicable(base, key, at: index)
    }
  }
}
