import Foundation
import Testing

/// What code and golden cases cite is there: sections and sources of the READMEs, assumptions,
/// links, types.
@Suite("tidy: reasons")
struct ReasonsTests {
  private struct Text {
    /// From the project's root.
    let path: String
    let content: String

    var folder: String { path.split(separator: "/").dropLast().joined(separator: "/") }
  }

  private static func texts(_ folders: [String], _ isWanted: (String) -> Bool) -> [Text] {
    folders.flatMap { folder in
      let base = SourceTree.root.appending(path: folder)
      let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String }
      return (paths ?? []).filter(isWanted).sorted().compactMap { path in
        let content = try? String(contentsOf: base.appending(path: path), encoding: .utf8)
        return content.map { Text(path: "\(folder)/\(path)", content: $0) }
      }
    }
  }

  private static let readmes =
    texts(["Sources", "Tests", "routing-rules"]) { $0.hasSuffix("README.md") }
    + [
      Text(
        path: "README.md",
        content: (try? String(
          contentsOf: SourceTree.root.appending(path: "README.md"), encoding: .utf8)) ?? "")
    ]

  private static func readme(_ path: String) -> String {
    readmes.first { $0.path == path }?.content ?? ""
  }

  /// Sources and golden cases; a comment's lines are one text.
  private static let citing: [Text] = {
    let files = SourceTree.sources + SourceTree.tests.filter { !$0.path.contains("TidyTests") }
    let code = files.map { file in
      let text = file.lines.joined(separator: "\n")
      return Text(
        path: file.path,
        content: text.replacing(#/\n *\/\/\/? ?/#, with: " "))
    }
    return code
      + texts(["Tests/ProvidersTests/Golden"]) {
        $0.hasSuffix("case.json") || $0.hasSuffix("limits.json")
      }
  }()

  /// `Providers/CashyPay/README 2.5, 2.7` or, beside that file, `README 2.5`.
  static func sections(_ text: String) -> [(readme: String?, sections: [String])] {
    let one = #/(?:(Providers(?:\/\w+)?)\/)?\bREADME ((?:\d+\.\d+(?:, |–| and )?)+)/#
    return text.matches(of: one).map { match in
      (
        match.1.map { "Sources/\($0)/README.md" },
        match.2.matches(of: #/\d+\.\d+/#).map { String($0.0) }
      )
    }
  }

  @Test("every section that is cited is a heading of its README")
  func cited() {
    var count = 0
    for text in Self.citing {
      for (named, sections) in Self.sections(text.content) {
        let readme = named ?? "\(text.folder)/README.md"
        for section in sections {
          count += 1
          let isThere = Self.readme(readme).contains("\n## \(section) ")
          #expect(isThere, "\(text.path) cites section \(section), which \(readme) has not")
        }
      }
      #expect(!text.content.contains("ossier "), "\(text.path): cite a README's section")
    }
    #expect(count > 150, "citations are no longer seen")
  }

  @Test("the rule sees citations in each of their forms")
  func forms() {
    let found = Self.sections("(S002; README 2.5, 2.7) and Providers/Openpay/README 3.2–3.8.")
    #expect(found.map(\.readme) == [nil, "Sources/Providers/Openpay/README.md"])
    #expect(found.map(\.sections) == [["2.5", "2.7"], ["3.2", "3.8"]])
  }

  @Test("every source and assumption that is cited is listed by a provider's README")
  func sources() {
    let providers = Self.readmes.filter { $0.path.contains("Sources/Providers/") }
    let listed = Set(
      providers.flatMap { $0.content.matches(of: #/\n\| (S\d{3}|A\d+) \|/#).map { String($0.1) } })
    let inReadmes = providers.map { ($0, $0.content) }
    for (text, content) in Self.citing.map({ ($0, $0.content) }) + inReadmes {
      let names =
        content.matches(of: #/\b(S00\d)\b/#).map { String($0.1) }
        + content.matches(of: #/(?:, |\()(A\d{1,2})(?=[,):])/#).map { String($0.1) }
        + content.matches(of: #/README \d+\.\d+, (A\d{1,2})\b/#).map { String($0.1) }
      for name in names where !listed.contains(name) {
        Issue.record("\(text.path) cites \(name), which no README of a provider lists")
      }
    }
    #expect(listed.count == 4 + 16)
  }

  @Test("every question to a provider's support names a setting that is read, or none")
  func switches() {
    let readers = SourceTree.sources.filter { file in
      file.path.hasPrefix("Sources/Providers/") || file.path.hasSuffix("/AccountReader.swift")
    }
    let code = readers.flatMap(\.lines).joined(separator: "\n")
    let pages = Self.readmes.filter { $0.content.contains("\n## Questions for its support\n") }
    #expect(pages.count == 4)
    for page in pages {
      let questions = page.content.split(separator: "\n").filter { $0.hasPrefix("- [ ] ") }
      #expect(questions.count > 5)
      for question in questions {
        let named = question.split(separator: " Switch: ").dropFirst().last ?? ""
        #expect(!named.isEmpty, "\(page.path): a question without its switch: \(question)")
        for match in named.matches(of: #/`(\w+)`/#) {
          let isRead =
            code.contains("\"\(match.1)\"") || match.1 == "absent" || match.1 == "ambiguous"
          #expect(isRead, "\(page.path): no account has the setting \(match.1)")
        }
      }
    }
  }

  @Test("every relative link of a README leads to a file")
  func links() {
    var count = 0
    for readme in Self.readmes {
      for match in readme.content.matches(of: #/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/#)
      {
        let path = SourceTree.root.appending(path: readme.folder).appending(path: String(match.1))
        count += 1
        #expect(
          FileManager.default.fileExists(atPath: path.standardized.path),
          "\(readme.path) links to \(match.1), which is not there")
      }
    }
    #expect(count > 10)
  }

  @Test("every type that the pages of Sources name is declared")
  func types() {
    let declaration = #/\b(?:struct|class|enum|protocol|actor|typealias|case) (\w+)/#
    let declared = Set(
      SourceTree.sources.flatMap { file in
        file.lines.flatMap { $0.matches(of: declaration).map { String($0.1) } }
      })
    let known: Set = ["URLSession", "Character", "Int64", "Mutex", "Package", "PayinCodec"]
    var count = 0
    let modules = Set(SourceTree.sources.map(\.module)).union(["CEmbedded"])
    for readme in Self.readmes where readme.path.hasPrefix("Sources/") {
      for match in readme.content.matches(of: #/`([A-Z]\w*[a-z]\w*)(?:\.\w+(?:\(.*?\))?)?`/#) {
        let name = String(match.1)
        guard !name.contains("_"), !known.contains(name), !modules.contains(name) else { continue }
        count += 1
        #expect(declared.contains(name), "\(readme.path) names \(name), which is not declared")
      }
    }
    #expect(count > 30)
  }
}
