/// Takes connections off the listener and deals them out to the loops in turn. One acceptor for all
/// loops: a second server on the port is refused, the loops get equal shares, and a connection
/// that waits in the backlog when the server is drained is not lost with its loop's listener.
struct Acceptor: Sendable {
  enum Outcome {
    /// Nobody waits any more.
    case idle
    /// The turn's share is taken; there may be more.
    case busy
    case failed(HTTPServerFault)
  }

  /// Connections accepted in one turn of the loop.
  private static let share = 64

  let listener: Listener
  let mailboxes: [Mailbox]
  let registry: ConnectionRegistry
  let proxies: TrustedProxies
  private var next = 0

  init(
    listener: Listener, mailboxes: [Mailbox], registry: ConnectionRegistry, proxies: TrustedProxies
  ) {
    self.listener = listener
    self.mailboxes = mailboxes
    self.registry = registry
    self.proxies = proxies
  }

  /// - Parameter now: in milliseconds of the loops' clock.
  mutating func acceptShare(at now: Int64) -> Outcome {
    for _ in 0..<Self.share {
      switch listener.accept() {
      case .none: return .idle
      case .failed(let fault): return .failed(fault)
      case .connection(let descriptor, let peer):
        let loop = next
        next = (next + 1) % mailboxes.count
        switch registry.admit(peer, isBounded: !proxies.contains(peer), to: loop, at: now) {
        case .refused: ConnectionSocket.close(descriptor)
        case .admitted(let seat, let leaver):
          if let leaver { mailboxes[leaver.loop].post(.giveWay(leaver.number)) }
          mailboxes[loop].post(
            .adopt(
              ConnectionSocket(descriptor: descriptor, peer: peer, seat: seat, of: registry)))
        }
      }
    }
    return .busy
  }
}
