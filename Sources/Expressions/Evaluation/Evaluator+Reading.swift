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
      guard let object = try objectIfPresent(node.a) else { return .bool(false) }
      return .bool(field(node, of: object) != nil)
    case .member:
      let name = program.parts.constants[Int(node.b)]
      guard let value = try member(name, of: try value(node.a), at: index) else {
        throw Failure(reason: .noSuchKey(name), node: index)
      }
      return value
    case .hasMember:
      let name = program.parts.constants[Int(node.b)]
      return .bool(try member(name, of: try value(node.a), at: index) != nil)
    default:
      return try element(at: try value(node.b), of: try value(node.a), at: index)
    }
  }

  // MARK: Objects

  private func field(
    _ node: Node, of base: Value, at index: NodeIndex
  ) throws(Failure) -> Value {
    guard case .object(let object) = base else { throw notApplicable(base, at: index) }
    guard let value = field(node, of: object) else { throw Failure(reason: .absent, node: index) }
    return value
  }

  /// The field that a node names, by slot where the object is of the type it was checked against.
  private func field(_ node: Node, of object: ObjectValue) -> Value? {
    let type = program.parts.objectTypes[Int(node.c)]
    let slot = Int(node.b)
    guard object.type === type else { return object[type.fields[slot].name] }
    return slot < object.fields.count ? object.fields[slot] : nil
  }

  /// The object whose field `has()` asks for: nil where it, or one that it stands in, is an absent
  /// field itself. Any other failure stays one.
  private mutating func objectIfPresent(_ index: NodeIndex) throws(Failure) -> ObjectValue? {
    do throws(Failure) {
      let base = try value(index)
      guard case .object(let object) = base else { throw notApplicable(base, at: index) }
      return object
    } catch {
      guard error.reason == .absent, isField(error.node, in: index) else { throw error }
      return nil
    }
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

  private func member(
    _ name: Value, of base: Value, at index: NodeIndex
  ) throws(Failure) -> Value? {
    switch base {
    case .map(let map): return map[name]
    case .object(let object):
      guard case .string(let name) = name else { return nil }
      return object[name]
    default: throw notApplicable(base, at: index)
    }
  }

  private func element(
    at key: Value, of base: Value, at index: NodeIndex
  ) throws(Failure) -> Value {
    switch base {
    case .map(let map):
      guard let value = map[key] else { throw Failure(reason: .noSuchKey(key), node: index) }
      return value
    case .list(let elements):
      guard case .int(let place)? = MapKey(key) else {
        throw notApplicable(base, key, at: index)
      }
      guard place >= 0, place < elements.count else {
        throw Failure(
          reason: .indexOutOfRange(place, count: elements.count), node: index)
      }
      return elements[Int(place)]
    default:
      throw notApplicable(base, key, at: index)
    }
  }
}
