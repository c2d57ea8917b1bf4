import Foundation

/// Finds functions by their indentation, as the formatter lays them out.
enum Functions {
  private static let start =
    "^ *((public|private|internal|static|mutating|nonisolated|override) )*(func|init)\\b"

  /// First line (1-based) and length of each function, initialiser or computed body.
  static func lengths(in lines: [String]) -> [(Int, Int)] {
    var out: [(Int, Int)] = []
    for (index, line) in lines.enumerated() {
      let indent = line.prefix { $0 == " " }
      let isStart = line.range(of: start, options: .regularExpression) != nil
      guard isStart, !line.hasSuffix("}") else { continue }
      guard let end = lines[index...].firstIndex(where: { $0 == "\(indent)}" }) else { continue }
      out.append((index + 1, end - index + 1))
    }
    return out
  }
}
