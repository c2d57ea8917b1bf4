internal import CPostgres
import Glibc

/// The one owner of a `PGconn`. Used by one thread at a time. Statements are sent in pipelines: all
/// at once, without waiting for one's answer before the next is sent.
@safe public final class PostgreSQLConnection {
  let handle: OpaquePointer
  /// Which statements the server has planned, by number.
  private var prepared: Set<Int> = []
  /// Whether answers may still come that would be taken for others'.
  private var isBroken = false

  /// Connects, which blocks for the settings' `connect_timeout` a host at most.
  public init(_ settings: ConnectionSettings) throws(PostgreSQLFault) {
    let opened = unsafe settings.withParameters { names, values in
      unsafe PQconnectdbParams(names, values, 0)
    }
    guard let connection = unsafe opened else { throw .lost("no memory for a connection") }
    unsafe handle = connection  // from here on deinit closes it, whatever is thrown
    guard unsafe PQstatus(connection) == CONNECTION_OK else {
      throw ConnectionDiagnosis(settings).fault(message)
    }
    unsafe pasarela_drop_notices(connection)
    unsafe SocketLimits(connection).apply()
    guard unsafe PQsetnonblocking(connection, 1) == 0,
      unsafe PQenterPipelineMode(connection) == 1
    else { throw .lost(message) }
  }

  deinit { unsafe PQfinish(handle) }

  /// Whether it is known to be broken.
  public var isLost: Bool { unsafe isBroken || PQstatus(handle) != CONNECTION_OK }

  /// Whether it is broken, by what has come since it was used.
  public func isFoundLost() -> Bool {
    var place = pollfd(fd: unsafe PQsocket(handle), events: Int16(POLLIN), revents: 0)
    if !isLost, unsafe poll(&place, 1, 0) > 0, unsafe PQconsumeInput(handle) == 0 {
      isBroken = true
    }
    return isLost
  }

  /// The number of the server's process as it was told at the start: a pooler tells another.
  public var backend: Int32 { unsafe PQbackendPID(handle) }

  /// Runs each group as a transaction of its own, in their order, sent all at once. One that is
  /// refused is taken back in whole and leaves the others as they are.
  /// - Parameter milliseconds: by when all must be answered, else the connection is lost.
  public func run(
    _ groups: [[PostgreSQLQuery]], within milliseconds: Int64
  ) throws(PostgreSQLFault) -> [Result<[PostgreSQLRows], ServerRefusal>] {
    let deadline = Deadline(in: milliseconds)
    var preparing: Set<Int> = []
    var plan: [Step] = []
    for group in groups {
      for query in group {
        if case .kept(let statement) = query.text, !prepared.contains(statement.number),
          preparing.insert(statement.number).inserted
        {
          let types = query.values.map(\.type)
          try check(
            unsafe PQsendPrepare(
              handle, "s\(statement.number)", statement.sql, Int32(types.count), types))
          plan.append(.preparation(statement.number))
        }
        try send(query)
        plan.append(.answer)
      }
      try check(unsafe PQpipelineSync(handle))
      plan.append(.end)
    }
    return try answers(to: plan, by: deadline)
  }

  /// One statement, as a transaction of its own.
  public func run(
    _ query: PostgreSQLQuery, within milliseconds: Int64
  ) throws(PostgreSQLFault) -> PostgreSQLRows {
    switch try run([[query]], within: milliseconds)[0] {
    case .success(let answers): return answers[0]
    case .failure(let refusal): throw .refused(refusal)
    }
  }

  /// Statements without arguments, one after another; those outside of a transaction together.
  public func execute(_ script: String, within milliseconds: Int64) throws(PostgreSQLFault) {
    let deadline = Deadline(in: milliseconds)
    guard unsafe PQexitPipelineMode(handle) == 1 else { throw lost() }
    try check(unsafe PQsendQuery(handle, script))
    var refusal: ServerRefusal?
    while let result = try next(by: deadline) { refusal = refusal ?? result.refusal }
    guard !isLost, unsafe PQenterPipelineMode(handle) == 1 else { throw lost() }
    if let refusal { throw .refused(refusal) }
  }

