import Foundation
import JSONText
public import Payins

/// The store in one SQLite file. Writes go through one thread that commits all that wait as one
/// transaction; reads go through a few threads with connections of their own.
public final class SQLiteDatabase: Database, KeepsDocuments {
  typealias Read = @Sendable (ReadSession) -> Void

  private let writes = WorkQueue<PendingWrite>()
  private let reads = WorkQueue<Read>()
  private let threads = StoreThreads()
  private let meter = CommitMeter()
  public let damage: DamageRegister
  let sealing: Sealing
  let held = HeldJobs()

  /// Opens the database, makes it where there is none, and brings its schema up to date. Blocks
  /// while it does. Throws `.failed` with a sentence for the operator, `.otherDataKey` where it
  /// keeps what these keys do not open, and `.denied` where it is, or was, moved.
  /// - Parameters:
  ///   - keys: what is of persons is sealed under.
  ///   - purpose: whether it may be brought up to date.
  ///   - readers: connections that read at the same time.
  ///   - damage: where damaged rows are noted.
  ///   - migrates: hears of each step that brings an older schema up to date, before it is taken.
  public init(
    path: String, keys: DataKeys = DataKeys(), for purpose: StorePurpose = .serving,
    readers: Int = 2,
    damage: DamageRegister = DamageRegister(),
    migrates: @escaping @Sendable (Migration) -> Void = { _ in }
  ) throws(DatabaseError) {
    self.damage = damage
    let file = try DatabaseFile(path: path)
    let presence = try PresenceLock(path: file.lockPath)
    let connection = try file.openWriter(
      isAlone: presence.isFirst, for: purpose, migrates: migrates)
    if let mark = try SQLiteTables.mark(connection) { throw .denied(mark.refusal) }
    try presence.share()
    let sealing = try SQLiteSealedRows.open(connection, keys, for: purpose)
    self.sealing = sealing
    let place = DatabasePlace(connection, path: file.path)
    let writer = Handover(
      try GroupCommit(
        WriteSession(connection, presence: presence, damage: damage, held: held, sealing),
        at: place))
    var sessions: [Handover<ReadSession>] = []
    for _ in 0..<max(readers, 1) {
      sessions.append(Handover(try ReadSession(try file.openReader())))
    }
    threads.start("store-writer") { [writes, meter] in writer.take()?.run(writes, meter) }
    for session in sessions {
      threads.start("store-reader") { [reads] in Self.serve(session, reads) }
    }
  }

  deinit {
    writes.close()
    reads.close()
  }

  /// What was committed, for metrics.
  public var statistics: DatabaseStatistics { meter.statistics }

  public func close() async {
    writes.close()
    reads.close()
    await threads.allEnded()
  }

  private static func serve(_ handover: Handover<ReadSession>, _ reads: WorkQueue<Read>) {
    guard let session = handover.take() else { return }
    while let read = reads.take(upTo: 1).first { read(session) }
  }

  // MARK: Handing work to the threads

  /// Returns once the write is durable.
  func write<Value: Sendable>(
    _ body: @escaping @Sendable (WriteSession) throws(DatabaseError) -> Value
  ) async throws(DatabaseError) -> Value {
    let result = await withCheckedContinuation {
      (caller: CheckedContinuation<Result<Value, DatabaseError>, Never>) in
      let write = PendingWrite(
        apply: { session in
          let result = Result { () throws(DatabaseError) in try body(session) }
          var verdict = PendingWrite.Verdict { caller.resume(returning: result) }
          if case .failure(let fault) = result { verdict.fault = fault }
          return verdict
        },
        refuse: { caller.resume(returning: .failure($0)) })
      if !writes.put(write) { write.refuse(.closed) }
    }
    return try result.get()
  }

  func read<Value: Sendable>(
    _ body: @escaping @Sendable (ReadSession) throws(DatabaseError) -> Value
  ) async throws(DatabaseError) -> Value {
    let result = await withCheckedContinuation {
      (caller: CheckedContinuation<Result<Value, DatabaseError>, Never>) in
      let isTaken = reads.put { session in
        caller.resume(returning: Result { () throws(DatabaseError) in try body(session) })
      }
      if !isTaken { caller.resume(returning: .failure(.closed)) }
    }
    return try result.get()
  }
}

extension SQLiteDatabase {
  // MARK: Writing

  public func commit(_ change: Change) async throws(DatabaseError) {
    let rows = ChangeRows(change, sealing)
    try await write { session throws(DatabaseError) in try session.apply(rows) }
  }

  public func lease(_ request: LeaseRequest) async throws(DatabaseError) -> [Job] {
    try await write { session throws(DatabaseError) in try session.lease(request) }
  }

  public func releaseAbandonedLeases(at now: Instant) async throws(DatabaseError) -> Int {
    try await write { session throws(DatabaseError) in
      try session.releaseAbandonedLeases(at: now)
    }
  }

  public func drawIn(_ times: DrawnDueTimes) async throws(DatabaseError) {
    try await write { session throws(DatabaseError) in try session.drawIn(times) }
  }

  public func beat(
    _ gateway: GatewayPresence, lasting milliseconds: Int64, at now: Instant
  ) async throws(DatabaseError) -> GatewaysAlive {
    try await write { session throws(DatabaseError) in
      try session.beat(gateway, lasting: milliseconds, at: now)
    }
  }

  public func leave(_ gateway: GatewayPresence) async throws(DatabaseError) {
    try await write { session throws(DatabaseError) in try session.leave(gateway) }
  }

  public func probe() async throws(DatabaseError) {
    try await write { session throws(DatabaseError) in try session.probe() }
  }
}
