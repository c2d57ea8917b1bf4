import Foundation
import PostgreSQLClient
import Synchronization

/// A PostgreSQL server for the whole test process, on a Unix socket in a folder of its own. It ends
/// with the process, also where that is killed: what started it hears that its input is closed.
public final class TestCluster: Sendable {
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Where its socket is, beside its data and its log.
  public let folder: String

  private static let started = Result { try TestCluster() }
  private static let last = Atomic(0)

  /// Started by whoever asks first.
  public static func shared() throws -> TestCluster { try started.get() }

  private init() throws {
    var template = Array(("/tmp/pasarela-pg-" + String(repeating: "X", count: 6)).utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(description: "no temporary folder") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Failure(description: "no pipe") }
    // The other end stays open as long as the process lives, and nobody else has it.
    _ = try Spawning.start(
      ["sh", "-c", Self.script, "sh", folder],
      [.duplicate(of: ends[0], as: 0), .write("\(folder)/log", as: 1), .duplicate(of: 1, as: 2)])
    close(ends[0])
    for _ in 0..<600 {
      let state = try? String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
      if state?.contains("ready") == true { return }
      let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
      if log.contains("cannot be tested") { throw Failure(description: log) }
      usleep(50_000)
    }
    let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "no log"
    throw Failure(description: "PostgreSQL did not start: \(log)")
  }

  /// What is started dies with the thread that started it; its own child does not, and waits.
  private static let script = """
    exec 3<&0
    (
      trap '' INT TERM HUP
      bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
      if [ ! -x "$bin/initdb" ]; then
        echo "PostgreSQL is not installed, so that its store cannot be tested: make test-deps"
        cat <&3 >/dev/null; rm -rf "$1"; exit
      fi
      as=
      if [ "$(id -u)" = 0 ]; then
        chown postgres "$1"
        as="setpriv --reuid postgres --regid postgres --init-groups"
      fi
      $as "$bin/initdb" -D "$1/data" -U postgres -A trust -E UTF8 --locale=C --no-sync -N
      echo "local all locked,passed scram-sha-256" | cat - "$1/data/pg_hba.conf" > "$1/hba"
      cat "$1/hba" > "$1/data/pg_hba.conf"
      $as "$bin/postgres" -D "$1/data" -k "$1" -c listen_addresses= -c max_connections=400 \
        -c shared_buffers=64MB -c max_wal_size=1GB -c autovacuum_naptime=10s 3<&- &
      server=$!
      cat <&3 >/dev/null
      kill -QUIT $server
      wait $server
      rm -rf "$1"
    ) &
    """

  /// How to reach it, as `name=value` pairs.
  /// - Parameter schema: where tables are.
  public func address(schema: String = "public") -> String {
    "host=\(folder) user=postgres dbname=postgres options='-c search_path=\(schema)'"
  }

  /// Runs the body with the address of an empty schema of its own, and removes it.
  public func withSchema<Value>(
    _ body: (_ address: String) async throws -> Value
  ) async throws -> Value {
    let schema = "test_\(Self.last.add(1, ordering: .relaxed).newValue)"
    try execute("CREATE SCHEMA \(schema)")
    let result: Result<Value, any Error>
    do {
      result = .success(try await body(address(schema: schema)))
    } catch {
      result = .failure(error)
    }
    try execute("DROP SCHEMA \(schema) CASCADE")
    return try result.get()
  }

  /// Statements, as its superuser.
  public func execute(_ script: String, at address: String? = nil) throws {
    let settings = try ConnectionSettings(address ?? self.address())
    try PostgreSQLConnection(settings).execute(script, within: 30_000)
  }
}
