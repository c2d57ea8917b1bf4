internal import CPostgres
import Glibc

/// Why a connection was not made: libpq tells the server's code only to whoever asks for verbose
/// messages before it connects, for which it has to be done by hand.
struct ConnectionDiagnosis {
  private let settings: ConnectionSettings

  init(_ settings: ConnectionSettings) { self.settings = settings }

  /// - Parameter message: what was said without codes.
  func fault(_ message: String) -> PostgreSQLFault {
    let what = "\(settings.place): \(message)"
    // The library's own words, which it has in English alone while no locale is set.
    let isOfLibrary = [
      "certificate", "no password supplied", "private key", " value: \"",
    ].contains {
      Self.contains(message, $0)
    }
    if isOfLibrary { return .denied(what) }
    // Not let in: by name or password, by the host's rules, or to no such database.
    let isDenied = ["28000", "28P01", "3D000"].contains { Self.contains(verbose, " \($0):") }
    return isDenied ? .denied(what) : .lost(what)
  }

  /// What is said with codes.
  private var verbose: String {
    let started = unsafe settings.withParameters { names, values in
      unsafe PQconnectStartParams(names, values, 0)
    }
    guard let connection = unsafe started else { return "" }
    defer { unsafe PQfinish(connection) }
    _ = unsafe PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
    let deadline = Deadline(in: 2000)
    var state = PGRES_POLLING_WRITING
    while unsafe PQstatus(connection) != CONNECTION_BAD,
      state == PGRES_POLLING_WRITING || state == PGRES_POLLING_READING
    {
      let events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT
      var place = pollfd(fd: unsafe PQsocket(connection), events: Int16(events), revents: 0)
      guard unsafe poll(&place, 1, Int32(clamping: max(deadline.millisecondsLeft, 0))) > 0 else {
        break
      }
      state = unsafe PQconnectPoll(connection)
    }
    return unsafe ConnectionSettings.text(PQerrorMessage(connection))
  }

  private static func contains(_ text: String, _ part: String) -> Bool {
    let (text, part) = (Array(text.utf8), Array(part.utf8))
    guard text.count >= part.count else { return false }
    return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
  }
}
