/// Every rule that is in force, checked as a whole.
///
/// Files take effect in the order of their names. A file with `shadow: true` decides nothing: see
/// `decideShadow`.
public struct RuleSet: Sendable {
  /// One file of the set, for the operator.
  public struct File: Equatable, Sendable {
    public let name: String
    public let isShadow: Bool
    /// The names of its rules, in their order.
    public let rules: [String]
    /// How many tests it holds; all of them passed.
    public let tests: Int
  }

  /// SHA-256 of the files, as handed in.
  public let version: String
  public let files: [File]
  /// What looks wrong but is not refused, by file and place.
  public let warnings: [RuleNotice]
  private let live: Rulebook
  private let shadow: Rulebook?

  /// Parses, checks types, lints, and runs the tests inside.
  ///
  /// - Parameters:
  ///   - offers: the configured accounts; a target that names no other is a fault.
  ///   - version: SHA-256 in hex over names and contents, which the caller computes.
  /// - Throws: every fault found. What depends on the whole set (tests) is looked at once the
  ///   files themselves are without fault.
  public init(
    files: [RuleFile], offers: [AccountOffer], version: String
  ) throws(RuleSetFaults) {
    let catalog = TargetCatalog(offers)
    let read = files.sorted { $0.name < $1.name }.map { RuleFileReader.read($0, catalog) }
    let assembly = RuleSetAssembly(read, accounts: catalog.accounts, version: version)
    guard assembly.faults.isEmpty, let live = assembly.live else {
      throw RuleSetFaults(assembly.faults)
    }
    let shadow = assembly.shadow
    let failures = read.flatMap { file in
      file.failures(of: file.isShadow ? shadow ?? live : live)
    }
    guard failures.isEmpty else { throw RuleSetFaults(failures) }

    self.version = version
    self.files = read.map { file in
      File(
        name: file.source?.name ?? "", isShadow: file.isShadow,
        rules: file.rules.map(\.rule.name), tests: file.tests.count)
    }
    warnings = assembly.warnings(catalog)
    self.live = live
    self.shadow = shadow
  }

  /// Which accounts are tried for a pay-in. Pure: the same question has the same answer.
  public func decide(_ question: RoutingQuestion) -> Decision { live.decide(question) }

  /// What would be decided if the shadow files were in force too: their rules at the place that
  /// their names give them, their `otherwise` and fees instead of the others'. Nil where there is
  /// no such file.
  public func decideShadow(_ question: RoutingQuestion) -> Decision? {
    shadow?.decide(question)
  }
}
