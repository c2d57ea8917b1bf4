import Crypto
import JSONText
public import Payins
import Storage

/// Where a merchant's published events go.
public struct WebhookEndpoint: Equatable, Sendable {
  public enum Source: String, Sendable {
    case configuration, api
  }

  public var id: String
  public var merchant: String
  public var url: String
  /// `*`, a type, or a prefix and `*`, such as `payin.*`.
  public var events: [String]
  public var secret: WebhookSecret
  /// Each signs beside `secret` until its time, while receivers learn the new one; newest first.
  public var previous: [Retired]
  /// Why nothing is sent to it: `gone` where it answered 410, `by_merchant`; nil: it is enabled.
  public var disabled: String?
  public var source: Source
  public var createdAt: Instant?

  public struct Retired: Equatable, Sendable {
    public var secret: WebhookSecret
    public var until: Instant
  }

  public init(
    id: String, merchant: String, url: String, events: [String], secret: WebhookSecret,
    previous: [Retired] = [], disabled: String? = nil,
    source: Source, createdAt: Instant? = nil
  ) {
    self.id = id
    self.merchant = merchant
    self.url = url
    self.events = events
    self.secret = secret
    self.previous = previous
    self.disabled = disabled
    self.source = source
    self.createdAt = createdAt
  }

  public static func == (left: Self, right: Self) -> Bool { left.stored == right.stored }

  public func wants(_ type: String) -> Bool {
    events.contains { pattern in
      let pattern = pattern.utf8
      return pattern.last == UInt8(ascii: "*")
        ? type.utf8.starts(with: pattern.dropLast()) : type.utf8.elementsEqual(pattern)
    }
  }

  /// What an endpoint may ask for: everything, everything of a kind of operation, or a type.
  public static let patterns =
    ["*"] + OperationKind.allCases.map { "\($0.rawValue).*" }
    + PublishedEvent.allCases.map(\.rawValue)

  /// Newest first: the order in which a receiver should try them.
  func signatures(id: String, at now: Instant, body: [UInt8]) -> String {
    let secrets = [secret] + previous.filter { now < $0.until }.map(\.secret)
    return secrets.map { $0.signature(id: id, timestamp: now.seconds, body: body) }
      .joined(separator: " ")
  }
}

/// How a store keeps an endpoint.
extension WebhookEndpoint {
  var record: EndpointRecord { EndpointRecord(merchant: merchant, id: id, document: stored) }

  var stored: JSON {
    .object([
      "id": JSON(id), "merchant": JSON(merchant), "url": JSON(url),
      "events": .array(events.map { JSON($0) }), "secret": JSON(secret.text.reveal()),
      "previous": .array(previous.map(\.stored)), "disabled": JSON(disabled),
      "source": JSON(source.rawValue), "created_at": JSON(createdAt?.milliseconds),
    ])
  }

  init?(stored json: JSON) {
    guard let id = json["id"]?.string, let merchant = json["merchant"]?.string,
      let url = json["url"]?.string,
      let events = json["events"]?.array?.compactMap(\.string),
      let secret = json["secret"]?.string.flatMap(WebhookSecret.init),
      let source = json["source"]?.string.flatMap(Source.init(rawValue:))
    else { return nil }
    var previous = (json["previous"]?.array ?? []).compactMap { Retired(stored: $0) }
    // An earlier release kept one.
    if let one = Retired(
      stored: [
        "secret": json["previous_secret"] ?? .null, "until": json["previous_until"] ?? .null,
      ])
    {
      previous.append(one)
    }
    self.init(
      id: id, merchant: merchant, url: url, events: events, secret: secret, previous: previous,
      disabled: json["disabled"]?.string, source: source,
      createdAt: json["created_at"]?.int64.map(Instant.init(milliseconds:)))
  }
}

extension WebhookEndpoint.Retired {
  fileprivate var stored: JSON {
    ["secret": JSON(secret.text.reveal()), "until": JSON(until.milliseconds)]
  }

  fileprivate init?(stored json: JSON) {
    guard let secret = json["secret"]?.string.flatMap(WebhookSecret.init),
      let until = json["until"]?.int64
    else { return nil }
    self.init(secret: secret, until: Instant(milliseconds: until))
  }
}
