import Synchronization

/// The endpoints whose last call failed, by the accounts that their jobs load.
final class FailingEndpoints: Sendable {
  private let state = Mutex<Set<String>>([])

  var accounts: Set<String> { state.withLock { $0 } }

  func note(_ account: String, isFailing: Bool) {
    state.withLock { accounts in
      if isFailing { accounts.insert(account) } else { accounts.remove(account) }
    }
  }
}
