/// What can go wrong with the server itself, in one sentence each.
public enum HTTPServerFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// A system call failed; the address is what it was about.
  case system(function: String, message: String, address: String)
  /// The host to listen on has no address.
  case unknownHost(String, message: String)
  /// A certificate or key file cannot be used.
  case tls(file: String, reason: String)
  /// A handler's header cannot be sent; its request was answered with 500.
  case unusableHeader(name: String, requestID: String)
  /// `start` was called twice.
  case alreadyStarted

  public var description: String {
    switch self {
    case .system(let function, let message, let address):
      "\(function) failed for \(address): \(message)"
    case .unknownHost(let host, let message): "the host \(host) cannot be resolved: \(message)"
    case .tls(let file, let reason): "the TLS file \(file) cannot be used: \(reason)"
    case .unusableHeader(let name, _):
      "a handler gave the header \(name.debugDescription), which cannot be sent"
    case .alreadyStarted: "the server was started before"
    }
  }

  /// A bounded word for metrics.
  public var label: String {
    switch self {
    case .system(let function, _, _): function
    case .unknownHost: "unknown_host"
    case .tls: "tls"
    case .unusableHeader: "unusable_header"
    case .alreadyStarted: "already_started"
    }
  }
}
