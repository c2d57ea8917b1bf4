/// Why something could not be done. No message holds a password.
public enum PostgreSQLFault: Error, Equatable, Sendable {
  /// The server refused a statement, and took back all of its transaction.
  case refused(ServerRefusal)
  /// There is no connection, or it broke: whether what was sent was done is not known.
  case lost(String)
  /// The settings do not let anybody in: a wrong password, a certificate that is not believed, a
  /// role or a database that is not there. Trying again is of no use.
  case denied(String)
}

public struct ServerRefusal: Error, Equatable, Sendable {
  /// The SQLSTATE, five letters and digits.
  public var code: String
  public var message: String
  /// Of a constraint that would be broken, the name.
  public var constraint: String?

  public init(code: String, message: String, constraint: String? = nil) {
    self.code = code
    self.message = message
    self.constraint = constraint
  }

  /// The first two characters of the code.
  public var family: Substring { code.prefix(2) }

  /// Whether a key was there already.
  public var isTaken: Bool { code == "23505" }

  /// Whether others were in the way at that moment only: of two that waited for each other, or that
  /// could not be put in any order, one was refused.
  public var isPassing: Bool { code == "40001" || code == "40P01" }

  /// Whether the server ends the connection with it, or is no longer the one to write to: it shuts
  /// down, was told to end it, or became a standby.
  public var endsConnection: Bool { family == "57" && code != "57014" || code == "25006" }
}

extension PostgreSQLFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .refused(let refusal): "\(refusal.message) (\(refusal.code))"
    case .lost(let why), .denied(let why): why
    }
  }
}
