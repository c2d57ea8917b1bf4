/// Where random bytes come from; the shell hands in the system's, the simulation its seed's.
public protocol Entropy: Sendable {
  func bytes(_ count: Int) -> [UInt8]
}

/// An identifier with a prefix that names its kind and a body of 26 Crockford base-32 characters:
/// 48 bits of milliseconds and 80 random bits, so that texts sort by time (the ULID layout).
public protocol PrefixedID: Hashable, Sendable, CustomStringConvertible {
  static var prefix: String { get }
  var text: String { get }
  init(unchecked text: String)
}

extension PrefixedID {
  public var description: String { text }

  /// The 26 characters after the prefix.
  public var body: Substring { Substring(text.utf8.dropFirst(Self.prefix.utf8.count)) }

  public static func make(at now: Instant, entropy: any Entropy) -> Self {
    Self(unchecked: SortableText.make(Self.prefix, at: now, random: entropy.bytes(10)))
  }

  /// Refuses a text that is not exactly of this form.
  public init?(_ text: String) {
    guard text.utf8.starts(with: Self.prefix.utf8),
      SortableText.isValid(text.utf8.dropFirst(Self.prefix.utf8.count))
    else { return nil }
    self.init(unchecked: text)
  }
}

public struct PayinID: PrefixedID {
  public static let prefix = OperationKind.payin.prefix
  public let text: String
  public init(unchecked text: String) { self.text = text }
}

public struct AttemptID: PrefixedID {
  public static let prefix = "attempt_"
  public let text: String
  public init(unchecked text: String) { self.text = text }
}

public struct EventID: PrefixedID {
  public static let prefix = "event_"
  public let text: String
  public init(unchecked text: String) { self.text = text }
}

public struct WebhookEndpointID: PrefixedID {
  public static let prefix = "endpoint_"
  public let text: String
  public init(unchecked text: String) { self.text = text }
}

public struct ReceiptID: PrefixedID {
  public static let prefix = "receipt_"
  public let text: String
  public init(unchecked text: String) { self.text = text }
}

enum SortableText {
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  static func make(_ prefix: String, at now: Instant, random: [UInt8]) -> String {
    precondition(random.count == 10, "an identifier takes ten random bytes")
    var out = Array(prefix.utf8)
    out.reserveCapacity(out.count + 26)
    let time = UInt64(clamping: now.milliseconds)
    for shift in stride(from: 45, through: 0, by: -5) {
      out.append(alphabet[Int(time >> UInt64(shift) & 31)])
    }
    var bits: UInt64 = 0
    var held = 0
    for byte in random {
      bits = bits << 8 | UInt64(byte)
      held += 8
      while held >= 5 {
        held -= 5
        out.append(alphabet[Int(bits >> UInt64(held) & 31)])
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  static func isValid(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.count == 26 && bytes.allSatisfy(alphabet.contains)
  }
}
