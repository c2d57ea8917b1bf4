/// What happens on one connection, as a value: no socket, no clock, no thread. Bytes, answers and
/// times come in; requests to handle, bytes to send and a deadline come out.
///
/// After every input the owner asks `takeRequest` until it gives nil and sends `output`, again
/// while bytes go out; then it looks at `phase`, `wantsBytes` and `deadline`.
struct Conversation {
  enum Phase: Equatable {
    case open
    /// All is said: shut down our side, then read and drop until the client closes too.
    case lingering
    case finished
  }

  struct Assignment {
    /// To be given back with the answer.
    let sequence: Int
    let request: RequestMessage
    let id: String
  }

  private struct Exchange {
    let id: String
    let isHead: Bool
    let persistence: Persistence
    var answer: PreparedAnswer?
  }

  /// What the client is late with when the read deadline passes.
  private enum Wait: Equatable {
    case nothing
    case idle
    case head(request: Int)
    case body(request: Int)
  }

  /// Progress that earns a slow reader a new write deadline.
  private static let outputBytes = 65_536
  /// As much of answers that are not sent stops us from taking further requests.
  private static let unsentBytes = 16_384

  private let limits: HTTPLimits
  private let deadlines: HTTPDeadlines
  private var parser: RequestParser

  private(set) var phase = Phase.open
  /// Close with a reset.
  private(set) var endsWithReset = false
  private(set) var output = OutputQueue()

  /// Requests that are being handled or wait for their turn to be answered, oldest first.
  private var exchanges: [Exchange] = []
  /// The sequence number of the first exchange.
  private var firstSequence = 0
  private var isDraining = false
  /// The client has closed its side.
  private(set) var hasEnded = false
  /// No further request is taken, because the last one said so or could not be read.
  private var isLast = false

  /// Since when the client has been at its present business.
  private var businessSince: Int64
  private var wait = Wait.nothing
  private var readDeadline: Int64?
  private var writeDeadline: Int64?
  private var sentSinceDeadline = 0

  init(limits: HTTPLimits, deadlines: HTTPDeadlines, at now: ConversationTime) {
    self.limits = limits
    self.deadlines = deadlines
    businessSince = now.milliseconds
    parser = RequestParser(limits: limits)
    updateDeadlines(at: now)
  }

  // MARK: What the owner asks

  /// When to call `expired`, in milliseconds of the moments' clock.
  var deadline: Int64? {
    switch (readDeadline, writeDeadline) {
    case (let read?, let write?): min(read, write)
    case (let read, let write): read ?? write
    }
  }

  /// Whether to read from the client now; false is back-pressure.
  var wantsBytes: Bool {
    switch phase {
    case .open: takesRequests && !hasEnded
    case .lingering: true
    case .finished: false
    }
  }

  /// Whether a client would lose something if the connection were cut now.
  var isBusy: Bool { !exchanges.isEmpty || !output.isEmpty }

  /// Since when the client is waited for: its request, its reading; nil while a handler works.
  var waitingSince: Int64? {
    exchanges.contains { $0.answer == nil } ? nil : businessSince
  }

  /// Bytes that are kept of a request that is not complete.
  var heldBytes: Int { phase == .open ? parser.heldBytes : 0 }

  private var takesRequests: Bool {
    phase == .open && !isLast && exchanges.count < limits.pipelinedRequests
      && unsentBytes < Self.unsentBytes && !(isDraining && !exchanges.isEmpty)
  }

  private var unsentBytes: Int {
    exchanges.reduce(output.count) { $0 + ($1.answer?.body.count ?? 0) }
  }

  // MARK: What happens

  mutating func received(_ bytes: Span<UInt8>) {
    if phase == .open { parser.append(bytes) }
  }

  /// The client has closed its side, or only that of its writing: it still gets its answers.
  mutating func receivedEnd() {
    hasEnded = true
    if phase == .lingering { phase = .finished }
  }

  /// Finish what has begun, then close.
  mutating func drain() {
    isDraining = true
  }

  /// The next request to handle; nil when there is none yet, and then all else is up to date.
  /// - Parameter judge: what a request gets for its head alone; nil where it may come.
  mutating func takeRequest(
    at now: ConversationTime, id: () -> String,
    judge: (RequestMessage, _ id: String, _ isWhole: Bool) -> PreparedAnswer? = { _, _, _ in nil }
  ) -> Assignment? {
    moveAnswers(date: now.date)
    while takesRequests {
      switch parser.next() {
      case .request(let message):
        let exchange = Exchange(
          id: id(), isHead: message.method == .head, persistence: message.persistence)
        if let answer = judge(message, exchange.id, true) {
          refuse(answer, id: exchange.id)
          continue
        }
        exchanges.append(exchange)
        if message.persistence == .close { isLast = true }
        return Assignment(
          sequence: firstSequence + exchanges.count - 1, request: message, id: exchange.id)
      case .refused(let problem): refuse(problem, id: id())
      case .incomplete where hasEnded && parser.hasBegun:
        refuse(.invalidRequest("the request ends before its end"), id: id())
      case .incomplete:
        if let head = parser.takeHead() {
          let id = id()
          if let answer = judge(head, id, false) {
            refuse(answer, id: id)
            continue
          }
        }
        if hasEnded || isDraining && !parser.hasBegun { isLast = true }
        settle(at: now)
        return nil
      }
    }
    settle(at: now)
    return nil
  }

