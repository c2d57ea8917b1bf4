/// The variables that expressions may use, with their types.
public struct Declarations: Sendable {
  public struct Variable: Sendable {
    public let name: String
    public let type: ExpressionType
  }

  /// In the order of their slots.
  public let variables: [Variable]
  private let slots: [String: Int]

  /// - Precondition: the names are distinct.
  public init(_ variables: KeyValuePairs<String, ExpressionType>) {
    self.variables = variables.map { Variable(name: $0.key, type: $0.value) }
    slots = Dictionary(uniqueKeysWithValues: variables.enumerated().map { ($1.key, $0) })
  }

  /// The place of a variable in an activation.
  public func slot(of variable: String) -> Int? { slots[variable] }
}

/// The values of the declared variables for one decision, good for any number of expressions.
public struct Activation: Sendable {
  let slots: [Value?]

  /// Values in the order of the declarations; nil, or a missing tail, is unbound.
  public init(slots: [Value?]) {
    self.slots = slots
  }

  /// Values by name; variables left out are unbound and evaluate to an error.
  /// - Precondition: every name is declared.
  public init(_ declarations: Declarations, _ values: KeyValuePairs<String, Value>) {
    var slots = [Value?](repeating: nil, count: declarations.variables.count)
    for (name, value) in values {
      guard let slot = declarations.slot(of: name) else {
        preconditionFailure("there is no variable '\(name)'")
      }
      slots[slot] = value
    }
    self.init(slots: slots)
  }
}
