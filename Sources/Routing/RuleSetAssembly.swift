import JSONText
import Payins

/// Puts files together to a set, and finds what only the whole set can have wrong.
struct RuleSetAssembly {
  private let files: [ReadRuleFile]
  private let accounts: [String]
  private let version: String
  private(set) var faults: [RuleNotice]

  init(_ files: [ReadRuleFile], accounts: [String], version: String) {
    self.files = files
    self.accounts = accounts
    self.version = version
    faults = files.flatMap(\.faults)
    checkNames()
    checkOtherwise()
    checkFees()
  }

  private var liveFiles: [ReadRuleFile] { files.filter { !$0.isShadow } }

  /// The rules in force; nil where there is no route of last resort.
  var live: Rulebook? { rulebook(liveFiles) }

  /// The rules that would be in force with the shadow files; nil where there are none.
  var shadow: Rulebook? { files.contains(where: \.isShadow) ? rulebook(files) : nil }

  func warnings(_ catalog: TargetCatalog) -> [RuleNotice] {
    let live = RuleLinter(liveFiles, catalog).warnings
    guard files.contains(where: \.isShadow) else { return live.sorted() }
    let shadowed = Set(files.filter(\.isShadow).compactMap { $0.source?.name })
    let further = RuleLinter(files, catalog).warnings.filter { shadowed.contains($0.file) }
    return (live + further).sorted()
  }

  private func rulebook(_ files: [ReadRuleFile]) -> Rulebook? {
    let preferred = files.filter(\.isShadow) + files.filter { !$0.isShadow }
    guard let otherwise = preferred.lazy.compactMap(\.otherwise).first else { return nil }
    let fees = preferred.flatMap(\.fees).map { ($0.target, $0.fee) }
    return Rulebook(
      rules: files.flatMap(\.rules).map(\.rule), otherwise: otherwise.route,
      fees: Dictionary(fees) { first, _ in first }, accounts: accounts, version: version)
  }

  // MARK: Faults of the whole

  private mutating func checkNames() {
    var seen: [String: String] = [:]
    for file in files {
      guard let source = file.source else { continue }
      for (name, pointer) in file.names {
        if let first = seen[name] {
          faults.append(source.notice(pointer, "the rule \"\(name)\" stands already at \(first)"))
        } else {
          seen[name] = "\(source.name):\(source.root.position(at: pointer).line)"
        }
      }
    }
  }

  private mutating func checkOtherwise() {
    for isShadow in [false, true] {
      let holders = files.filter { $0.isShadow == isShadow && $0.hasOtherwise }
      for file in holders.dropFirst() {
        let first = holders[0].source?.name ?? ""
        guard let source = file.source else { continue }
        faults.append(
          source.notice("/otherwise", "\"otherwise\" stands in exactly one file; \(first) has it"))
      }
      if !isShadow, holders.isEmpty, files.allSatisfy({ $0.source != nil }) {
        let file = liveFiles.first?.source?.name ?? "rules"
        faults.append(
          RuleNotice(
            file: file, position: SourcePosition(line: 1, column: 1),
            message: "no file says where pay-ins go that no rule matches: add \"otherwise\""))
      }
    }
  }

  private mutating func checkFees() {
    for isShadow in [false, true] {
      var seen: [Target: String] = [:]
      for file in files where file.isShadow == isShadow {
        guard let source = file.source else { continue }
        for fee in file.fees {
          if let first = seen[fee.target] {
            faults.append(source.notice(fee.pointer, "the fee of \(fee.target) stands in \(first)"))
          }
          seen[fee.target] = source.name
        }
      }
    }
    let all = files.flatMap(\.fees)
    let live = Set(liveFiles.flatMap(\.fees).map(\.target))
    let known = Set(all.map(\.target))
    for file in files {
      for listed in file.routes.filter({ $0.strategy == .cheapest }).flatMap(\.heads) {
        let target = listed.serving.target
        guard let source = file.source, !(file.isShadow ? known : live).contains(target) else {
          continue
        }
        faults.append(source.notice(listed.pointer, "\"fees\" has no entry for \(target)"))
      }
    }
  }
}

extension ReadRuleFile {
  /// Of its rules, and that of last resort.
  var routes: [ReadRoute] { rules.map(\.route) + (otherwise.map { [$0] } ?? []) }

  /// What the tests in the file find wrong.
  func failures(of rulebook: Rulebook) -> [RuleNotice] {
    guard let source else { return [] }
    return tests.flatMap { test in
      test.failures(of: rulebook.decide(test.question)).map { source.notice($0) }
    }
  }
}
