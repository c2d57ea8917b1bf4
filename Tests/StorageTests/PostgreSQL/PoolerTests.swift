import Foundation
import Glibc
import Payins
import PostgreSQLClient
import TestSupport
import Testing

@testable import Storage

/// A real PgBouncer between the store and the cluster.
@Suite("PostgreSQL: poolers")
struct PoolerTests {
  /// Runs the body with the address of a database behind a pooler.
  private func withPooler(
    _ settings: String, _ body: (_ address: String) async throws -> Void
  ) async throws {
    let cluster = try TestCluster.shared()
    try await withFolder { folder in
      try #require(chmod(folder, 0o777) == 0)
      try "\"postgres\" \"\"\n".write(
        toFile: "\(folder)/users", atomically: true, encoding: .utf8)
      try """
      [databases]
      * = host=\(cluster.folder)
      [pgbouncer]
      listen_addr =
      unix_socket_dir = \(folder)
      listen_port = 5432
      auth_type = trust
      auth_file = \(folder)/users
      \(settings)
      """.write(toFile: "\(folder)/pgbouncer.ini", atomically: true, encoding: .utf8)
      let user =
        getuid() == 0
        ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"] : []
      let pooler = try Spawning.start(
        user + ["setpriv", "--pdeathsig", "KILL", "pgbouncer", "\(folder)/pgbouncer.ini"],
        [.read("/dev/null", as: 0), .write("\(folder)/log", as: 1), .duplicate(of: 1, as: 2)])
      defer {
        kill(pooler, SIGKILL)
        waitpid(pooler, nil, 0)
      }
      let isThere = try await eventually {
        FileManager.default.fileExists(atPath: "\(folder)/.s.PGSQL.5432")
      }
      let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
      try #require(isThere, "pgbouncer does not start (make test-deps installs it): \(log)")
      try await body("host=\(folder) user=postgres")
    }
  }

  @Test(
    "one that gives each transaction another process is refused with a sentence",
    arguments: [
      "pool_mode = transaction", "pool_mode = transaction\nserver_round_robin = 1",
      "pool_mode = transaction\nmin_pool_size = 4", "pool_mode = statement",
    ])
  func transactions(settings: String) async throws {
    try await withPooler(settings) { address in
      for _ in 0..<5 {
        do throws(DatabaseError) {
          _ = try PostgreSQLDatabase("\(address) dbname=postgres")
          Issue.record("it was not refused")
        } catch {
          guard case .denied(let what) = error else {
            Issue.record("\(error)")
            return
          }
          #expect(what.contains("session mode"))
        }
      }
    }
  }

  @Test("one that keeps a process for each connection serves")
  func sessions() async throws {
    try TestCluster.shared().execute("CREATE DATABASE pooled")
    try await withPooler("pool_mode = session") { address in
      try await useAndClose(try PostgreSQLDatabase("\(address) dbname=pooled")) { store in
        let opened = Author().open("order-1")
        try await store.commit(Author().change(opened))
        let found = try await store.payin(opened.payin.id)
        #expect(found == opened.payin)
      }
    }
  }
}
