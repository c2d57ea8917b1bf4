/// The bounds of one call.
public struct CallLimits: Sendable, Equatable {
  /// For resolving, connecting and the TLS handshake, in milliseconds.
  public var connectMilliseconds: Int
  /// For everything, from the call to the last byte of the answer, in milliseconds.
  public var totalMilliseconds: Int
  /// The largest answer's body, in bytes. (Headers: 64 KiB in all.)
  public var responseBytes: Int
  /// Whether a larger body is cut there and the rest left unread, rather than the call failing:
  /// where the status alone matters.
  public var cutsBody: Bool
  public var addressPolicy: AddressPolicy

  public init(
    connectMilliseconds: Int = 3_000, totalMilliseconds: Int = 10_000,
    responseBytes: Int = 1_048_576, cutsBody: Bool = false, addressPolicy: AddressPolicy = .any
  ) {
    self.connectMilliseconds = connectMilliseconds
    self.totalMilliseconds = totalMilliseconds
    self.responseBytes = responseBytes
    self.cutsBody = cutsBody
    self.addressPolicy = addressPolicy
  }
}
