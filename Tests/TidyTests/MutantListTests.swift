import Foundation
import Testing

/// The list of `make mutants` is about the code as it is.
@Suite("mutants")
struct MutantListTests {
  private struct Mutant {
    var title: String
    var file: String
    /// Which tests are run, as parts of their names; none where all are.
    var filter: String
    var old: String
    var new: String

    /// A title; a file and a filter; lines behind `- ` and `+ `. Nil where it is all comment.
    init?(_ block: String) {
      let lines = block.split(separator: "\n").filter { !$0.hasPrefix("#") }
      guard !lines.isEmpty else { return nil }
      let place = lines.dropFirst().first?.split(separator: " ", maxSplits: 1) ?? []
      func text(behind mark: String) -> String {
        lines.dropFirst(2).filter { $0.hasPrefix(mark) }.map { line in
          let text = line.dropFirst()
          return String(text.hasPrefix(" ") ? text.dropFirst() : text)
        }.joined(separator: "\n")
      }
      title = String(lines[0])
      (file, filter) = (String(place.first ?? ""), String(place.dropFirst().first ?? ""))
      (old, new) = (text(behind: "-"), text(behind: "+"))
    }
  }

  @Test("each names a text that stands once in its file, and another in its place")
  func applies() throws {
    let list = SourceTree.root.appending(path: "Tests/Mutants/mutants.txt")
    let blocks = try String(contentsOf: list, encoding: .utf8).components(separatedBy: "\n\n")
    let mutants = blocks.compactMap(Mutant.init)
    #expect(mutants.count > 30)
    let tests = Self.suites
    #expect(Set(mutants.map(\.title)).count == mutants.count, "a title is there twice")
    for mutant in mutants {
      let file = SourceTree.sources.first { $0.path == mutant.file }
      let text = file?.lines.joined(separator: "\n") ?? ""
      let count = text.components(separatedBy: mutant.old).count - 1
      #expect(count == 1 && mutant.old != mutant.new, "\(mutant.title): bring it up to date")
      let names = mutant.filter.split(separator: "|").map(String.init)
      #expect(
        Set(names).isSubset(of: tests),
        "\(mutant.title): its tests are the names of folders or types, such as PayinsTests")
    }
  }

  /// The folders of tests, and the types in them.
  private static var suites: Set<String> {
    var names: Set<String> = []
    for file in SourceTree.tests where file.module.hasSuffix("Tests") {
      names.insert(file.module)
      for line in file.lines {
        let words = line.split(separator: " ").map { $0.prefix { $0 != ":" } }
        if words.first == "struct", let name = words.dropFirst().first, name.hasSuffix("Tests") {
          names.insert(String(name))
        }
      }
    }
    return names
  }
}
