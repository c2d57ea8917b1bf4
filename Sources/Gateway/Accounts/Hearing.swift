import Payins
import Synchronization

/// Which accounts' payments are told by callbacks: those whose last twenty were. Nobody is taken
/// for one by what a callback says, which anybody might send, but by money that was found after a
/// callback said so; one payment that was not told ends it. Not kept: after a start each has to be
/// heard of anew.
final class Hearing: Sendable {
  /// Payments in a row that were told, until an account is believed to call back.
  static let trusted = 20

  /// By account, up to `trusted`.
  private let told = Mutex<[String: Int]>([:])

  func callsBack(_ account: String) -> Bool {
    told.withLock { $0[account, default: 0] >= Self.trusted }
  }

  /// Learns from money that a change has recorded.
  func learn(from before: Payin, to after: Payin) {
    for receipt in after.receipts.dropFirst(before.receipts.count) {
      guard let attempt = after.attempt(receipt.attempt) else { continue }
      let account = attempt.target.account
      let isTold = attempt.heard.map { heard in
        // Not by a word about an earlier payment, nor one that something else was learnt since.
        heard.saysPaid && heard.at >= before.lastEvidence?.at ?? before.createdAt
      }
      told.withLock { told in
        told[account] = isTold == true ? min(told[account, default: 0] + 1, Self.trusted) : 0
      }
    }
  }
}
