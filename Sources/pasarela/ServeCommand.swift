import Foundation
import Gateway

/// `pasarela serve`.
enum ServeCommand {
  static let defaultConfig = "pasarela.json5"

  /// - Parameters:
  ///   - isStrict: whether bad rule files keep it from starting.
  ///   - storeSeconds: for how long a store that is away is waited for.
  static func run(
    config: String, isStrict: Bool, storeSeconds: Int64 = StoreOpening.standardWait
  ) async throws {
    let configuration = try Configuration.load(
      path: config, environment: ProcessInfo.processInfo.environment)
    let metrics = Metrics()
    let (log, writer) = LogWriter.start(configuration.logLevel, metrics)
    defer { writer.flush(withinSeconds: 1) }
    let watcher = FileWatcher(rules: configuration.rules, time: SystemTime())
    let application = try await Application(
      configuration, log: log, metrics: metrics, isStrict: isStrict, storeSeconds: storeSeconds)
    let signals = Signals()
    let (reloads, stops) = (signals.reloads, signals.stops)
    let reloading = Task {
      for await _ in reloads {
        await application.reloadRules()
        await application.reloadCertificate()
      }
    }
    let watching = Task {
      await watcher.watch { await application.reloadRules() }
    }
    try await application.run {
      for await _ in stops { return }
    }
    watching.cancel()
    reloading.cancel()
    withExtendedLifetime(signals) {}
  }
}
