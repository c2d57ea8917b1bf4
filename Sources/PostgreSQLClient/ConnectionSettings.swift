internal import CPostgres
import Glibc

/// How to reach a database: whatever libpq understands, as a URI or as `name=value` pairs.
@safe public struct ConnectionSettings: Sendable {
  /// In the order of libpq's own list; a service file and the environment add to them.
  let parameters: [(name: String, value: String)]
  /// For messages: hosts, ports and the database, never a password.
  public let place: String

  /// Seconds for each host, unless something else is given.
  private static let connectSeconds = "5"

  /// - Throws: `.denied` with a sentence that quotes nothing of the text, which may hold a password
  ///   where it was not meant to be one.
  public init(_ text: String) throws(PostgreSQLFault) {
    var fault: UnsafeMutablePointer<CChar>?
    let read = unsafe PQconninfoParse(text, &fault)
    defer { unsafe PQconninfoFree(read) }
    if let fault = unsafe fault { unsafe PQfreemem(fault) }
    guard let options = unsafe read else { throw .denied(Self.unreadable) }
    let given = unsafe Self.values(options)
    let ports = given.first { $0.name == "port" }?.value ?? ""
    let hosts = given.first { $0.name == "host" }?.value ?? ""
    let database = given.first { $0.name == "dbname" }?.value ?? ""
    // A password with signs that are not written as `%40` and the like ends up in one of them.
    guard ports.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ",") }),
      !hosts.utf8.contains(UInt8(ascii: "@")), !database.utf8.contains(where: "@=/".utf8.contains)
    else { throw .denied(Self.unreadable) }
    let names = ["host", "hostaddr", "port", "dbname", "service"]
    place = given.filter { names.contains($0.name) }.map { "\($0.name)=\($0.value)" }
      .joined(separator: " ")
    var all = given
    func standard(_ name: String, _ value: String, unless variable: String) {
      let isSet = unsafe getenv(variable) != nil
      if !isSet, !given.contains(where: { $0.name == name || $0.name == "service" }) {
        all.append((name, value))
      }
    }
    standard("connect_timeout", Self.connectSeconds, unless: "PGCONNECT_TIMEOUT")
    // A standby takes no writes, and what it shows may be old.
    standard("target_session_attrs", "read-write", unless: "PGTARGETSESSIONATTRS")
    all.append(("fallback_application_name", "pasarela"))
    all.removeAll { $0.name == "client_encoding" }
    all.append(("client_encoding", "UTF8"))
    parameters = all
  }

  private static let unreadable =
    "it is no connection string of PostgreSQL: postgresql://USER@HOST:PORT/DATABASE?NAME=VALUE, "
    + "signs such as @ : / in a password written as %40 %3A %2F"

  /// The options that have a value.
  private static func values(
    _ options: UnsafeMutablePointer<PQconninfoOption>
  ) -> [(name: String, value: String)] {
    var values: [(name: String, value: String)] = []
    var option = unsafe options
    while let name = unsafe option.pointee.keyword {
      if let value = unsafe option.pointee.val {
        values.append(unsafe (String(cString: name), String(cString: value)))
      }
      unsafe option += 1
    }
    return values
  }

  /// The names and the values as C has them, each list with an end.
  func withParameters<Value>(
    _ body: (
      UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>
    ) -> Value
  ) -> Value {
    let names = unsafe parameters.map { unsafe UnsafePointer(strdup($0.name)) } + [nil]
    let values = unsafe parameters.map { unsafe UnsafePointer(strdup($0.value)) } + [nil]
    defer {
      unsafe (names + values).forEach { text in
        unsafe free(UnsafeMutablePointer(mutating: text))
      }
    }
    return unsafe body(names, values)
  }

  /// What the library or the server says, in one line.
  static func text(_ message: UnsafePointer<CChar>?) -> String {
    guard let message = unsafe message else { return "" }
    let lines = unsafe String(cString: message).utf8.split(separator: UInt8(ascii: "\n"))
    return lines.map { line in
      String(decoding: line.drop { $0 == UInt8(ascii: "\t") || $0 == 32 }, as: UTF8.self)
    }.joined(separator: "; ")
  }
}
