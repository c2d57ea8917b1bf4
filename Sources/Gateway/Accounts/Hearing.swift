import Payins
import Synchronization

/// Which accounts' payments are told by callbacks: those whose last payment was. Nobody is taken
/// for one by what a callback says, which anybody might send, but by money that was found after a
/// callback said so. Not kept: after a start each has to be heard of anew.
final class Hearing: Sendable {
  private let accounts = Mutex<Set<String>>([])

  func callsBack(_ account: String) -> Bool { accounts.withLock { $0.contains(account) } }

  /// Learns from money that a change has recorded.
  func learn(from before: Payin, to after: Payin) {
    for receipt in after.receipts.dropFirst(before.receipts.count) {
      guard let attempt = after.attempt(receipt.attempt) else { continue }
      let account = attempt.target.account
      let isTold = attempt.heard.map { heard in
        // Not by a word about an earlier payment, nor one that something else was learnt since.
        heard.saysPaid && heard.at >= before.lastEvidence?.at ?? before.createdAt
      }
      accounts.withLock { accounts in
        if isTold == true { accounts.insert(account) } else { accounts.remove(account) }
      }
    }
  }
}
