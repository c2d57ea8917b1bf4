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
  let connections: ConnectionCount
  /// Open connections; one more is accepted and closed at once, which its client sees at once.
  let limit: Int
  private var next = 0

  init(listener: Listener, mailboxes: [Mailbox], connections: ConnectionCount, limit: Int) {
    self.listener = listener
    self.mailboxes = mailboxes
    self.connections = connections
    self.limit = limit
  }

  mutating func acceptShare() -> Outcome {
    for _ in 0..<Self.share {
      switch listener.accept() {
      case .none: return .idle
      case .failed(let fault): return .failed(fault)
      case .connection(let descriptor, let peer):
        let isFull = connections.value >= limit
        let socket = ConnectionSocket(descriptor: descriptor, peer: peer, count: connections)
        guard !isFull else { continue }
        mailboxes[next].post(.adopt(socket))
        next = (next + 1) % mailboxes.count
      }
    }
    return .busy
  }
}
