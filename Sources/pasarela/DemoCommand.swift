import Foundation
import Gateway
import HTTPCalling
import JSONText
import Payins
import Routing
import Sandbox

/// `pasarela demo`: a pay-in for every account and method, paid through the simulated provider.
enum DemoCommand {
  static func run(_ arguments: some Sequence<String>) async throws {
    let options = try Options(arguments, known: ["--port", "--sandbox-port"])
    switch options.words {
    case []: try await show()
    case ["serve"]: try await serve(options)
    default: throw UsageFault(message: "say: pasarela demo, or pasarela demo serve")
    }
  }

  /// Exit 0 only where every pay-in succeeded.
  private static func show() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("pasarela-demo-\(ProcessInfo.processInfo.processIdentifier)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let setup = try await DemoSetup(port: 0, sandboxPort: 0, store: "sqlite:\(folder)/demo.db")
    let metrics = Metrics()
    let (log, writer) = LogWriter.start(.error, metrics)
    defer { writer.flush(withinSeconds: 1) }
    let application = try await Application(
      setup.configuration, log: log, metrics: metrics, rules: setup.rules)
    let (shown, onShown) = AsyncStream.makeStream(of: Void.self)
    let serving = Task {
      try await application.run {
        for await _ in shown { return }
      }
    }
    var arrived = 0
    let targets = setup.targets
    let expected = targets.count + (setup.storeAccount == nil ? 0 : 1)
    var fault: (any Error)?
    do {
      for target in targets where try await show(target, setup) { arrived += 1 }
      if let account = setup.storeAccount, try await DemoCounter(setup, account).show() {
        arrived += 1
      }
    } catch { fault = error }
    onShown.yield()
    _ = try await serving.value
    await setup.sandbox.stop()
    if let fault { throw fault }
    Output.line("\(arrived) of \(expected) pay-ins succeeded")
    if arrived < expected {
      throw DemoClient.Fault(description: "not every pay-in arrived")
    }
  }

  private static func show(_ target: Target, _ setup: DemoSetup) async throws -> Bool {
    let gateway = DemoClient(baseURL: setup.configuration.publicURL, apiKey: DemoSetup.apiKey)
    let made = try await gateway.post(
      "/v1/payins", DemoRequests.payin(target), idempotencyKey: "demo-\(target)")
    let id = made["id"]?.string ?? ""
    if let order = made["provider_order_id"]?.string {
      _ = try await DemoClient(baseURL: setup.sandboxURL)
        .post("/_sandbox/orders/\(order)/pay", [:])
    }
    return try await arrival(of: id, "\(target)", gateway)
  }

  /// Waits for the money, prints the timeline, and tells whether the pay-in succeeded.
  static func arrival(of id: String, _ name: String, _ gateway: DemoClient) async throws -> Bool {
    let paid = try await gateway.get("/v1/payins/\(id)?wait=20")
    let status = paid["status"]?.string ?? "unknown"
    Output.line("\(name): \(status)")
    for event in try await gateway.get("/v1/payins/\(id)/events")["data"]?.array ?? [] {
      Output.line("  \(event["at"]?.string ?? "")  \(event["type"]?.string ?? "")")
    }
    return status == PayinStatus.succeeded.rawValue
  }

  /// Keeps both running until Ctrl-C, and says what to try.
  private static func serve(_ options: Options) async throws {
    guard let port = Int(options["--port"] ?? "8080"),
      let sandboxPort = Int(options["--sandbox-port"] ?? "9090")
    else { throw UsageFault(message: "a port must be a number") }
    let signals = Signals()
    let setup = try await DemoSetup(
      port: port, sandboxPort: sandboxPort, store: "sqlite:var/pasarela.db")
    let metrics = Metrics()
    let (log, writer) = LogWriter.start(.warn, metrics)
    defer { writer.flush(withinSeconds: 1) }
    let application = try await Application(
      setup.configuration, log: log, metrics: metrics, rules: setup.rules)
    let stops = signals.stops
    try await application.run(
      started: { _ in Output.line(DemoRequests.guide(setup)) },
      until: { for await _ in stops { return } })
    await setup.sandbox.stop()
    withExtendedLifetime(signals) {}
    Output.line("stopped")
  }
}

/// What the demo asks for.
enum DemoRequests {
  static func payin(_ target: Target, reference: String? = nil) -> JSON {
    [
      "merchant_reference": JSON(
        reference ?? "demo-\(target.account)-\(target.method.rawValue)"),
      "amount": 15_000, "currency": "MXN", "method": JSON(target.method.rawValue),
      "description": "Two tickets",
      "payer": ["name": "Ana Prueba", "email": "ana@example.mx", "phone": "+525500000000"],
      "metadata": ["target": JSON(target.description)],
    ]
  }

  static func guide(_ setup: DemoSetup) -> String {
    let gateway = setup.configuration.publicURL
    let creates = setup.targets.map { target in
      let body = payin(target, reference: "try-'$RANDOM$RANDOM'").text
      return """
        # \(target)
        curl -s \(gateway)/v1/payins -H "Authorization: Bearer \(DemoSetup.apiKey)" \\
          -H "Idempotency-Key: $RANDOM$RANDOM" -H "Content-Type: application/json" \\
          -d '\(body)' | tee /tmp/payin.json; echo
        """
    }
    return """
      Gateway on \(gateway), simulated providers on \(setup.sandboxURL). Ctrl-C stops both.
      In a second terminal (bash), make a pay-in:

      \(creates.joined(separator: "\n\n"))

      Pay it at the simulated provider:

      curl -s -X POST -H "Content-Type: application/json" -d '{}' \\
        \(setup.sandboxURL)/_sandbox/orders/$(sed -E 's/.*"provider_order_id":"([^"]*)".*/\\1/' \
      /tmp/payin.json)/pay; echo

      See it succeed:

      curl -s -H "Authorization: Bearer \(DemoSetup.apiKey)" \\
        "\(gateway)/v1/payins/$(sed -E 's/^\\{"id":"([^"]*)".*/\\1/' /tmp/payin.json)?wait=5"; echo

      The operator's page, with the key \(DemoSetup.apiKey): \(gateway)/dashboard
      """
  }
}
