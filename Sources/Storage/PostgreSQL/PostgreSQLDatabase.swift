import Foundation
public import Payins
import PostgreSQLClient
import Synchronization

/// The store in a PostgreSQL database, which several gateways may share. Writes go through one
/// thread and connection that commits all that wait as one transaction; reads go through a few
/// others.
public final class PostgreSQLDatabase: Database, KeepsDocuments {
  private let writes = WorkQueue<PostgreSQLWrite>()
  private let reads = WorkQueue<PostgreSQLRead>()
  private let threads = StoreThreads()
  private let meter = CommitMeter()
  private let identity: WriterIdentity
  private let settings: ConnectionSettings
  private let sharing = PostgreSQLSharing()
  public let damage: DamageRegister
  let sealing: Sealing

  /// Connects, makes the tables where there are none, and brings them up to date. Blocks while it
  /// does. Throws `.away` where there is no connection now, `.denied` with a sentence where trying
  /// again is of no use, and `.otherDataKey` where it keeps what these keys do not open.
  /// - Parameters:
  ///   - address: what libpq takes, as a URI or as `name=value` pairs.
  ///   - keys: what is of persons is sealed under.
  ///   - purpose: whether it may be brought up to date.
  ///   - readers: connections that read at the same time.
  ///   - damage: where damaged rows are noted.
  ///   - migrates: hears of each step that brings older tables up to date, before it is taken.
  public init(
    _ address: String, keys: DataKeys = DataKeys(), for purpose: StorePurpose = .serving,
    readers: Int = 2,
    damage: DamageRegister = DamageRegister(),
    migrates: @escaping @Sendable (Migration) -> Void = { _ in }
  ) throws(DatabaseError) {
    self.damage = damage
    let opened = try PostgreSQLOpening(address, keys, for: purpose, migrates)
    (sealing, identity) = (opened.sealing, opened.identity)
    settings = opened.settings
    let settings = opened.settings
    let count = max(readers, 1)
    let identity = opened.identity
    let link = PostgreSQLLink(settings, connected: opened.writer) {
      connection throws(PostgreSQLFault) in
      try PostgreSQLSession.prepare(connection)
      try StoreAdmission.enter(connection)
      try identity.take(connection)
      try PostgreSQLSession.prepareToWrite(connection)
    }
    let writer = Handover(PostgreSQLWriter(link, identity, sharing, writes, meter, keys))
    threads.start("store-writer") { writer.take()?.run() }
    for _ in 0..<count {
      let link = PostgreSQLLink(settings, prepare: PostgreSQLSession.prepare)
      let reader = Handover(PostgreSQLReader(link, reads))
      threads.start("store-reader") { reader.take()?.run() }
    }
  }

  deinit {
    sharing.isClosed.store(true, ordering: .relaxed)
    writes.close()
    reads.close()
  }

  public var statistics: DatabaseStatistics { meter.statistics }

  public func close() async {
    sharing.isClosed.store(true, ordering: .relaxed)
    writes.close()
    reads.close()
    await threads.allEnded()
  }

  public func hear(_ listener: @escaping @Sendable (StoreNotice) -> Void) {
    let listening = Handover(PostgreSQLListener(settings, identity, sharing, hears: listener))
    threads.start("store-listener") { listening.take()?.run() }
  }

  // MARK: Handing work to the threads

  private func write(_ work: PostgreSQLWrite.Work) async throws(DatabaseError) {
    let fault = await withCheckedContinuation {
      (caller: CheckedContinuation<DatabaseError?, Never>) in
      let write = PostgreSQLWrite(work: work) { caller.resume(returning: $0) }
      if !writes.put(write) { write.tell(.closed) }
    }
    if let fault { throw fault }
  }

  /// Statements as a transaction of their own, and what their rows say.
  func write<Value: Sendable>(
    _ queries: @escaping @Sendable (WriterIdentity) -> [PostgreSQLQuery],
    _ read: @escaping @Sendable ([PostgreSQLRows]) throws(DatabaseError) -> Value
  ) async throws(DatabaseError) -> Value {
    let place = Handed<Value>()
    try await write(
      .statements(queries) { rows throws(DatabaseError) in place.put(try read(rows)) })
    return try place.take()
  }

  /// Several statements of which one depends on another's rows.
  func session<Value: Sendable>(
    _ body: @escaping @Sendable (PostgreSQLConnection, SealRenewal) throws(DatabaseError) -> Value
  ) async throws(DatabaseError) -> Value {
    let place = Handed<Value>()
    try await write(
      .session { connection, renewal throws(DatabaseError) in
        place.put(try body(connection, renewal))
      })
    return try place.take()
  }

  /// What a statement's rows say.
  func read<Value: Sendable>(
    _ query: PostgreSQLQuery, _ read: @escaping @Sendable (PostgreSQLRows) -> Value
  ) async throws(DatabaseError) -> Value {
    let result = await withCheckedContinuation {
      (caller: CheckedContinuation<Result<Value, PostgreSQLFault>?, Never>) in
      let isTaken = reads.put(
        PostgreSQLRead(query: query) { caller.resume(returning: $0.map(read)) })
      if !isTaken { caller.resume(returning: nil) }
    }
    switch result {
    case .success(let value)?: return value
    case .failure(let fault)?: throw fault.error
    case nil: throw .closed
    }
  }
}

extension PostgreSQLDatabase {
  // MARK: Writing

  public func commit(_ change: Change) async throws(DatabaseError) {
    try await write(.change(ChangeRows(change, sealing)))
  }

  public func lease(_ request: LeaseRequest) async throws(DatabaseError) -> [Job] {
    let leasing = PostgreSQLLeasing(request: request, damage: damage)
    return try await session { connection, _ throws(DatabaseError) in
      try leasing.lease(connection)
    }
  }

  /// None: a gateway whose connection is gone may be at its work all the same, on another machine.
  /// What the dead held is free at the leases' ends.
  public func releaseAbandonedLeases(at now: Instant) async throws(DatabaseError) -> Int {
    try await probe()
    return 0
  }

  public func drawIn(_ times: DrawnDueTimes) async throws(DatabaseError) {
    try await write { _ in
      PostgreSQLDueTimes.drawing(times)
    } _: { _ in
    }
  }

  public func beat(
    _ gateway: GatewayPresence, lasting milliseconds: Int64, at now: Instant
  ) async throws(DatabaseError) -> GatewaysAlive {
    try await write { identity in
      PostgreSQLGateways.beating(gateway, lasting: milliseconds, identity)
    } _: { [sharing] rows in
      let alive = PostgreSQLGateways.alive(rows)
      sharing.hasOthers.store(!alive.isAlone, ordering: .relaxed)
      return alive
    }
  }

  public func leave(_ gateway: GatewayPresence) async throws(DatabaseError) {
    try await write { _ in
      PostgreSQLGateways.leaving(gateway)
    } _: { _ in
    }
  }

  /// Its row goes through the log like any other's.
  public func probe() async throws(DatabaseError) {
    try await write { identity in
      [
        PostgreSQLQuery(
          PostgreSQLDueTimes.probe, [.integer(identity.number)])
      ]
    } _: { _ in
    }
  }
}
