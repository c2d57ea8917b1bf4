import Foundation
import Gateway
import HTTPCalling
import Payins
import Providers

/// Asks an account for an order that does not exist: the provider's answer shows that it is
/// reached and that it takes our credentials and signature, and nothing is made there.
struct AccountProbe {
  let caller: any HTTPCaller
  let time: any TimeSource
  let entropy: any Entropy
  let publicURL: String

  func check(_ account: Account) async -> Finding {
    let name = "account \(account.id)"
    let start = time.now()
    let outcome = await caller.call(
      request(account, at: start),
      limits: CallLimits(totalMilliseconds: Int(account.limits.timeoutSeconds * 1000)))
    let took = "\(time.now().milliseconds(since: start)) ms"
    switch outcome {
    case .neverSent(let failure), .sentNoAnswer(let failure):
      return Finding(name, .fail, "cannot be reached: \(failure)")
    case .answered(let response):
      guard let provider = account.provider as? any Queryable else {
        return Finding(
          name, .ok, "answers in \(took); its credentials are proven by the first payment only")
      }
      switch provider.queryOutcome(response, order(account, at: start)) {
      case .absent, .found, .mismatch:
        return Finding(name, .ok, "answers in \(took) and takes our credentials")
      case .undetermined(let refusal):
        // How CashyPay and SmilePayz answer for an unknown order is not published.
        let refused = [401, 403].contains(response.status) || response.status >= 500
        return Finding(
          name, refused ? .fail : .warn,
          "answers \(response.status) in \(took); judge from its words whether it takes our"
            + " credentials: \(refusal.message)")
      }
    }
  }

  private func request(_ account: Account, at now: Instant) -> HTTPRequest {
    guard let provider = account.provider as? any Queryable else {
      return HTTPRequest(method: "GET", url: account.identity.baseURL + "/")
    }
    return provider.queryRequest(order(account, at: now), at: now)
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
