/// Which files of a target name each other in a circle, so that none of them can be read, moved or
/// tested without the others.
///
/// A file names another where its code mentions a type that the other declares at top level. A file
/// that only extends a type declares nothing, and names that type.
struct FileCircles {
  private let paths: [String]
  /// By file: those that it names.
  private let links: [[Int]]

  /// - Parameter files: of one target.
  init(_ files: [(path: String, text: String)]) {
    let names = files.map { Names(Self.words(of: $0.text)) }
    var owners: [String: Int] = [:]
    for (index, file) in names.enumerated() {
      for name in file.declared { owners[name] = index }
    }
    paths = files.map(\.path)
    links = names.enumerated().map { index, file in
      Set(file.mentioned.subtracting(file.own).compactMap { owners[$0] }).subtracting([index])
        .sorted()
    }
  }

  /// How many namings of one file by another there are.
  var linkCount: Int { links.joined().count }

  // MARK: Reading

  /// Names, keywords and signs, without what stands in comments and strings; the code within
  /// strings stays.
  private static func words(of text: String) -> [Substring] {
    let noise = #/\/\/[^\n]*|\/\*[\s\S]*?\*\/|#+"[\s\S]*?"#+|"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"/#
    let code = text.replacing(noise) { match in
      match.output.hasPrefix("/")
        ? "" : match.output.matches(of: #/\\\(([^\n]*?)\)/#).map { " \($0.1) " }.joined()
    }
    return code.matches(of: #/\w+|\S/#).map(\.output)
  }

  private struct Names {
    /// Types at top level that other files see.
    var declared: Set<String> = []
    /// Types that only this file means by these names: private or nested ones.
    var own: Set<String> = []
    var mentioned: Set<String> = []

    init(_ words: [Substring]) {
      let declaring: Set<Substring> = [
        "struct", "class", "enum", "actor", "protocol", "typealias", "associatedtype",
      ]
      var depth = 0
      for (index, word) in words.enumerated() {
        if word == "{" { depth += 1 }
        if word == "}" { depth -= 1 }
        if index == 0 || words[index - 1] != "." { mentioned.insert(String(word)) }
        guard declaring.contains(word), index + 1 < words.count else { continue }
        let modifiers = words[..<index].reversed().prefix {
          ["private", "final", "indirect"].contains($0)
        }
        if depth == 0, !modifiers.contains("private") {
          declared.insert(String(words[index + 1]))
        } else {
          own.insert(String(words[index + 1]))
        }
      }
    }
  }

  // MARK: Circles

  /// The sets of files each of which leads to each other one: Tarjan's strongly connected
  /// components, without those of a single file; the largest first.
  var circles: [[String]] {
    var search = Search(links: links)
    for start in links.indices where search.order[start] == nil { search.visit(start) }
    return search.components.filter { $0.count > 1 }
      .map { $0.map { paths[$0] }.sorted() }.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
  }

  private struct Search {
    let links: [[Int]]
    var order: [Int: Int] = [:]
    var stack: [Int] = []
    var components: [[Int]] = []

    /// Gives the earliest file on the stack that the file leads to.
    @discardableResult
    mutating func visit(_ file: Int) -> Int {
      let turn = order.count
      order[file] = turn
      stack.append(file)
      var earliest = turn
      for next in links[file] {
        if let seen = order[next] {
          if stack.contains(next) { earliest = min(earliest, seen) }
        } else {
          earliest = min(earliest, visit(next))
        }
      }
      if earliest == turn, let place = stack.firstIndex(of: file) {
        components.append(Array(stack[place...]))
        stack.removeSubrange(place...)
      }
      return earliest
    }
  }
}
