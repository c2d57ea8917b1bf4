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
