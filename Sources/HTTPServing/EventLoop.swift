internal import Glibc
internal import Synchronization

/// What all loops of a server share.
struct LoopSetting: Sendable {
  let configuration: HTTPServerConfiguration
  let handler: Handler
  let registry: ConnectionRegistry
  let proxies: TrustedProxies
  let tls: TLSKeeper?
  let gate: DrainGate
}

/// One thread's loop over its connections. Made and used on that thread only; other threads reach
/// it through its mailbox.
final class EventLoop {
  /// What the poller and the deadlines know their subjects by.
  enum Token {
    static let mailbox: UInt64 = 0
    static let listener: UInt64 = 1
    static let drain: UInt64 = 2
    static let firstConnection: UInt64 = 3
  }

  /// Rest after a failed accept, which would fail again at once.
  private static let acceptPauseMilliseconds: Int64 = 100
  private static let readBytes = 65_536

  private let setting: LoopSetting
  private let mailbox: Mailbox
  private let poller: Poller
  /// One loop of a server has it, until it is drained.
  private var acceptor: Acceptor?
  /// The loops that the accepting one deals to, and passes a drain on to: never before it has dealt
  /// out the last connection, so that none reaches a loop that has ended.
  private var others: [Mailbox] = []

  private var now = ConversationTime(milliseconds: 0, date: "")
  private var dateSeconds: Int64 = -1
  private var ids: RequestIDSource
  private var connections: [UInt64: Connection] = [:]
  private var touched: [Connection] = []
  private var deadlines = DeadlineQueue()
  private var events = Poller.Events()
  private var bytes = [UInt8](repeating: 0, count: readBytes)
  private var plaintext = [UInt8](repeating: 0, count: readBytes)
  /// Handlers that have not answered yet, also those whose connection has gone.
  private var running = 0
  /// When draining ends, in milliseconds of the monotonic clock; nil while serving.
  private var drainDeadline: Int64?

  /// - Parameter poller: watches the mailbox already, and the listener of the loop that accepts.
  init(_ setting: LoopSetting, mailbox: Mailbox, poller: Poller) {
    self.setting = setting
    self.mailbox = mailbox
    self.poller = poller
    ids = RequestIDSource(randomBytes: setting.configuration.randomBytes)
  }

  /// Serves until it is drained.
  func run() {
    SystemCall.blockSignals()
    while !isOver { turn() }
    let isComplete = running == 0 && !connections.values.contains(where: \.conversation.isBusy)
    connections = [:]
    mailbox.close()
    setting.gate.loopEnded(isComplete: isComplete)
  }

  private var isOver: Bool {
    guard let drainDeadline else { return false }
    return connections.isEmpty && running == 0 || drainDeadline <= now.milliseconds
  }

  private func turn() {
    let mayWait = mailbox.fallAsleep()
    let due = deadlines.next.map { $0 - SystemCall.monotonicMilliseconds() }
    poller.wait(timeoutMilliseconds: mayWait ? due : 0, into: &events)
    updateClock()
    while case let messages = mailbox.take(), !messages.isEmpty {
      for message in messages { handle(message) }
    }
    for index in 0..<events.count { handle(events[index]) }
    while let entry = deadlines.takeDue(at: now.milliseconds) { handle(entry) }
    let touched = touched
    self.touched.removeAll(keepingCapacity: true)
    for connection in touched { settle(connection) }
  }

  private func updateClock() {
    now.milliseconds = SystemCall.monotonicMilliseconds()
    let seconds = setting.configuration.unixSeconds()
    guard seconds != dateSeconds else { return }
    dateSeconds = seconds
    now.date = HTTPDate.text(unixSeconds: seconds)
  }

  // MARK: What comes in

  private func handle(_ message: Mailbox.Message) {
    switch message {
    case .accept(let acceptor):
      self.acceptor = acceptor
      others = acceptor.mailboxes.filter { $0 !== mailbox }
    case .adopt(let socket): adopt(socket)
    case .giveWay(let number): giveWay(number)
    case .answer(let token, let sequence, let answer):
      running -= 1
      guard let connection = connections[token] else { return }
      connection.conversation.answered(sequence, with: answer)
      touch(connection)
    case .drain(let milliseconds): drain(withinMilliseconds: milliseconds)
    }
  }

  private func handle(_ event: Poller.Event) {
    switch event.token {
    case Token.mailbox: break
    case Token.listener: accept()
    default:
      guard let connection = connections[event.token] else { return }
      if event.readiness.contains(.hungUp) { connection.hungUp() }
      if event.readiness.contains(.readable) {
        connection.receive(&bytes, &plaintext)
      } else if !event.readiness.isDisjoint(with: .broken) {
        connection.cut()
      }
      touch(connection)
    }
  }

  private func handle(_ entry: DeadlineQueue.Entry) {
    switch entry.token {
    case Token.listener: watchListener(for: .readable)
    case Token.drain: break
    default:
      guard let connection = connections[entry.token], connection.queuedDeadline == entry.due
      else { return }
      connection.queuedDeadline = nil
      if let deadline = connection.deadline, deadline <= now.milliseconds {
        connection.expired(at: now) { ids.next() }
      }
      touch(connection)
    }
  }

  // MARK: Connections

  private func accept() {
    guard case .failed(let fault)? = acceptor?.acceptShare(at: now.milliseconds) else { return }
    setting.configuration.onFault(fault)
    watchListener(for: [])
    deadlines.insert(Token.listener, due: now.milliseconds + Self.acceptPauseMilliseconds)
  }

