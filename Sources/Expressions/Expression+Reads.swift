/// What an expression reads, as far as that stands in its source: for whoever looks for mistakes.
extension Expression {
  /// A key that is looked up in a variable.
  public struct Key: Sendable {
    public let name: String
    /// The look-up as it stands in the source, such as `accounts['main']`.
    public let text: String
    /// Whether the key may be missing: `accounts[?'main']`.
    public let isOptional: Bool
  }

  /// The keys that stand in the source, in its order.
  public func keys(of variable: String) -> [Key] {
    let slot = program.declarations.slot(of: variable).map(Int32.init)
    return zip(program.parts.nodes, program.parts.ranges).compactMap { node, range in
      let key: Value?
      switch node.operation {
      case .index, .optionalIndex: key = program.constant(at: node.b)
      case .member, .optionalMember, .hasMember: key = program.parts.constants[Int(node.b)]
      default: return nil
      }
      let base = program.parts.nodes[Int(node.a)]
      guard case .string(let name)? = key, base.operation == .variable, base.a == slot else {
        return nil
      }
      let isOptional = node.operation != .index && node.operation != .member
      return Key(name: name, text: program.source[range], isOptional: isOptional)
    }
  }

  /// Whether it asks if a field of that name is there.
  public func asks(for field: String) -> Bool {
    program.parts.nodes.contains { node in
      switch node.operation {
      case .hasField, .optionalField:
        program.parts.objectTypes[Int(node.c)].fields[Int(node.b)].name == field
      case .hasMember, .optionalMember: program.parts.constants[Int(node.b)] == .string(field)
      default: false
      }
    }
  }
}

extension Program {
  fileprivate func constant(at index: NodeIndex) -> Value? {
    let node = parts.nodes[Int(index)]
    return node.operation == .constant ? parts.constants[Int(node.a)] : nil
  }
}
