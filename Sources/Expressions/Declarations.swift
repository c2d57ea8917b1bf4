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
