import Foundation
import HTTPCalling
import JSONText
import Payins
import Providers
import Storage
import Synchronization

/// Openpay's side of a bench: its books, which answer a question about a charge and a page of the
/// list.
final class OpenpayBooks: Sendable {
  /// Newest first.
  private let charges = Mutex<[JSONObject]>([])

  static func provider(_ identity: AccountIdentity) throws -> any Provider {
    var reader = ObjectReader([
      "merchant_id": "m", "private_key": "sk_test",
      "callback": ["user": "u", "password": "a password of some length"],
    ])
    guard let provider = Openpay(account: identity, settings: &reader) else {
      throw DatabaseError.damaged("the bench's settings")
    }
    return provider
  }

  /// A charge under way, of the pay-in's only attempt.
  func add(_ payin: Payin) {
    guard let attempt = payin.attempts.first, let id = attempt.providerOrderID else { return }
    add(id, number: attempt.orderNumber, at: payin.createdAt)
  }

  func add(_ id: String, number: String, at instant: Instant) {
    let charge: JSONObject = [
      "id": JSON(id), "amount": 150, "method": "bank_account", "status": "in_progress",
      "currency": "MXN", "creation_date": JSON(instant.rfc3339), "order_id": JSON(number),
      "payment_method": ["type": "bank_transfer", "clabe": "646180109400135624"],
    ]
    charges.withLock { $0.insert(charge, at: 0) }
  }

  func change(_ payin: Payin, _ members: JSONObject) {
    let number = payin.attempts[0].orderNumber
    charges.withLock { charges in
      guard let index = charges.firstIndex(where: { $0["order_id"]?.string == number }) else {
        return
      }
      for (key, value) in members.members { charges[index][key] = value }
    }
  }

  func remove(_ payin: Payin) {
    let number = payin.attempts[0].orderNumber
    charges.withLock { $0.removeAll { $0["order_id"]?.string == number } }
  }

  func answer(_ request: HTTPRequest) -> CallOutcome {
    let charges = charges.withLock { $0.map(JSON.object) }
    guard let query = URLComponents(string: request.url)?.queryItems else {
      let id = request.url.components(separatedBy: "/").last
      let found = charges.first { $0["id"]?.string == id }
      return .answered(HTTPResponse(status: found == nil ? 404 : 200, body: found?.bytes ?? []))
    }
    func number(_ name: String) -> Int {
      query.first { $0.name == name }?.value.flatMap { Int($0) } ?? 0
    }
    let page = charges.dropFirst(number("offset")).prefix(number("limit"))
    return .answered(HTTPResponse(status: 200, body: JSON.array(Array(page)).bytes))
  }
}
