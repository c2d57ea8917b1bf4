import Foundation
import Gateway
import HTTPCalling
import MerchantAPI
import Providers
import Routing
import Storage

/// `pasarela doctor`: what would keep a gateway with this configuration from working, as a table.
enum DoctorCommand {
  /// Exit 1 where a check fails; what only limits the gateway is a warning.
  static func run(_ arguments: some Sequence<String>) async throws {
    let options = try Options(arguments, known: ["--config", "--questions"])
    guard options.words.isEmpty else {
      throw UsageFault(message: "say: pasarela doctor [--config FILE] [--questions ACCOUNT]")
    }
    let path = options["--config"] ?? ServeCommand.defaultConfig
    let configuration = try Configuration.load(
      path: path, environment: ProcessInfo.processInfo.environment)
    if let account = options["--questions"] { return try ask(account, configuration) }
    var findings = [
      Finding(
        "configuration", .ok,
        "\(path): merchants \(configuration.merchants.count), accounts "
          + "\(configuration.accounts.count)"),
      keys(configuration), publicURL(configuration), rules(configuration),
    ]
    findings += await store(configuration)
    let probe = AccountProbe(
      caller: CurlClient(), time: SystemTime(), entropy: SystemEntropy(),
      publicURL: configuration.publicURL)
    for account in configuration.accounts { findings.append(await probe.check(account)) }
    Output.line(Finding.table(findings))
    let failed = findings.count { $0.verdict == .fail }
    if failed > 0 { throw Failed(description: "\(failed) of \(findings.count) checks failed") }
  }

  /// Prints what the support of an account's provider has to be asked.
  private static func ask(_ id: String, _ configuration: Configuration) throws {
    guard let account = configuration.accounts.first(where: { $0.id == id }) else {
      let known = configuration.accounts.map(\.id).joined(separator: ", ")
      throw UsageFault(message: "there is no account \(id); there is \(known)")
    }
    let provider = type(of: account.provider).name
    guard let questions = ProviderQuestions.list(provider) else {
      throw Failed(description: "nothing is open about \(provider)")
    }
    Output.line("Account \(id), provider \(provider). Sections and A numbers are its README's.\n")
    Output.line(questions)
  }

  struct Failed: Error, CustomStringConvertible {
    var description: String
  }

  private static func keys(_ configuration: Configuration) -> Finding {
    let keyless = configuration.merchants.map(\.id).filter { id in
      !configuration.keys.contains { $0.merchant == id }
    }
    if configuration.merchants.isEmpty {
      return Finding("API keys", .warn, "no merchant is configured, so every call is refused")
    }
    guard keyless.isEmpty else {
      return Finding(
        "API keys", .warn, "merchants without a key: \(keyless.joined(separator: ", "))")
    }
    return Finding("API keys", .ok, "\(configuration.keys.count), only their hashes are kept")
  }

  private static func publicURL(_ configuration: Configuration) -> Finding {
    let url = configuration.publicURL
    if !AddressPolicy.publicOnly.mayReach(url: url) {
      return Finding(
        "public_url", .warn,
        "\(url) is a loopback or private address: no provider outside can call back")
    }
    if !url.utf8.starts(with: "https://".utf8) {
      return Finding("public_url", .warn, "\(url): providers' callbacks should come over https")
    }
    return Finding("public_url", .ok, url)
  }

  private static func rules(_ configuration: Configuration) -> Finding {
    let name = "rules \(configuration.rules)"
    do throws(ConfigurationFault) {
      let set = try RuleFiles.load(
        RuleFiles.read(folder: configuration.rules), accounts: configuration.accounts)
      guard let warning = set.warnings.first else {
        return Finding(name, .ok, RuleFiles.summary(set))
      }
      return Finding(name, .warn, "\(warning)")
    } catch {
      return Finding(name, .fail, error.description)
    }
  }

  /// Whether it can be written to, and whether everything that it keeps can be read.
  private static func store(_ configuration: Configuration) async -> [Finding] {
    let name: String
    switch configuration.store {
    case .sqlite(let path):
      name = "store sqlite:\(path)"
      guard FileManager.default.fileExists(atPath: path) else {
        let figures = SealFigures(
          isSealed: configuration.dataKeys.current != nil, remaining: 0, areMore: false)
        return [Finding(name, .ok, "not there yet: the first start makes it"), dataKey(figures)]
      }
    case .postgresql: name = "store postgresql"
    }
    do {
      let store = try StoreOpening(configuration).open()
      try await store.probe()
      let documents = await documents(store)
      let figures = try await store.sealFigures()
      await store.close()
      return [Finding(name, .ok, "can be written to"), documents, dataKey(figures)]
    } catch {
      return [Finding(name, .fail, "\(error)")]
    }
  }

  private static func dataKey(_ figures: SealFigures) -> Finding {
    let name = "data key"
    guard figures.isSealed else {
      return Finding(
        name, .warn,
        "no data_key is set: payers' data and webhook secrets stand unsealed in the store "
          + "(pasarela keys data makes one)")
    }
    guard figures.remaining > 0 else {
      return Finding(name, .ok, "everything is sealed under data_key")
    }
    let more = figures.areMore ? " or more" : ""
    return Finding(
      name, .warn,
      "\(figures.remaining)\(more) rows are not yet sealed under data_key: a running gateway goes "
        + "on with them; keep data_key_previous until there are none")
  }

  /// Reads all of them, and names those that are damaged.
  private static func documents(_ store: any ExaminableDatabase) async -> Finding {
    let name = "store's rows"
    do throws(DatabaseError) {
      let count = try await store.examine()
      try await WebhookEndpoints().load(from: store)
      let damaged = store.damage.found
      guard !damaged.isEmpty else { return Finding(name, .ok, "all \(count) can be read") }
      let most = damaged.count == DamageRegister.most ? " or more" : ""
      return Finding(
        name, .fail,
        (["damaged: \(damaged.count)\(most) of \(count)"] + damaged.map(\.description))
          .joined(separator: "\n"))
    } catch {
      return Finding(name, .fail, error.description)
    }
  }
}

/// One line of the doctor's table.
struct Finding {
  enum Verdict: String {
    case ok, warn, fail
  }

  var name: String
  var verdict: Verdict
  var says: String

  init(_ name: String, _ verdict: Verdict, _ says: String) {
    self.name = name
    self.verdict = verdict
    self.says = says
  }

  static func table(_ findings: [Finding]) -> String {
    let width = findings.map(\.name.count).max() ?? 0
    return findings.map { finding in
      let gap = String(repeating: " ", count: width - finding.name.count)
      let says = finding.says.utf8.split(
        separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
      ).map { Substring($0) }
        .joined(separator: "\n" + String(repeating: " ", count: width + 8))
      return "\(finding.name)\(gap)  \(finding.verdict.rawValue.padded(to: 4))  \(says)"
    }.joined(separator: "\n")
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
