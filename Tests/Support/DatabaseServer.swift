import Foundation
import Glibc
import PostgreSQLClient
import Synchronization

/// A PostgreSQL server that one test has for itself: it may be killed, started again, and promoted
/// where it is a standby. As the shared one it is reached by a Unix socket in a folder of its own.
public final class DatabaseServer: Sendable {
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Where its socket is, beside its data and its log.
  public let folder: String
  private let process = Mutex<pid_t?>(nil)

  /// Starts one, and ends and removes it when the body is done.
  /// - Parameters:
  ///   - settings: lines of its configuration.
  ///   - primary: what it follows as a standby, with the primary's settings.
  public static func run(
    settings: [String] = [], following primary: DatabaseServer? = nil,
    _ body: (DatabaseServer) async throws -> Void
  ) async throws {
    let server = try DatabaseServer()
    let result: Result<Void, any Error>
    do {
      try await server.make(settings, primary)
      try await server.start()
      try await body(server)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    await server.kill(by: SIGQUIT)
    try FileManager.default.removeItem(atPath: server.folder)
    try result.get()
  }

  private init() throws {
    var template = Array(("/tmp/pasarela-pg-" + String(repeating: "X", count: 6)).utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(description: "no temporary folder") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func make(_ settings: [String], _ primary: DatabaseServer?) async throws {
    let data = "\(folder)/data"
    if getuid() == 0, let user = getpwnam("postgres")?.pointee {
      chown(folder, user.pw_uid, user.pw_gid)
    }
    let words =
      if let primary {
        [
          "pg_basebackup", "-h", primary.folder, "-U", "postgres", "-D", data, "-R", "-c", "fast",
          "-N",
        ]
      } else {
        ["initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
      }
    let made = try await Self.run(words)
    guard made.status == 0 else { throw Failure(description: made.output) }
    guard primary == nil else { return }
    let file = "\(data)/postgresql.conf"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let own = ["listen_addresses = ''", "max_connections = 100", "shared_buffers = 32MB"]
    // Not atomically: the file stays its owner's.
    try (text + (own + settings).map { "\($0)\n" }.joined())
      .write(toFile: file, atomically: false, encoding: .utf8)
  }

  /// Starts it, or starts it again, and waits until it can be connected to.
  public func start() async throws {
    // What a killed one left behind ends by itself; until then no other one comes up.
    let isUp = try await eventually {
      if process.withLock({ $0 }) == nil {
        let words = ["postgres", "-D", "\(folder)/data", "-k", folder]
        let started = try Spawning.start(
          Self.command(words),
          [.read("/dev/null", as: 0), .write("\(folder)/log", as: 1), .duplicate(of: 1, as: 2)])
        process.withLock { $0 = started }
      }
      return !hasEnded() && isReady()
    }
    guard isUp else {
      let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "no log"
      throw Failure(description: "PostgreSQL did not start: \(log)")
    }
  }

  private func isReady() -> Bool {
    let state = try? String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
    let lines = state?.split(separator: "\n", omittingEmptySubsequences: false) ?? []
    guard let number = process.withLock({ $0 }), lines.count > 7 else { return false }
    // One that was killed leaves its own.
    return lines[0] == "\(number)" && lines[7].hasPrefix("ready")
  }

  private func hasEnded() -> Bool {
    process.withLock { process in
      guard let number = process else { return true }
      if waitpid(number, nil, WNOHANG) == number { process = nil }
      return process == nil
    }
  }

  /// Ends it and waits for its end: SIGQUIT is its immediate stop, SIGKILL leaves it no time for
  /// anything.
  public func kill(by signal: Int32) async {
    process.withLock { if let number = $0 { _ = Glibc.kill(number, signal) } }
    while !hasEnded() { try? await Task.sleep(for: .milliseconds(10)) }
  }

  /// Has a standby become a primary, and waits until it is one.
  public func promote() async throws {
    let ended = try await Self.run(["pg_ctl", "promote", "-D", "\(folder)/data"])
    guard ended.status == 0 else { throw Failure(description: ended.output) }
  }

  /// How to reach it, as `name=value` pairs.
  public var address: String { "host=\(folder) user=postgres dbname=postgres" }

  /// What one statement answers in its first row and column, a text; asked as its superuser.
  public func ask(_ statement: String) throws -> String? {
    try connection().run(PostgreSQLQuery(once: statement), within: 30_000).first.map {
      String(decoding: $0.bytes(0), as: UTF8.self)
    }
  }

  /// Carries out one statement, as its superuser.
  public func execute(_ statement: String) throws {
    try connection().execute(statement, within: 30_000)
  }

  private func connection() throws -> PostgreSQLConnection {
    try PostgreSQLConnection(ConnectionSettings("\(address) target_session_attrs=any"))
  }

  // MARK: Programs

  private static func run(_ words: [String]) async throws -> (status: Int32, output: String) {
    let command = try command(words)
    return try await OtherProgram.run(command[0], Array(command.dropFirst()))
  }

  /// A program of PostgreSQL's, which does not run as root. Who changes the user is no longer
  /// ended with what started it, unless that is asked for again.
  private static func command(_ words: [String]) throws -> [String] {
    let root = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    guard let version = versions.compactMap({ Int($0) }).max() else {
      throw Failure(description: "PostgreSQL is not installed: make test-deps")
    }
    let user = ["--reuid", "postgres", "--regid", "postgres", "--init-groups"]
    return (getuid() == 0 ? ["/usr/bin/setpriv"] + user + ["--pdeathsig", "KILL"] : [])
      + ["\(root)/\(version)/bin/\(words[0])"] + words.dropFirst()
  }
}