  private func watchListener(for interest: Readiness) {
    guard let acceptor else { return }
    poller.change(acceptor.listener.descriptor, token: Token.listener, to: interest)
  }

  private func adopt(_ socket: ConnectionSocket) {
    let configuration = setting.configuration
    let tls = setting.tls?.current.session()
    let token = Token.firstConnection + socket.seat.number
    guard setting.tls == nil || tls != nil else { return }
    do throws(HTTPServerFault) {
      try poller.add(socket.descriptor, token: token, for: [.readable, .hungUp])
    } catch {
      return configuration.onFault(error)
    }
    let connection = Connection(
      socket: socket, tls: tls,
      conversation: Conversation(
        limits: configuration.limits, deadlines: configuration.deadlines, at: now),
      handshakeDeadline: now.milliseconds + configuration.deadlines.handshakeMilliseconds)
    connections[token] = connection
    if drainDeadline != nil { finish(connection) }
    touch(connection)
  }

  private func giveWay(_ number: UInt64) {
    guard let connection = connections[Token.firstConnection + number] else { return }
    // What has come and was not read yet may be a request.
    if connection.interest.contains(.readable) { connection.receive(&bytes, &plaintext) }
    startRequests(of: connection)
    guard connection.conversation.waitingSince != nil else {
      touch(connection)
      return setting.registry.stays(connection.socket.seat)
    }
    connection.cut()
    touch(connection)
  }

  private func touch(_ connection: Connection) {
    guard !connection.isTouched else { return }
    connection.isTouched = true
    touched.append(connection)
  }

  /// Starts what can be started, sends what can be sent, and says what to be called for.
  private func settle(_ connection: Connection) {
    connection.isTouched = false
    repeat {
      startRequests(of: connection)
      if !countHeld(of: connection) { startRequests(of: connection) }
    } while connection.flush()
    guard !connection.isOver else { return end(connection) }
    connection.socket.seat.waitingSince = connection.conversation.waitingSince
    if connection.hasLeft { connection.presence.leave() }
    let interest = connection.wantedInterest
    if interest != connection.interest {
      connection.interest = interest
      poller.change(connection.socket.descriptor, token: connection.token, to: interest)
    }
    if let due = connection.deadline, due < connection.queuedDeadline ?? .max {
      connection.queuedDeadline = due
      deadlines.insert(connection.token, due: due)
    }
  }

  private func end(_ connection: Connection) {
    connection.sendCloseNotify()
    _ = countHeld(of: connection)
    connection.presence.leave()
    connections[connection.token] = nil
  }

  private func startRequests(of connection: Connection) {
    while let assignment = connection.conversation.takeRequest(
      at: now, id: { ids.next() },
      judge: { self.judge($0, id: $1, isWhole: $2, of: connection) })
    {
      start(assignment, of: connection)
    }
  }

  /// What a request gets for its head alone.
  private func judge(
    _ message: RequestMessage, id: String, isWhole: Bool, of connection: Connection
  ) -> PreparedAnswer? {
    let configuration = setting.configuration
    if connection.socket.seat.isSpare, !configuration.isVital(message.path) {
      let problem = Problem.unavailable("all connections are in use", retryAfterSeconds: 1)
      return PreparedAnswer(problem, id: id, isHead: message.method == .head)
    }
    guard !isWhole else { return nil }
    let request = request(message, id: id, of: connection)
    return configuration.judge(request).map {
      PreparedAnswer($0, to: request, onFault: configuration.onFault)
    }
  }

  /// Counts what is held of the client's request, and refuses it where that is too much.
  private func countHeld(of connection: Connection) -> Bool {
    let limit = setting.configuration.limits.heldBytes
    guard !connection.countHeld(in: setting.registry.heldBytes, limit: limit) else { return true }
    setting.registry.refusedBodies.add(1, ordering: .relaxed)
    connection.conversation.refuseForWantOfRoom(id: ids.next())
    _ = connection.countHeld(in: setting.registry.heldBytes, limit: limit)
    return false
  }

  private func request(
    _ message: RequestMessage, id: String, of connection: Connection
  ) -> Request {
    Request(
      message, id: id, peer: setting.proxies.client(of: connection.socket.peer, message.headers),
      certificate: connection.clientCertificate, milliseconds: now.milliseconds,
      presence: connection.presence)
  }

  private func start(_ assignment: Conversation.Assignment, of connection: Connection) {
    let request = request(assignment.request, id: assignment.id, of: connection)
    let token = connection.token
    let onFault = setting.configuration.onFault
    running += 1
    Task { [handler = setting.handler, mailbox] in
      let response = await handler(request)
      let answer = PreparedAnswer(response, to: request, onFault: onFault)
      mailbox.post(
        .answer(connection: token, sequence: assignment.sequence, answer))
    }
  }

  // MARK: Draining

  private func drain(withinMilliseconds milliseconds: Int64) {
    let deadline = now.milliseconds + milliseconds
    guard deadline < drainDeadline ?? .max else { return }
    drainDeadline = deadline
    deadlines.insert(Token.drain, due: deadline)
    while case .busy? = acceptor?.acceptShare(at: now.milliseconds) {}
    acceptor = nil  // closes the listener; whoever waited in its backlog is with a loop by now
    for other in others { other.post(.drain(withinMilliseconds: milliseconds)) }
    for connection in connections.values { finish(connection) }
  }

  /// A request that has come but was not read yet is still answered.
  private func finish(_ connection: Connection) {
    if connection.interest.contains(.readable) { connection.receive(&bytes, &plaintext) }
    connection.conversation.drain()
    touch(connection)
  }
}
