/// What the executable can be told to do. Exit codes: 0 fine, 1 the work failed, 2 wrong usage or
/// configuration.
enum Command {
  static let usage = """
    pasarela: a payment orchestration gateway for Mexico

      pasarela serve [--config FILE] [--strict] [--wait-store SECONDS]
                                                run the gateway (default pasarela.json5)
      pasarela sandbox [--port N] [--callbacks URL]
                                                run simulators of all providers
      pasarela demo                             make and pay a pay-in of every kind
      pasarela demo serve                       keep gateway and sandbox running, to try by hand
      pasarela rules check PATH [--config FILE] check rule files and run their tests
      pasarela rules explain --payin FILE [--config FILE]
                                                which rule decides a pay-in, and why
      pasarela rules replay --rules PATH [--since TIME] [--config FILE]
                                                what other rules would have changed
      pasarela keys new --merchant ID           make an API key
      pasarela keys data                        make a data key
      pasarela doctor [--config FILE]           check configuration, store, rules and accounts
      pasarela doctor --questions ACCOUNT       what to ask the support of its provider
      pasarela store check [--store STORE]      look whether what is kept agrees with itself
      pasarela store backup PATH                copy an SQLite store while it is served
      pasarela store migrate --from STORE --to STORE
                                                move between SQLite and PostgreSQL
    """

  static func run(_ arguments: [String]) async -> Int32 {
    StandardStream.survivesItsReader()
    do {
      try await dispatch(arguments)
      return 0
    } catch let usage as UsageFault {
      Output.error("\(usage.message)\n\n\(Self.usage)")
      return 2
    } catch let fault as ConfigurationFault {
      Output.error(fault.description)
      return 2
    } catch {
      Output.error("\(error)")
      return 1
    }
  }

  private static func dispatch(_ arguments: [String]) async throws {
    switch arguments.first {
    case "serve":
      let options = try Options(
        arguments.dropFirst(), known: ["--config", "--wait-store"], flags: ["--strict"])
      let seconds = options["--wait-store"].map { Int64($0) } ?? StoreOpening.standardWait
      guard let seconds, (0...86_400).contains(seconds) else {
        throw UsageFault(message: "--wait-store needs a number of seconds")
      }
      try await ServeCommand.run(
        config: options["--config"] ?? ServeCommand.defaultConfig,
        isStrict: options.has("--strict"), storeSeconds: seconds)
    case "demo": try await DemoCommand.run(arguments.dropFirst())
    case "sandbox": try await SandboxCommand.run(arguments.dropFirst())
    case "rules": try await RulesCommand.run(arguments.dropFirst())
    case "doctor": try await DoctorCommand.run(arguments.dropFirst())
    case "store": try await StoreCommand.run(arguments.dropFirst())
    case "keys": try KeysCommand.run(arguments.dropFirst())
    case "help", "--help", "-h": Output.line(usage)
    case nil: throw UsageFault(message: "a command is needed")
    case .some(let other): throw UsageFault(message: "there is no command \(other)")
    }
  }
}