  /// What other connections told on the channels that this one listens to, as soon as there is
  /// some; empty after so many milliseconds without.
  public func notices(within milliseconds: Int64) throws(PostgreSQLFault) -> [String] {
    let deadline = Deadline(in: milliseconds)
    while true {
      guard !isLost, unsafe PQconsumeInput(handle) == 1 else { throw lost() }
      var payloads: [String] = []
      while let notice = unsafe PQnotifies(handle) {
        payloads.append(unsafe ConnectionSettings.text(notice.pointee.extra))
        unsafe PQfreemem(notice)
      }
      if !payloads.isEmpty || deadline.isOver { return payloads }
      var place = pollfd(fd: unsafe PQsocket(handle), events: Int16(POLLIN), revents: 0)
      _ = unsafe poll(&place, 1, Int32(clamping: deadline.millisecondsLeft))
    }
  }

  // MARK: Sending

  private enum Step {
    case preparation(Int)
    case answer
    case end
  }

  private func check(_ isSent: Int32) throws(PostgreSQLFault) {
    guard isSent == 1 else { throw lost() }
  }

  private func send(_ query: PostgreSQLQuery) throws(PostgreSQLFault) {
    var content: [UInt8] = []
    let places = query.values.map { $0.encode(into: &content) }
    // Nothing has an address of its own where it is empty.
    if content.isEmpty { content.append(0) }
    let lengths = places.map { Int32($0?.count ?? 0) }
    let formats = [Int32](repeating: 1, count: places.count)
    let types = query.values.map(\.type)
    let isSent = unsafe content.withUnsafeBytes { bytes in
      let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      let values = unsafe places.map { place in
        unsafe place.flatMap { place in unsafe base.map { unsafe $0 + place.lowerBound } }
      }
      return switch query.text {
      case .kept(let statement):
        unsafe PQsendQueryPrepared(
          handle, "s\(statement.number)", Int32(values.count), values, lengths, formats, 1)
      case .once(let sql):
        unsafe PQsendQueryParams(
          handle, sql, Int32(values.count), types, values, lengths, formats, 1)
      }
    }
    try check(isSent)
  }

  // MARK: Hearing

  private func answers(
    to plan: [Step], by deadline: Deadline
  ) throws(PostgreSQLFault) -> [Result<[PostgreSQLRows], ServerRefusal>] {
    var answers: [Result<[PostgreSQLRows], ServerRefusal>] = []
    var rows: [PostgreSQLRows] = []
    var refusal: ServerRefusal?
    for step in plan {
      guard let result = try next(by: deadline) else { throw lost() }
      if result.isFault {
        guard let fault = result.refusal, !fault.endsConnection, !isLost else {
          throw lost(result.refusal.map { "\($0.message) (\($0.code))" })
        }
        refusal = refusal ?? fault
      }
      switch step {
      case .preparation(let number):
        if result.isDone { prepared.insert(number) }
        _ = try next(by: deadline)
      case .answer:
        rows.append(result)
        _ = try next(by: deadline)
      case .end:
        guard result.endsGroup else { throw lost("an answer out of turn") }
        answers.append(refusal.map { .failure($0) } ?? .success(rows))
        rows = []
        refusal = nil
      }
    }
    return answers
  }

  /// The next result; nil behind the last of a statement.
  private func next(by deadline: Deadline) throws(PostgreSQLFault) -> PostgreSQLRows? {
    var isUnsent = unsafe PQflush(handle)
    while unsafe isUnsent == 1 || PQisBusy(handle) == 1 {
      if isUnsent < 0 { throw lost() }
      let events = try wait(isUnsent == 1 ? POLLIN | POLLOUT : POLLIN, by: deadline)
      if events & ~Int32(POLLOUT) != 0, unsafe PQconsumeInput(handle) == 0 {
        throw lost()
      }
      isUnsent = unsafe PQflush(handle)
    }
    return unsafe PQgetResult(handle).map { unsafe PostgreSQLRows($0) }
  }

  private func wait(_ events: Int32, by deadline: Deadline) throws(PostgreSQLFault) -> Int32 {
    var place = pollfd(fd: unsafe PQsocket(handle), events: Int16(events), revents: 0)
    while true {
      let left = deadline.millisecondsLeft
      guard left > 0, place.fd >= 0 else { throw lost("the server did not answer in time") }
      let found = unsafe poll(&place, 1, Int32(clamping: left))
      if found > 0 { return Int32(place.revents) }
      if found < 0, errno != EINTR { throw lost("poll failed with \(errno)") }
    }
  }

  /// - Parameter why: the library's own message where it is nil.
  private func lost(_ why: String? = nil) -> PostgreSQLFault {
    isBroken = true
    return .lost(why ?? message)
  }

  private var message: String { unsafe ConnectionSettings.text(PQerrorMessage(handle)) }
}
