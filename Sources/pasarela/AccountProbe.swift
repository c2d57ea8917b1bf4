import Foundation
import Gateway
import HTTPCalling
import Payins
import Providers

/// Asks an account what shows that it is reached and takes our credentials and signature, and
/// makes nothing there.
struct AccountProbe {
  let caller: any HTTPClient
  let time: any TimeSource
  let entropy: any Entropy
  let publicURL: String

  func check(_ account: Account) async -> Finding {
    let name = "account \(account.id)"
    let (now, start) = (time.now(), time.steady())
    let outcome = await caller.call(
      request(account, at: now),
      limits: CallLimits(totalMilliseconds: Int(account.limits.timeoutSeconds * 1000)))
    let took = "\(time.steady().milliseconds(since: start)) ms"
    switch outcome {
    case .neverSent(let failure), .sentNoAnswer(let failure):
      return Finding(name, .fail, "cannot be reached: \(failure)")
    case .answered(let response):
      switch verdict(account, response, at: now) {
      case .taken: return Finding(name, .ok, "answers in \(took) and takes our credentials")
      case .refused(let words):
        return Finding(name, .fail, "answers in \(took) and refuses our credentials: \(words)")
      case .unclear(let words):
        return Finding(
          name, response.status >= 500 ? .fail : .warn,
          "answers in \(took), and not so that it shows whether it takes our credentials: \(words)")
      }
    }
  }

  private func request(_ account: Account, at now: Instant) -> HTTPRequest {
    switch account.provider {
    case let provider as any ChecksCredentials: provider.credentialsRequest()
    case let provider as any Queryable:
      provider.queryRequest(order(account, at: now), at: now)
    default: HTTPRequest(method: "GET", url: account.identity.baseURL + "/")
    }
  }

  private func verdict(
    _ account: Account, _ response: HTTPResponse, at now: Instant
  ) -> CredentialsVerdict {
    switch account.provider {
    case let provider as any ChecksCredentials: return provider.credentials(response)
    case let provider as any Queryable:
      switch provider.queryOutcome(response, order(account, at: now)) {
      case .absent, .found, .mismatch: return .taken
      case .unauthorized(let refusal): return .refused(refusal.message)
      case .undetermined(let refusal), .refused(let refusal, _):
        return .unclear(refusal.message)
      }
    default: return .unclear("it has no call to see that by")
    }
  }

  private func order(_ account: Account, at now: Instant) -> Order {
    Order(
      number: "DOCTOR" + AttemptID.make(at: now, entropy: entropy).body.uppercased().suffix(20),
      method: account.capabilities.keys.sorted { $0.rawValue < $1.rawValue }.first ?? .spei,
      amount: 10_000, currency: .mxn, description: "doctor", payer: Payer(), createdAt: now,
      expiresAt: now.adding(seconds: 3600),
      callbackURL: "\(publicURL)/callbacks/\(account.id)")
  }
}
