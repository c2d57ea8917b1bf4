import Gateway
import HTTPServing
import Payins

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

extension TokenBucket {
  init(_ policy: RatePolicy, at now: Instant) {
    self.init(perSecond: policy.perSecond, burst: policy.burst, at: now)
  }

  /// - Parameter tokens: 0 only looks.
  mutating func take(_ tokens: Int64, _ policy: RatePolicy, at now: Instant) -> RateStanding {
    RateStanding(
      policy: policy, isAllowed: take(tokens, at: now), remaining: Int64(available(at: now)),
      resetSeconds: seconds(until: policy.burst, at: now),
      retrySeconds: max(1, seconds(until: 1, at: now)))
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

  mutating func take(_ tokens: Int64, from address: NetworkAddress, at now: Instant) -> RateStanding
  {
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
      let place = sets[set].indices.min {
        sets[set][$0].bucket.missing(at: now) < sets[set][$1].bucket.missing(at: now)
      }
      sets[set][place ?? 0] = entry
    }
    return standing
  }
}
