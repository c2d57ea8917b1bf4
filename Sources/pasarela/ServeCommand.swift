import Foundation
import Gateway

/// `pasarela serve`.
enum ServeCommand {
  static let defaultConfig = "pasarela.json5"

  static func run(config: String) async throws {
    let configuration = try Configuration.load(
      path: config, environment: ProcessInfo.processInfo.environment)
    let application = try await Application(configuration, log: log(configuration.logLevel))
    let signals = Signals()
    let (reloads, stops) = (signals.reloads, signals.stops)
    let reloading = Task {
      for await _ in reloads {
        await application.reloadRules()
        application.reloadCertificate()
      }
    }
    let watcher = FileWatcher(rules: configuration.rules, time: SystemTime())
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

  static func log(_ level: Log.Level) -> Log {
    Log(level: level, time: SystemTime()) { line in
      StandardStream.output.write(line)
    }
  }
}
