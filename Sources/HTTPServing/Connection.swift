internal import Synchronization

/// One client's connection: its conversation, played over its socket, through TLS where there is a
/// session. Belongs to one loop's thread.
final class Connection {
  let socket: ConnectionSocket
  let presence = ClientPresence()
  var conversation: Conversation
  private let tls: TLSSession?
  private var ciphertext = OutputQueue()
  /// Plaintext whose ciphertext is still on its way out.
  private var encrypted = 0
  private let handshakeDeadline: Int64
  private var hasEndedWriting = false
  private(set) var isBroken = false
  private var hasHungUp = false
  /// Read once, with the first request: no client proves itself anew.
  private(set) lazy var clientCertificate = tls?.clientCertificate

  /// The loop's notes: what is watched for, the time of the queued deadline, a place among the
  /// connections to be looked after in this turn.
  var interest: Readiness = [.readable, .hungUp]
  var queuedDeadline: Int64?
  var isTouched = false

  /// - Parameter handshakeDeadline: in milliseconds of the conversation's clock.
  init(
    socket: ConnectionSocket, tls: TLSSession?, conversation: Conversation,
    handshakeDeadline: Int64
  ) {
    self.socket = socket
    self.tls = tls
    self.conversation = conversation
    self.handshakeDeadline = handshakeDeadline
  }

  var token: UInt64 { EventLoop.Token.firstConnection + socket.seat.number }

  private var isEstablished: Bool { tls?.isEstablished ?? true }

  var isOver: Bool { isBroken || conversation.phase == .finished }

  var deadline: Int64? { isEstablished ? conversation.deadline : handshakeDeadline }

  var wantedInterest: Readiness {
    var interest: Readiness = []
    if conversation.wantsBytes || !isEstablished { interest.insert(.readable) }
    if !hasHungUp { interest.insert(.hungUp) }
    if !conversation.output.isEmpty || !ciphertext.isEmpty { interest.insert(.writable) }
    return interest
  }

  /// Bytes of a request that is not complete, as they are counted.
  private(set) var countedBytes = 0

  /// Counts what is held of the client's request.
  /// - Returns: false where it is more than there is room for.
  func countHeld(in all: borrowing Atomic<Int>, limit: Int) -> Bool {
    let held = isOver ? 0 : conversation.heldBytes
    let change = held - countedBytes
    guard change != 0 else { return true }
    countedBytes = held
    let share = socket.seat.share
    let ours = share.heldBytes.add(change, ordering: .relaxed).newValue
    let sum = all.add(change, ordering: .relaxed).newValue
    return change < 0 || sum <= limit && (!share.isBounded || ours <= limit / 4)
  }

  /// Whether nobody reads the answer, as far as can be told: the client has shut its direction.
  var hasLeft: Bool { hasHungUp || conversation.hasEnded }

  func hungUp() { hasHungUp = true }

  /// Cuts the connection: something went wrong that leaves nothing to say.
  func cut() {
    isBroken = true
  }

  func expired(at now: ConversationTime, id: () -> String) {
    guard isEstablished else { return cut() }
    conversation.expired(at: now, id: id)
  }

  /// Reads once.
  /// - Parameters:
  ///   - bytes: room for what comes off the socket.
  ///   - plaintext: room for what TLS makes of it.
  func receive(_ bytes: inout [UInt8], _ plaintext: inout [UInt8]) {
    switch socket.read(into: &bytes) {
    case .bytes(let count):
      guard let tls else { return conversation.received(bytes.span.extracting(..<count)) }
      decrypt(bytes[..<count], with: tls, into: &plaintext)
    case .end where isEstablished: conversation.receivedEnd()
    case .end, .broken: cut()
    case .wouldBlock: break
    }
  }

  private func decrypt(
    _ bytes: ArraySlice<UInt8>, with tls: TLSSession, into plaintext: inout [UInt8]
  ) {
    guard tls.receive(bytes) else { return cut() }
    while true {
      switch tls.read(into: &plaintext) {
      case .bytes(let count): conversation.received(plaintext.span.extracting(..<count))
      case .starved: return
      case .ended: return conversation.receivedEnd()
      case .failed:
        ciphertext.append(tls.takeCiphertext())  // the alert
        _ = socket.send(ciphertext)
        return cut()
      }
    }
  }

  /// Sends what can be sent; gives whether some of the conversation's output went out.
  func flush() -> Bool {
    let isProgress = tls.map(flush(through:)) ?? flushPlain()
    if conversation.phase == .lingering, !hasEndedWriting, !isBroken {
      tls?.close()
      sendCiphertext()
      if ciphertext.isEmpty {
        hasEndedWriting = true
        socket.endWriting()
      }
    }
    return isProgress && !isBroken
  }

  private func flushPlain() -> Bool {
    var isProgress = false
    while !conversation.output.isEmpty {
      guard let count = send(conversation.output) else { break }
      conversation.sent(count)
      isProgress = true
    }
    return isProgress
  }

  private func flush(through tls: TLSSession) -> Bool {
    var isProgress = false
    while true {
      sendCiphertext()
      guard ciphertext.isEmpty, !isBroken else { return isProgress }
      if encrypted > 0 {
        conversation.sent(encrypted)
        encrypted = 0
        isProgress = true
      }
      guard !conversation.output.isEmpty, tls.isEstablished else { return isProgress }
      guard let count = tls.encrypt(conversation.output) else {
        cut()
        return isProgress
      }
      encrypted = count
    }
  }

  private func sendCiphertext() {
    guard let tls else { return }
    ciphertext.append(tls.takeCiphertext())
    while !ciphertext.isEmpty, let count = send(ciphertext) { ciphertext.drop(count) }
  }

  /// Nil when the socket takes nothing more at present, or never again.
  private func send(_ queue: OutputQueue) -> Int? {
    switch socket.send(queue) {
    case .bytes(let count): return count
    case .wouldBlock: return nil
    case .end, .broken:
      cut()
      return nil
    }
  }

  /// The last word before the socket is closed: a close_notify, if it can be sent at once.
  func sendCloseNotify() {
    guard !conversation.endsWithReset else { return socket.closeWithReset() }
    guard !isBroken, !hasEndedWriting, ciphertext.isEmpty else { return }
    tls?.close()
    sendCiphertext()
  }
}
