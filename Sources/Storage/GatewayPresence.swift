public import Payins

/// A gateway that serves the store, as it tells the others.
public struct GatewayPresence: Equatable, Sendable {
  /// Of the process; a gateway that starts anew is another.
  public var id: String
  /// For people: where it runs.
  public var name: String
  public var version: String
  public var since: Instant
  /// Which rules and which configuration it goes by; gateways of one store should agree.
  public var rules: String
  public var configuration: String

  public init(
    id: String, name: String, version: String, since: Instant, rules: String,
    configuration: String
  ) {
    self.id = id
    self.name = name
    self.version = version
    self.since = since
    self.rules = rules
    self.configuration = configuration
  }
}

/// The gateways that serve a store, as one of them finds them.
public struct GatewaysAlive: Equatable, Sendable {
  /// By name, whoever asks included.
  public var gateways: [GatewayPresence]
  /// Whether there surely is no other, nor one that has not said so yet.
  public var isAlone: Bool

  public init(_ gateways: [GatewayPresence], isAlone: Bool) {
    self.gateways = gateways
    self.isAlone = isAlone
  }
}

/// What another process has committed.
public enum StoreNotice: Equatable, Sendable {
  case operation(OperationID)
  /// Some merchant's endpoints.
  case endpoints
}

extension Database {
  /// Nothing is told.
  public func hear(_ listener: @escaping @Sendable (StoreNotice) -> Void) {}
}
