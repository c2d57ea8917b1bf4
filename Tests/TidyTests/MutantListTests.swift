import Foundation
import Testing

/// The list of `make mutants` is about the code as it is.
@Suite("mutants")
struct MutantListTests {
  private struct Mutant {
    var title: String
    var file: String
    var old: String
    var new: String

    /// A title; a file and a filter; lines behind `- ` and `+ `.
    init?(_ block: String) {
      let lines = block.split(separator: "\n").filter { !$0.hasPrefix("#") }
      guard lines.count > 2 else { return nil }
      func text(behind mark: String) -> String {
        lines.dropFirst(2).filter { $0.hasPrefix(mark) }.map { line in
          let text = line.dropFirst()
          return String(text.hasPrefix(" ") ? text.dropFirst() : text)
        }.joined(separator: "\n")
      }
      title = String(lines[0])
      file = String(lines[1].split(separator: " ")[0])
      (old, new) = (text(behind: "-"), text(behind: "+"))
    }
  }

  @Test("each names a text that stands once in its file, and another in its place")
  func applies() throws {
    let list = SourceTree.root.appending(path: "Tests/Mutants/mutants.txt")
    let blocks = try String(contentsOf: list, encoding: .utf8).components(separatedBy: "\n\n")
    let mutants = blocks.compactMap(Mutant.init)
    #expect(mutants.count > 30)
    #expect(Set(mutants.map(\.title)).count == mutants.count, "a title is there twice")
    for mutant in mutants {
      let file = SourceTree.sources.first { $0.path == mutant.file }
      let text = file?.lines.joined(separator: "\n") ?? ""
      let count = text.components(separatedBy: mutant.old).count - 1
      #expect(count == 1 && mutant.old != mutant.new, "\(mutant.title): bring it up to date")
    }
  }
}
