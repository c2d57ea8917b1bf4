import Dispatch
import Foundation
import PostgreSQLClient
import Synchronization

/// A connection that is made anew where it broke, at growing distances. Used by one thread, which
/// never waits for a server that does not answer: another one does.
final class PostgreSQLLink {
  typealias Preparation = @Sendable (PostgreSQLConnection) throws(PostgreSQLFault) -> Void

  private static let shortestMilliseconds: Int64 = 100
  private static let longestMilliseconds: Int64 = 5000

  private let settings: ConnectionSettings
  private let prepare: Preparation
  private var connection: PostgreSQLConnection?
  private var attempt: ConnectionAttempt?
  private var next = Deadline(in: 0)
  private var pause = shortestMilliseconds
  private var fault = PostgreSQLFault.lost("not connected yet")

  /// - Parameter prepare: what is done with a connection before it is used.
  init(
    _ settings: ConnectionSettings, connected: Handover<PostgreSQLConnection>? = nil,
    prepare: @escaping Preparation
  ) {
    self.settings = settings
    self.prepare = prepare
    connection = connected?.take()
  }

  /// A connection that is not found to be broken.
  /// - Parameter milliseconds: how long one that is being made may be waited for.
  func current(waiting milliseconds: Int64) throws(PostgreSQLFault) -> PostgreSQLConnection {
    if let connection, !connection.isFoundLost() { return connection }
    connection = nil
    if attempt == nil, next.isOver { attempt = ConnectionAttempt(settings, prepare) }
    guard let attempt, let result = attempt.result(waiting: milliseconds) else { throw fault }
    self.attempt = nil
    switch result {
    case .success(let made):
      pause = Self.shortestMilliseconds
      next = Deadline(in: 0)
      connection = made
      return made
    case .failure(let failure):
      next = Deadline(in: pause)
      pause = min(pause * 2, Self.longestMilliseconds)
      fault = failure
      throw failure
    }
  }
}

/// A connection that is being made, by a thread of its own.
private final class ConnectionAttempt: Sendable {
  private let ended = DispatchSemaphore(value: 0)
  private let outcome = Mutex<Result<Handover<PostgreSQLConnection>, PostgreSQLFault>?>(nil)

  init(_ settings: ConnectionSettings, _ prepare: @escaping PostgreSQLLink.Preparation) {
    let thread = Thread { [self] in
      do throws(PostgreSQLFault) {
        let connection = try PostgreSQLConnection(settings)
        try prepare(connection)
        let made = Handover(connection)
        outcome.withLock { $0 = .success(made) }
      } catch {
        outcome.withLock { $0 = .failure(error) }
      }
      ended.signal()
    }
    thread.name = "store-connect"
    thread.start()
  }

  /// Nil where there is none yet.
  func result(
    waiting milliseconds: Int64
  ) -> Result<PostgreSQLConnection, PostgreSQLFault>? {
    _ = ended.wait(timeout: .now() + .milliseconds(Int(milliseconds)))
    switch outcome.withLock({ $0 }) {
    case .success(let made)?: return made.take().map { .success($0) }
    case .failure(let fault)?: return .failure(fault)
    case nil: return nil
    }
  }
}
