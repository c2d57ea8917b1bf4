/// Where a sandbox listens and what it begins with.
public struct SandboxConfiguration: Sendable {
  /// A name or a numeric address.
  public var host = "127.0.0.1"
  /// 0 takes a free port, which `start` tells.
  public var port: Int
  /// Where the events of providers go whose orders name no URL, such as Openpay's, as if a merchant
  /// had registered and verified a webhook there: used as it is when its path ends in an account
  /// (`…/callbacks/x`), else `/callbacks/openpay-main` is added, or `/openpay-main` behind
  /// `/callbacks`.
  public var callbacks: String?
  /// What the providers' ids and numbers are made from; nil for a random one.
  public var seed: UInt64?
  /// The wall's clock, in milliseconds since 1970; the sandbox's runs with it, and may be moved
  /// ahead of it.
  public var unixMilliseconds: @Sendable () -> Int64 = { WallClock.unixMilliseconds() }
  /// Orders that are kept; with more, the oldest closed ones are forgotten.
  public var orderCapacity = 100_000
  /// For a receiver to answer a webhook.
  public var callbackTimeoutMilliseconds = 10_000

  public init(port: Int = 0, callbacks: String? = nil) {
    self.port = port
    self.callbacks = callbacks
  }
}

extension SandboxConfiguration {
  /// The URL that `callbacks` stands for.
  func callbackURL(of account: String) -> String? {
    guard let callbacks else { return nil }
    let isOpen = callbacks.utf8.last == UInt8(ascii: "/")
    let url = isOpen ? String(Substring(callbacks.utf8.dropLast())) : callbacks
    let path = (WebAddress(url)?.path ?? "").utf8.split(separator: UInt8(ascii: "/"))
      .map { Substring($0) }
    if path.dropLast().last == "callbacks" { return url }
    return path.last == "callbacks" ? "\(url)/\(account)" : "\(url)/callbacks/\(account)"
  }
}
