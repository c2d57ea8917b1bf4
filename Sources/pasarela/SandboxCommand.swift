import Sandbox

/// `pasarela sandbox`.
enum SandboxCommand {
  static let defaultPort = 9090

  static func run(_ arguments: some Sequence<String>) async throws {
    let options = try Options(arguments, known: ["--port", "--callbacks"])
    guard options.words.isEmpty else {
      throw UsageFault(message: "say: pasarela sandbox [--port N] [--callbacks URL]")
    }
    guard let port = options["--port"].map({ Int($0) }) ?? defaultPort, (0...65_535).contains(port)
    else { throw UsageFault(message: "--port must be 0 to 65535") }
    let sandbox = SandboxServer(
      configuration: SandboxConfiguration(port: port, callbacks: options["--callbacks"]))
    let signals = Signals()
    let bound = try await sandbox.start()
    Output.line("sandbox of all providers on http://127.0.0.1:\(bound); controls: /_sandbox/")
    for await _ in signals.stops { break }
    await sandbox.stop()
    withExtendedLifetime(signals) {}
  }
}
