import Foundation
import JSONText
import MemoryStorage
import Payins
import PostgreSQLClient
import TestSupport
import Testing

@testable import Storage

/// Every implementation that the contract holds for.
enum DatabaseKind: CaseIterable, Sendable {
  case memory, sqlite, postgresql
}

/// Runs the body with an empty store, closes it, and removes what it left.
func withDatabase(_ kind: DatabaseKind, _ body: (any Database) async throws -> Void) async throws {
  switch kind {
  case .memory:
    try await body(MemoryDatabase())
  case .sqlite:
    try await withFolder { folder in
      try await useAndClose(try SQLiteDatabase(path: folder + "/pasarela.db"), body)
    }
  case .postgresql:
    try await withPostgreSQL { address in
      try await useAndClose(try PostgreSQLDatabase(address), body)
    }
  }
}

/// Runs the body with the address of an empty database, and removes what it left.
func withPostgreSQL(_ body: (String) async throws -> Void) async throws {
  try await TestCluster.shared().withSchema(body)
}

/// Runs the body with the store, and closes it.
func useAndClose<Store: Database>(_ store: Store, _ body: (Store) async throws -> Void) async throws
{
  do {
    try await body(store)
  } catch {
    await store.close()
    throw error
  }
  await store.close()
}

/// Runs the body with an empty folder of its own, and removes it.
func withFolder(_ body: (String) async throws -> Void) async throws {
  let parent = FileManager.default.temporaryDirectory.path
  let pattern = "\(parent)/storage-tests-" + String(repeating: "X", count: 6)
  var template = Array(pattern.utf8CString)
  let path = try #require(mkdtemp(&template).map { String(cString: $0) })
  do {
    try await body(path)
  } catch {
    try? FileManager.default.removeItem(atPath: path)
    throw error
  }
  try FileManager.default.removeItem(atPath: path)
}

/// Everything that was kept of callbacks.
func keptCallbacks(_ store: any Database) async throws -> [CallbackRecord] {
  if let memory = store as? MemoryDatabase { return memory.callbacks }
  let sql = "SELECT account, digest FROM callback_notices ORDER BY number"
  let keys: [CallbackKey]
  if let sqlite = store as? SQLiteDatabase {
    keys = try await sqlite.write { session throws(DatabaseError) in
      try SQLiteStatement(session.connection, sql).rows { row in
        CallbackKey(account: row.text(0), digest: row.bytes(1))
      }
    }
  } else {
    let postgreSQL = try #require(store as? PostgreSQLDatabase)
    keys = try await postgreSQL.read(PostgreSQLQuery(once: sql)) { rows in
      rows.map { CallbackKey(account: $0.text(0), digest: $0.bytes(1)) }
    }
  }
  var records: [CallbackRecord] = []
  for key in keys { records.append(try #require(try await store.callback(key))) }
  return records
}

/// Expects that the medium's error is thrown, whatever its wording.
func expectFailed(
  _ body: () async throws(DatabaseError) -> Void, at place: SourceLocation = #_sourceLocation
) async {
  do throws(DatabaseError) {
    try await body()
    Issue.record("nothing was thrown", sourceLocation: place)
  } catch .failed {
  } catch {
    Issue.record("\(error) was thrown", sourceLocation: place)
  }
}

extension Sealing {
  /// Under no key.
  static let plain = Sealing(
    keys: DataKeys(),
    fingerprints: Fingerprints(key: [UInt8](repeating: 0, count: Fingerprints.byteCount)))
}
