internal import Foundation
internal import Synchronization

/// An HTTP/1.1 server on its own threads. Each request is handled in a task of its own, which runs
/// to its end even when the client has gone; its answer is dropped then.
///
/// Runs from `start` until `drain`, or until it is released.
public final class HTTPServer: Sendable {
  private enum Stage {
    case ready
    /// The mailbox of each loop, the accepting one first: it passes the first drain on.
    case serving([Mailbox], DrainGate)
    case draining([Mailbox], DrainGate)
  }

  private let configuration: HTTPServerConfiguration
  private let handler: Handler
  private let registry: ConnectionRegistry
  private let stage = Mutex(Stage.ready)
  private let tls = Mutex<TLSKeeper?>(nil)

  public init(configuration: HTTPServerConfiguration, handler: @escaping Handler) {
    self.configuration = configuration
    self.handler = handler
    registry = ConnectionRegistry(configuration.limits)
  }

  deinit {
    _ = beginDrain(withinMilliseconds: 0)
  }

  /// Connections that are open now.
  public var openConnections: Int { registry.open }

  public var figures: HTTPServerFigures { registry.figures }

  /// Listens and starts the loops. May ask the name service for the host: call it once, at the
  /// start of the program.
  /// - Returns: the port that is listened on.
  /// - Throws: what keeps the server from listening, naming the address or the file.
  public func start() throws(HTTPServerFault) -> Int {
    try stage.withLock { stage throws(HTTPServerFault) in
      guard case .ready = stage else { throw .alreadyStarted }
      let tls: TLSKeeper?
      if let files = configuration.tls { tls = try TLSKeeper(files) } else { tls = nil }
      self.tls.withLock { $0 = tls }
      let listener = try Listener(host: configuration.host, port: configuration.port)
      var mailboxes: [Mailbox] = []
      var pollers: [Poller] = []
      for _ in 0..<max(1, configuration.loops) {
        let (mailbox, poller) = (try Mailbox(), try Poller())
        try poller.add(
          mailbox.descriptor, token: EventLoop.Token.mailbox, for: [.readable, .edgeTriggered])
        mailboxes.append(mailbox)
        pollers.append(poller)
      }
      try pollers[0].add(listener.descriptor, token: EventLoop.Token.listener, for: .readable)
      let proxies = TrustedProxies(ranges: configuration.trustedProxies)
      mailboxes[0].post(
        .accept(
          Acceptor(
            listener: listener, mailboxes: mailboxes, registry: registry, proxies: proxies)))
      let gate = DrainGate(loops: mailboxes.count)
      let setting = LoopSetting(
        configuration: configuration, handler: handler, registry: registry, proxies: proxies,
        tls: tls, gate: gate)
      for (index, (mailbox, poller)) in zip(mailboxes, pollers).enumerated() {
        let thread = Thread { EventLoop(setting, mailbox: mailbox, poller: poller).run() }
        thread.name = "http-\(index)"
        thread.start()
      }
      stage = .serving(mailboxes, gate)
      return listener.port
    }
  }

  /// Reads the files of `configuration.tls` anew, for connections from now on.
  /// - Throws: what keeps them from being used; those that are in force stay so.
  public func reloadTLS() throws(HTTPServerFault) {
    try tls.withLock(\.self)?.reload()
  }

  /// Stops accepting, lets what has begun finish, says `Connection: close`, and cuts off what is
  /// left after that many seconds. A second call may shorten the time of the first.
  /// - Returns: whether every request was handled and answered in time.
  @discardableResult
  public func drain(withinSeconds seconds: Int) async -> Bool {
    guard let gate = beginDrain(withinMilliseconds: Int64(max(0, seconds)) * 1_000) else {
      return true
    }
    return await gate.wait()
  }

  /// Gives where to wait; nil when there is nothing to drain.
  func beginDrain(withinMilliseconds milliseconds: Int64) -> DrainGate? {
    stage.withLock { stage in
      switch stage {
      case .ready: return nil
      case .serving(let mailboxes, let gate):
        mailboxes[0].post(.drain(withinMilliseconds: milliseconds))
        stage = .draining(mailboxes, gate)
        return gate
      case .draining(let mailboxes, let gate):
        for mailbox in mailboxes { mailbox.post(.drain(withinMilliseconds: milliseconds)) }
        return gate
      }
    }
  }
}
