import HTTPServing

/// So many calls at once, and so many a second after them.
struct RatePolicy: Equatable, Sendable {
  /// A bounded word for header fields and metrics.
  var name: String
  var burst: Int64
  var perSecond: Int64

  /// Structured fields (draft-ietf-httpapi-ratelimit-headers): a quota for a window in seconds.
  var field: String { "\"\(name)\";q=\(burst);w=\(max(1, burst / perSecond))" }
}

/// What a call found in its bucket.
struct RateStanding: Equatable, Sendable {
  var policy: RatePolicy
  var isAllowed: Bool
  /// Calls that are left.
  var remaining: Int64
  /// Until all are there again, in seconds.
  var resetSeconds: Int64
  /// Until one is there again, in seconds.
  var retrySeconds: Int64

  var field: String { "\"\(policy.name)\";r=\(remaining);t=\(resetSeconds)" }
}

/// A bucket of tokens, in thousandths: one a second is one thousandth a millisecond.
struct TokenBucket: Sendable {
  private var thousandths: Int64
  private var at: Int64

  init(_ policy: RatePolicy, at now: Int64) {
    thousandths = policy.burst * 1000
    at = now
  }

  /// - Parameters:
  ///   - tokens: 0 only looks.
  ///   - now: in milliseconds of a clock that never goes back.
  mutating func take(_ tokens: Int64, _ policy: RatePolicy, at now: Int64) -> RateStanding {
    fill(policy, at: now)
    let isAllowed = thousandths >= 1000
    if isAllowed { thousandths -= tokens * 1000 }
    let full = policy.burst * 1000
    return RateStanding(
      policy: policy, isAllowed: isAllowed, remaining: thousandths / 1000,
      resetSeconds: Self.seconds(for: full - thousandths, policy),
      retrySeconds: max(1, Self.seconds(for: 1000 - thousandths, policy)))
  }

  /// How much of it is gone, in thousandths.
  func missing(_ policy: RatePolicy, at now: Int64) -> Int64 {
    var filled = self
    filled.fill(policy, at: now)
    return policy.burst * 1000 - filled.thousandths
  }

  private mutating func fill(_ policy: RatePolicy, at now: Int64) {
    let passed = min(max(0, now - at), policy.burst * 1000)
    thousandths = min(policy.burst * 1000, thousandths + passed * policy.perSecond)
    at = max(at, now)
  }

  private static func seconds(for thousandths: Int64, _ policy: RatePolicy) -> Int64 {
    let perSecond = policy.perSecond * 1000
    return max(0, (thousandths + perSecond - 1) / perSecond)
  }
}

/// A bucket for each address, in a table that does not grow: where one must make room, the one
/// that misses least does, for its address loses least by beginning anew.
struct AddressBuckets: Sendable {
  private static let ways = 8

  private struct Entry {
    var address: NetworkAddress
    var bucket: TokenBucket
  }

  let policy: RatePolicy
  private var sets: [[Entry]]

  /// - Parameter count: buckets at most; a multiple of 8.
  init(_ policy: RatePolicy, count: Int = 8192) {
    self.policy = policy
    sets = Array(repeating: [], count: count / Self.ways)
  }

  mutating func take(_ tokens: Int64, from address: NetworkAddress, at now: Int64) -> RateStanding {
    let address = address.counted
    // Hashes differ from process to process: nobody can aim at another's set.
    let set = Int(UInt(bitPattern: address.hashValue) % UInt(sets.count))
    if let place = sets[set].firstIndex(where: { $0.address == address }) {
      return sets[set][place].bucket.take(tokens, policy, at: now)
    }
    var bucket = TokenBucket(policy, at: now)
    let standing = bucket.take(tokens, policy, at: now)
    guard tokens > 0 else { return standing }
    let entry = Entry(address: address, bucket: bucket)
    if sets[set].count < Self.ways {
      sets[set].append(entry)
    } else {
      let policy = policy
      let place = sets[set].indices.min {
        sets[set][$0].bucket.missing(policy, at: now)
          < sets[set][$1].bucket.missing(policy, at: now)
      }
      sets[set][place ?? 0] = entry
    }
    return standing
  }
}
