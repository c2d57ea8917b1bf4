/// The decoded values of a route's `{name}` segments.
public struct PathParameters: Sendable, Equatable {
  let names: [String]
  let values: [String]

  /// The value of a name that stands in the route's template; anything else is a programmer's
  /// error and stops the program.
  public subscript(name: String) -> String {
    guard let index = names.firstIndex(of: name) else {
      preconditionFailure("the route has no parameter {\(name)}")
    }
    return values[index]
  }

  /// The value read as a type: `parameters.value("id", PayinID.init)`.
  /// - Throws: `not_found` when it cannot be read: nothing is called that.
  public func value<Value>(
    _ name: String, _ read: (String) -> Value?
  ) throws(Problem) -> Value {
    guard let value = read(self[name]) else { throw .notFound() }
    return value
  }
}
