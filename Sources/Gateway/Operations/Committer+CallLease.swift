import Crypto
import Payins
import Storage

extension Committer.CallLease {
  /// From now on, for as long as any call takes.
  init(_ lease: Lease, for calls: ProviderClient) {
    self.lease = lease
    until = calls.leaseEnd(at: calls.time.now())
  }
}

extension Lease {
  static func new(_ entropy: any Entropy) -> Lease { Lease(token: Hex.encode(entropy.bytes(12))) }
}

extension ProviderClient {
  /// Longer than any call to a provider and the commit after it.
  func leaseEnd(at now: Instant) -> Instant {
    let longest = accounts.values.map(\.limits.timeoutSeconds).max() ?? 30
    return now.adding(seconds: longest + 15)
  }
}