  /// A handler is done. Answers go out in the order of their requests.
  mutating func answered(_ sequence: Int, with answer: PreparedAnswer) {
    let place = sequence - firstSequence
    guard exchanges.indices.contains(place) else { return }
    exchanges[place].answer = answer
  }

  /// There is no room for more of the request that has begun.
  mutating func refuseForWantOfRoom(id: String) {
    refuse(
      .unavailable("too many half-sent requests are held at present", retryAfterSeconds: 1), id: id)
  }

  /// That much of `output` is gone.
  mutating func sent(_ bytes: Int) {
    output.drop(bytes)
    sentSinceDeadline += bytes
  }

  /// The deadline has passed.
  mutating func expired(at now: ConversationTime, id: () -> String) {
    if let writeDeadline, writeDeadline <= now.milliseconds { phase = .finished }
    guard let readDeadline, readDeadline <= now.milliseconds, phase != .finished else { return }
    switch wait {
    case .head: refuse(.requestTimeout("the head of the request did not come in time"), id: id())
    case .body: refuse(.requestTimeout("the body of the request did not come in time"), id: id())
    case .idle, .nothing: phase = .finished
    }
  }

  // MARK: Within

  private mutating func refuse(_ problem: Problem, id: String) {
    refuse(PreparedAnswer(problem, id: id, isHead: false), id: id)
  }

  /// The last answer; what the client sent beyond it is forgotten.
  private mutating func refuse(_ answer: PreparedAnswer, id: String) {
    exchanges.append(Exchange(id: id, isHead: false, persistence: .close, answer: answer))
    isLast = true
    parser = RequestParser(limits: limits)
  }

  /// Brings output, phase and deadlines in line with what happened.
  private mutating func settle(at now: ConversationTime) {
    moveAnswers(date: now.date)
    if parser.awaitsContinue, exchanges.isEmpty, phase == .open, !isLast {
      parser.continued()
      output.append(HTTPStatus.interimContinue)
    }
    if phase == .open, isLast, !isBusy {
      phase = hasEnded || firstSequence == 0 ? .finished : .lingering
    }
    updateDeadlines(at: now)
  }

  private mutating func moveAnswers(date: String) {
    while let exchange = exchanges.first, let answer = exchange.answer {
      if let cut = answer.cut {
        endsWithReset = cut == .reset
        phase = .finished
        return
      }
      exchanges.removeFirst()
      firstSequence += 1
      let isFinal = isDraining && exchanges.isEmpty
      let persistence = isFinal ? .close : exchange.persistence
      output.append(answer.head(date: date, persistence: persistence))
      output.append(answer.body)
      if persistence == .close { isLast = true }
    }
  }

  private mutating func updateDeadlines(at now: ConversationTime) {
    let next = currentWait
    if next != wait || output.isEmpty != (writeDeadline == nil) {
      businessSince = now.milliseconds
    }
    if next != wait || readDeadline == nil {
      wait = next
      readDeadline = duration(of: next).map { now.milliseconds + $0 }
    }
    if output.isEmpty {
      writeDeadline = nil
      sentSinceDeadline = 0
    } else if writeDeadline == nil || sentSinceDeadline >= Self.outputBytes {
      writeDeadline = now.milliseconds + deadlines.writeMilliseconds
      sentSinceDeadline = 0
    }
  }

  private var currentWait: Wait {
    guard phase == .open else { return .nothing }
    let request = firstSequence + exchanges.count
    guard wantsBytes else { return .nothing }
    if parser.hasBegun {
      return parser.isReadingBody ? .body(request: request) : .head(request: request)
    }
    return isBusy ? .nothing : .idle
  }

  private func duration(of wait: Wait) -> Int64? {
    switch wait {
    case .nothing where phase == .lingering:
      isDraining ? deadlines.drainLingerMilliseconds : deadlines.lingerMilliseconds
    case .nothing: nil
    case .idle: deadlines.idleMilliseconds
    case .head: deadlines.headerMilliseconds
    case .body: deadlines.bodyMilliseconds
    }
  }
}

/// A point in time as a conversation needs it.
struct ConversationTime: Sendable {
  /// Of a clock that never goes back.
  var milliseconds: Int64
  /// The wall clock as `Date` says it.
  var date: String
}
