import Crypto
import HTTPServing
import Synchronization

/// Pages as they were compressed last: whoever knows a page's address may ask for it all day, and
/// compressing is by far the dearest part of the answer.
final class CompressedPages: Sendable {
  /// Some 2 MB of them; all are forgotten where one more comes.
  private static let most = 256

  private let kept = Mutex<[[UInt8]: [UInt8]]>([:])

  /// The page as a gzip member.
  func member(of page: [UInt8]) -> [UInt8] {
    let digest = Digest.sha256(page)
    if let known = kept.withLock({ $0[digest] }) { return known }
    let made = Gzip.member(of: page)
    kept.withLock { kept in
      if kept.count >= Self.most { kept = [:] }
      kept[digest] = made
    }
    return made
  }
}
