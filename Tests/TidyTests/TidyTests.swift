import Foundation
import Testing

/// The rules of the house. Each failure says what to do instead.
@Suite("tidy")
struct TidyTests {
  private static func places(
    _ files: [SourceTree.File], where isFault: (SourceTree.File, String) -> Bool
  ) -> [String] {
    files.flatMap { file in
      file.code.filter { isFault(file, $0.text) }.map { "\(file.path):\($0.number)" }
    }
  }

  /// Whether `word` stands in the line as a whole word.
  private static func has(_ line: String, _ word: String) -> Bool {
    line.range(of: "(?<![A-Za-z0-9_])\(word)(?![A-Za-z0-9_])", options: .regularExpression) != nil
  }

  @Test("there is something to look at")
  func reads() {
    #expect(SourceTree.sources.count > 200)
    #expect(SourceTree.tests.count > 50)
  }

  @Test("lines are short")
  func lines() {
    for (files, limit) in [(SourceTree.sources, 100), (SourceTree.tests, 120)] {
      for file in files {
        for (index, line) in file.lines.enumerated() where line.count > limit {
          Issue.record("\(file.path):\(index + 1): break the line before \(limit) characters")
        }
      }
    }
  }

  @Test("every metric with a help text is counted or set somewhere, and the reverse")
  func metrics() throws {
    let metrics = try #require(
      SourceTree.sources.first { $0.path.hasSuffix("Gateway/Operating/Metrics.swift") })
    func names(_ files: [SourceTree.File]) -> Set<String> {
      Set(
        files.flatMap(\.lines).flatMap { $0.components(separatedBy: "\"") }.filter { text in
          text.hasPrefix("pasarela_")
            && text.utf8.allSatisfy { $0 == UInt8(ascii: "_") || (97...122).contains($0) }
        })
    }
    let used = names(SourceTree.sources.filter { $0.path != metrics.path })
    #expect(used == names([metrics]) && used.count > 30)
  }

  @Test("a file holds one idea")
  func fileLength() {
    for file in SourceTree.sources + SourceTree.tests where file.lines.count > 400 {
      Issue.record("\(file.path): \(file.lines.count) lines; split it by idea (400 at most)")
    }
  }

  @Test("a function fits on a screen")
  func functionLength() {
    for file in SourceTree.sources {
      for (start, length) in Functions.lengths(in: file.lines) where length > 60 {
        Issue.record("\(file.path):\(start): \(length) lines; take parts out (60 at most)")
      }
    }
  }

  @Test("money is never a floating-point number")
  func noDouble() {
    // The rule language has doubles; the rate that it shows is the only one made outside it.
    let allowed: Set = ["Sources/Routing/Deciding/RuleVariables.swift"]
    let found = Self.places(SourceTree.sources) { file, line in
      file.module != "Expressions" && !allowed.contains(file.path)
        && (Self.has(line, "Double") || Self.has(line, "Float"))
    }
    #expect(found.isEmpty, "use Int64 centavos, or exact decimal text: \(found)")
  }

  @Test("time and randomness come as parameters")
  func noAmbientTime() {
    let shell: Set = [
      "Sources/pasarela/SystemSources.swift", "Sources/Sandbox/Runtime/Pauses.swift",
      "Sources/Sandbox/Runtime/WallClock.swift", "Sources/Sandbox/SandboxServer.swift",
      // The default of a parameter.
      "Sources/HTTPServing/HTTPServerConfiguration.swift",
    ]
    let found = Self.places(SourceTree.sources) { file, line in
      !shell.contains(file.path)
        && ["Date()", "UUID()", "Task.sleep", "SystemRandomNumberGenerator()", ".random(in:"]
          .contains { line.contains($0) }
    }
    #expect(found.isEmpty, "take a TimeSource, an Instant or an Entropy: \(found)")
  }

  @Test("a C library is seen by its wrapper only")
  func wrappers() {
    let owners = [
      "CCurl": ["HTTPCalling"], "COpenSSL": ["Crypto", "HTTPServing"], "CSQLite": ["Storage"],
      "CLinux": ["HTTPServing"], "CEmbedded": ["pasarela"], "CPostgres": ["PostgreSQLClient"],
    ]
    for (library, modules) in owners {
      let found = Self.places(SourceTree.sources) { file, line in
        line.contains("import \(library)") && !modules.contains(file.module)
      }
      #expect(found.isEmpty, "\(library) belongs to \(modules); call that instead: \(found)")
    }
  }

  @Test("pure modules stay pure")
  func purity() {
    let forbidden = [
      "Payins": ["Foundation", "HTTPCalling", "HTTPServing", "Storage", "Glibc", "Dispatch"],
      "Routing": ["Foundation", "HTTPCalling", "HTTPServing", "Storage", "Glibc", "Dispatch"],
      "Expressions": ["HTTPCalling", "HTTPServing", "Storage", "Glibc", "Dispatch"],
      "Providers": ["Storage", "Gateway", "HTTPServing", "Glibc", "Dispatch", "Sandbox"],
      // The oracle of the adapters reads the providers' pages by itself.
      "Sandbox": ["Providers", "Payins", "StorePayments", "Gateway", "Storage"],
    ]
    for (module, imports) in forbidden {
      let found = Self.places(SourceTree.sources) { file, line in
        file.module == module && imports.contains { line.hasSuffix("import \($0)") }
      }
      #expect(found.isEmpty, "\(module) takes what it needs as values: \(found)")
    }
  }

  @Test("a provider names no other provider")
  func providersApart() {
    let names = Set(
      SourceTree.sources.compactMap { file -> String? in
        let parts = file.path.split(separator: "/")
        return parts.count > 3 && parts[1] == "Providers" && parts[2] != "Shared"
          ? String(parts[2]) : nil
      })
    #expect(names.count > 3)
    let found = Self.places(SourceTree.sources) { file, line in
      guard let own = names.first(where: { file.path.contains("Sources/Providers/\($0)/") })
      else { return false }
      return names.contains { $0 != own && line.contains("\($0).") }
    }
    #expect(found.isEmpty, "move what both need to Providers/Shared: \(found)")
  }

  @Test("nothing unfinished is left")
  func leftovers() {
    let words = ["try!", "fatalError(", "FIXME", "TODO", "HACK", "XXX"]
    // This file names the words.
    let tests = SourceTree.tests.filter { $0.module != "TidyTests" }
    let found = (SourceTree.sources + tests).flatMap { file in
      file.lines.enumerated().filter { line in
        words.contains { line.element.contains($0) }
          || file.path.hasPrefix("Sources/") && Self.has(line.element, "print\\(")
      }.map { "\(file.path):\($0.offset + 1)" }
    }
    #expect(found.isEmpty, "finish it, throw a typed error, or log: \(found)")
  }

  @Test("no call is made that can end the process for what happens outside it")
  func deadlyCalls() {
    let found = Self.places(SourceTree.sources) { _, line in
      line.contains("FileHandle.standard") || Self.has(line, "Process\\(\\)")
    }
    #expect(found.isEmpty, "write to a StandardStream, and start no other program: \(found)")
  }

  @Test("an unchecked Sendable proves itself")
  func uncheckedSendable() {
    let found = Self.places(SourceTree.sources + SourceTree.tests) { _, line in
      Self.has(line, "@unchecked +Sendable") && !line.contains("//")
    }
    #expect(found.isEmpty, "say in a comment on the line why it is safe: \(found)")
  }

  @Test("no type is named for what it is not")
  func names() {
    let found = Self.places(SourceTree.sources) { _, line in
      line.range(
        of: #"(struct|class|enum|actor|protocol) \w*(Manager|Helper|Util|Utils)\b"#,
        options: .regularExpression) != nil
    }
    #expect(found.isEmpty, "name it after what it does: \(found)")
  }

  @Test("the package names no other package")
  func noDependencies() throws {
    let text = try String(
      contentsOf: SourceTree.root.appending(path: "Package.swift"), encoding: .utf8)
    #expect(!text.contains(".package("), "the owner wants none: use the system's C libraries")
  }

  @Test("the top level holds what it should and nothing else")
  func topLevel() throws {
    let allowed: Set = [
      "Package.swift", "Sources", "Tests", "routing-rules", "openapi", "Makefile", "README.md",
      // Made by building and running, and ignored by git.
      "Package.resolved", "var",
    ]
    let found = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path)
      .filter { !$0.hasPrefix(".") && !allowed.contains($0) }
    #expect(found.isEmpty, "put it into a folder of the house: \(found)")
  }
}
