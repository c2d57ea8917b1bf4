/// A path as routes are written: `/v1/payins/{id}`.
enum RouteTemplate {
  enum Segment: Equatable {
    case literal(String)
    case parameter(String)
  }

  /// Nil when the template is no path, or has an empty, doubled or unfinished parameter name.
  static func segments(_ template: String) -> [Segment]? {
    guard template.utf8.first == UInt8(ascii: "/") else { return nil }
    var segments: [Segment] = []
    for part in template.utf8.dropFirst().split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    {
      if part.first == UInt8(ascii: "{"), part.last == UInt8(ascii: "}") {
        let parameter = Segment.parameter(String(Substring(part.dropFirst().dropLast())))
        guard part.count > 2, !segments.contains(parameter) else { return nil }
        segments.append(parameter)
      } else {
        guard !part.contains(where: "{}%?#*".utf8.contains) else { return nil }
        segments.append(.literal(String(Substring(part))))
      }
    }
    return segments
  }
}

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
