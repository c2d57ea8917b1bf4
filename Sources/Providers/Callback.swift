public import HTTPCalling
public import Payins

/// What came to `POST /callbacks/{account}`.
public struct CallbackDelivery: Equatable, Sendable {
  public var headers: [HTTPHeader]
  /// The bytes as they came: signatures cover them.
  public var body: [UInt8]
  public var receivedAt: Instant

  public init(headers: [HTTPHeader], body: [UInt8], receivedAt: Instant) {
    self.headers = headers
    self.body = body
    self.receivedAt = receivedAt
  }

  /// The value of the only header of that name; nil where there is none or more than one.
  public func header(_ name: String) -> String? {
    let found = headers.filter { $0.isNamed(name) }
    return found.count == 1 ? found[0].value : nil
  }
}

public enum CallbackReading: Equatable, Sendable {
  /// Not proved to be the provider's: answered 401, nothing changes.
  case forged(String)
  /// The provider's, but not readable: answered 400, nothing changes.
  case malformed(String)
  /// From the provider, but about no order of ours, such as a verification. The note is for the
  /// operator.
  case ping(note: String)
  case notice(CallbackNotice)
}

/// A provider speaks of one order.
public struct CallbackNotice: Equatable, Sendable {
  /// Ways to find the order, at least one, to be tried in this order.
  public var lookups: [OrderReference]
  public var grade: EvidenceGrade
  /// What it says; below `fullySignedCallback` only a reason to ask.
  public var report: StatusReport

  public init(lookups: [OrderReference], grade: EvidenceGrade, report: StatusReport) {
    self.lookups = lookups
    self.grade = grade
    self.report = report
  }
}

public struct Acknowledgement: Equatable, Sendable {
  public var status = 200
  public var contentType = "text/plain"
  public var body: String
}
