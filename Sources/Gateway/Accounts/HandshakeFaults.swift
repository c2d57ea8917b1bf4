import HTTPCalling
import JSONText
import Synchronization

/// Says what is wrong with a provider's certificate or handshake: its name, its date, its issuer.
/// Once, until a call is answered or something else is wrong.
final class HandshakeFaults: Sendable {
  private let told = Mutex<[String: String]>([:])
  private let log: Log

  init(log: Log) { self.log = log }

  func saw(_ outcome: CallOutcome, of account: String) {
    switch outcome {
    case .answered: told.withLock { $0[account] = nil }
    case .neverSent(let failure), .sentNoAnswer(let failure):
      guard failure.label == .tls else { return }
      let isNew = told.withLock { $0.updateValue(failure.message, forKey: account) }
      guard isNew != failure.message else { return }
      log.error(
        "no secure connection to a provider",
        ["account": .string(account), "detail": .string(failure.message)])
    }
  }
}
