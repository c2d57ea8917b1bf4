internal import Crypto
internal import HTTPCalling
internal import HTTPServing
internal import Synchronization

/// Why a sandbox does not start, in a sentence.
public enum SandboxFault: Error, Sendable, CustomStringConvertible {
  case alreadyStarted
  /// `callbacks` is no http or https URL.
  case callbacks(String)
  /// The built-in keys cannot be used with this machine's OpenSSL.
  case keys(String)
  case listening(String)

  public var description: String {
    switch self {
    case .alreadyStarted: "the sandbox was started already"
    case .callbacks(let url): "\(url) is no http or https URL to send callbacks to"
    case .keys(let reason): "the sandbox's own keys cannot be used: \(reason)"
    case .listening(let reason): reason
    }
  }
}

/// Simulators of all providers on one port, as strict as the real ones, with webhooks, a clock that
/// can be moved, and faults on demand. `GET /_sandbox/` describes the controls and every choice
/// made where the providers' pages are silent.
///
/// Its state lives in memory and is gone with it.
public final class SandboxServer: Sendable {
  private struct Parts: Sendable {
    let server: HTTPServer
    let runtime: SandboxRuntime
    let caller: CurlClient
  }

  private let configuration: SandboxConfiguration
  private let parts = Mutex<Parts?>(nil)

  public init(configuration: SandboxConfiguration) {
    self.configuration = configuration
  }

  /// Listens, and serves from then on.
  /// - Returns: the port that is listened on.
  public func start() async throws(SandboxFault) -> Int {
    if let callbacks = configuration.callbacks, WebAddress(callbacks) == nil {
      throw .callbacks(callbacks)
    }
    let parts = try makeParts()
    let isFirst = self.parts.withLock { kept in
      guard kept == nil else { return false }
      kept = parts
      return true
    }
    guard isFirst else { throw .alreadyStarted }
    await parts.runtime.registerCallbacks()
    do throws(HTTPServerFault) {
      return try parts.server.start()
    } catch {
      self.parts.withLock { $0 = nil }
      parts.caller.close()
      throw .listening("\(error)")
    }
  }

  /// Stops listening, and leaves unsent what is unsent.
  public func stop() async {
    let parts = parts.withLock { parts in
      defer { parts = nil }
      return parts
    }
    guard let parts else { return }
    await parts.runtime.stop()
    await parts.server.drain(withinSeconds: 1)
    parts.caller.close()
  }

  private func makeParts() throws(SandboxFault) -> Parts {
    do throws(RSAKeyError) {
      for provider in SandboxRegistry.all { try provider.prepare() }
    } catch {
      throw .keys("\(error)")
    }
    var random = SystemRandomNumberGenerator()
    let simulation = Simulation(
      seed: configuration.seed ?? random.next(), capacity: configuration.orderCapacity)
    let caller = CurlClient()
    let runtime = SandboxRuntime(configuration, simulation, caller)
    let controls = ControlRoutes.router(runtime)
    let server = HTTPServer(
      configuration: HTTPServerConfiguration(host: configuration.host, port: configuration.port)
    ) { request in
      guard let call = SandboxRegistry.call(request) else { return await controls.handle(request) }
      return await runtime.serve(call)
    }
    return Parts(server: server, runtime: runtime, caller: caller)
  }
}
