/// A path as routes are written: `/v1/payins/{id}`.
enum RouteTemplate {
  enum Segment: Equatable {
    case literal(String)
    case parameter(String)
  }

  /// Nil when the template is no path, or has an empty, doubled or unfinished parameter name.
  static func segments(_ template: String) -> [Segment]? {
    guard template.hasPrefix("/") else { return nil }
    var segments: [Segment] = []
    for part in template.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      if part.hasPrefix("{"), part.hasSuffix("}") {
        let parameter = Segment.parameter(String(part.dropFirst().dropLast()))
        guard part.count > 2, !segments.contains(parameter) else { return nil }
        segments.append(parameter)
      } else {
        guard !part.contains(where: { "{}%?#*".contains($0) }) else { return nil }
        segments.append(.literal(String(part)))
      }
    }
    return segments
  }
}
