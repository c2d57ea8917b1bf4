/// Fields, keys and indexes. What is read of an optional is optional, and so is `a.?b` and `a[?b]`.
extension Checker {
  mutating func select(
    _ operand: Syntax, _ name: Name, isOptional: Bool, _ range: SourceRange
  ) throws(ExpressionFault) -> Typed {
    if !isOptional, let typeName = qualifiedTypeName(operand, name) {
      return constant(.type(typeName), .type, range)
    }
    let base = try check(operand)
    if case .object(let object) = base.type {
      let slot = try slot(of: name, in: object)
      let node = fieldNode(isOptional ? .optionalField : .field, of: base, slot: slot, in: object)
      let type = object.fields[slot].type
      return emit(node, isOptional ? .optional(type) : type, range)
    }
    let (container, isWrapped) = base.type.unwrapped
    let type = try memberType(of: container, name)
    return emit(
      Node(
        operation: isOptional ? .optionalMember : .member, a: base.node,
        b: store(.string(name.text))),
      isOptional || isWrapped ? .optional(type) : type, range)
  }

  /// `google.protobuf.Timestamp` and `.Duration` are names of types, not fields.
  private func qualifiedTypeName(_ operand: Syntax, _ name: Name) -> String? {
    guard case .select(let root, let package, _) = operand.kind, package.text == "protobuf",
      case .identifier(let google, _) = root.kind, google.text == "google", !isDeclared("google")
    else { return nil }
    let text = "google.protobuf.\(name.text)"
    return text == ExpressionType.timestampName || text == ExpressionType.durationName ? text : nil
  }

  /// A field of a variable is read in one node, without touching the object as a whole.
  private mutating func fieldNode(
    _ operation: Operation, of base: Typed, slot: Int, in object: ObjectType
  ) -> Node {
    parts.objectTypes.append(object)
    let type = Int32(parts.objectTypes.count - 1)
    let node = parts.nodes[Int(base.node)]
    if operation == .field, node.operation == .variable {
      return Node(operation: .variableField, a: node.a, b: Int32(slot), c: type)
    }
    return Node(operation: operation, a: base.node, b: Int32(slot), c: type)
  }

  private func slot(of name: Name, in object: ObjectType) throws(ExpressionFault) -> Int {
    if let slot = object.slot(of: name.text) { return slot }
    let advice = Suggestion.advice(for: name.text, among: object.fields.map(\.name))
    throw fault("\(object.name) has no field '\(name.text)'\(advice)", at: name.range)
  }

  /// The type of what stands under a name in an object, a map or something known only when
  /// evaluated.
  private func memberType(
    of container: ExpressionType, _ name: Name
  ) throws(ExpressionFault) -> ExpressionType {
    switch container {
    case .dyn: return .dyn
    case .object(let object): return object.fields[try slot(of: name, in: object)].type
    case .map(let key, let value) where key == .string || key == .dyn: return value
    default:
      let isFunction = StandardLibrary.functions[name.text] != nil
      let advice = isFunction ? "; a function is called as \(name.text)()" : ""
      throw fault("\(container.withArticle) has no field '\(name.text)'\(advice)", at: name.range)
    }
  }

  mutating func has(
    _ operand: Syntax, _ name: Name, _ range: SourceRange
  ) throws(ExpressionFault) -> Typed {
    let base = try check(operand)
    if case .object(let object) = base.type {
      let slot = try slot(of: name, in: object)
      return emit(fieldNode(.hasField, of: base, slot: slot, in: object), .bool, range)
    }
    _ = try memberType(of: base.type.unwrapped.type, name)
    return emit(
      Node(operation: .hasMember, a: base.node, b: store(.string(name.text))), .bool, range)
  }

  mutating func index(
    _ operand: Syntax, _ index: Syntax, isOptional: Bool, _ range: SourceRange
  ) throws(ExpressionFault) -> Typed {
    let base = try check(operand)
    let key = try check(index)
    let (container, isWrapped) = base.type.unwrapped
    let type: ExpressionType
    switch container {
    case .dyn:
      type = .dyn
    case .list(let element):
      guard key.type.isAssignable(to: .int) else {
        throw fault("expected an int as index of a list, found \(key.type)", at: key.range)
      }
      type = element
    case .map(let expected, let value):
      guard key.type.isAssignable(to: expected) else {
        throw fault("expected \(expected.withArticle) as key, found \(key.type)", at: key.range)
      }
      type = value
    case .object(let object):
      throw fault("a field of \(object.name) is read with a dot, as in value.field", at: range)
    default:
      throw fault("\(container.withArticle) has no elements to index", at: base.range)
    }
    return emit(
      Node(operation: isOptional ? .optionalIndex : .index, a: base.node, b: key.node),
      isOptional || isWrapped ? .optional(type) : type, range)
  }
}
