import Crypto
import Foundation
import Gateway
import JSONText
import MerchantAPI
import Payins
import Routing
import Sandbox

/// `pasarela rules check` and `pasarela rules explain`.
enum RulesCommand {
  static func run(_ arguments: some Sequence<String>) async throws {
    let options = try Options(arguments, known: ["--config", "--payin", "--rules", "--since"])
    let configuration = try await configuration(options)
    switch options.words.first {
    case "check" where options.words.count == 2:
      try check(options.words[1], configuration)
    case "explain" where options.words.count == 1:
      guard let payin = options["--payin"] else { fallthrough }
      try explain(payin, configuration)
    case "replay" where options.words.count == 1:
      guard let path = options["--rules"] else { fallthrough }
      try await RulesReplay(configuration).run(path, since: options["--since"])
    default:
      throw UsageFault(
        message: "say: pasarela rules check PATH, rules explain --payin FILE, or"
          + " rules replay --rules PATH")
    }
  }

  /// Without a configuration the sandbox's accounts are what targets may name: rules can be
  /// written before there is a contract with a provider.
  private static func configuration(_ options: Options) async throws -> Configuration {
    let path = options["--config"] ?? ServeCommand.defaultConfig
    if options["--config"] == nil, !FileManager.default.fileExists(atPath: path) {
      Output.error("no \(path) here: checking against the sandbox's accounts")
      let setup = try await DemoSetup(port: 0, sandboxPort: 0, store: "sqlite:unused")
      await setup.sandbox.stop()
      return setup.configuration
    }
    return try Configuration.load(path: path, environment: ProcessInfo.processInfo.environment)
  }

  /// - Parameter path: a folder of rule files, or one file.
  private static func check(_ path: String, _ configuration: Configuration) throws {
    let set = try RuleFiles.load(files(at: path), accounts: configuration.accounts)
    for warning in set.warnings { Output.line("warning: \(warning)") }
    Output.line(RuleFiles.summary(set))
  }

  /// A folder's rule files, or one file.
  static func files(at path: String) throws(ConfigurationFault) -> [RuleFile] {
    guard RuleFiles.isName(path) else { return try RuleFiles.read(folder: path) }
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(data: data, encoding: .utf8)
    else { throw ConfigurationFault(["\(path): cannot be read as UTF-8 text"]) }
    return [RuleFile(name: path, text: text)]
  }

  private static func explain(_ path: String, _ configuration: Configuration) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ConfigurationFault(["\(path): the pay-in file cannot be read"])
    }
    let time = SystemTime()
    let set = try RuleFiles.load(
      RuleFiles.read(folder: configuration.rules), accounts: configuration.accounts)
    let request = try PayinFile.read(Array(data), path: path, now: time.now())
    let decision = set.decide(
      RoutingQuestion(
        request: request, payin: .make(at: time.now(), entropy: SystemEntropy()),
        merchant: configuration.merchants.first?.id ?? "", now: time.now(), health: [:]))
    Output.line(decision.explanation(.full).pretty)
  }
}
