import Foundation

/// Finds functions by their indentation, as the formatter lays them out.
enum Functions {
  private static let start =
    "^ *((public|private|internal|static|mutating|nonisolated|override) )*(func|init)\\b"

  /// A protocol's requirements have none, and what ends on its own line is short enough.
  private static func hasBody(_ lines: ArraySlice<String>, _ indent: Substring) -> Bool {
    guard let first = lines.first, first.hasSuffix("(") else {
      return lines.first?.hasSuffix("{") == true
    }
    return lines.dropFirst().first { $0.hasPrefix("\(indent))") }?.hasSuffix("{") == true
  }

  /// First line (1-based) and length of each function, initialiser or computed body.
  static func lengths(in lines: [String]) -> [(Int, Int)] {
    var out: [(Int, Int)] = []
    for (index, line) in lines.enumerated() {
      let indent = line.prefix { $0 == " " }
      let isStart = line.range(of: start, options: .regularExpression) != nil
      guard isStart, hasBody(lines[index...], indent) else { continue }
      guard let end = lines[index...].firstIndex(where: { $0 == "\(indent)}" }) else { continue }
      out.append((index + 1, end - index + 1))
    }
    return out
  }
}
