import PostgreSQLClient

/// A database that was connected to, examined and brought up to date.
struct PostgreSQLOpening {
  let settings: ConnectionSettings
  let writer: Handover<PostgreSQLConnection>
  let identity: WriterIdentity
  let sealing: Sealing

  /// - Parameters and errors: as of `PostgreSQLDatabase.init`.
  init(
    _ address: String, _ keys: DataKeys, for purpose: StorePurpose,
    _ migrates: @escaping @Sendable (Migration) -> Void
  ) throws(DatabaseError) {
    let writer: PostgreSQLConnection
    do throws(PostgreSQLFault) {
      settings = try ConnectionSettings(address)
      writer = try PostgreSQLConnection(settings)
      try PostgreSQLSession.checkProcesses(writer, PostgreSQLConnection(settings))
      try PostgreSQLSession.prepare(writer)
      try PostgreSQLSession.check(writer)
      try StoreAdmission.enter(writer)
      let migrations = PostgreSQLMigrations(writer, starts: migrates)
      if purpose == .looking { try migrations.check() } else { try migrations.run() }
      // Migrations have no time limit, and leave none.
      try PostgreSQLSession.prepare(writer)
    } catch {
      throw error.atOpening
    }
    sealing = try PostgreSQLSealedRows.open(writer, keys, for: purpose)
    do throws(PostgreSQLFault) {
      identity = try WriterIdentity(writer)
      try PostgreSQLSession.prepareToWrite(writer)
    } catch {
      throw error.atOpening
    }
    self.writer = Handover(writer)
  }
}

extension PostgreSQLFault {
  /// Of who comes to open a store.
  var atOpening: DatabaseError {
    switch self {
    case .denied(let why): .denied(why)
    case .lost, .refused: error
    }
  }
}
