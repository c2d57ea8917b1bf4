public import HTTPCalling
import JSONText
public import Payins

/// POST /charges (S001 "Cargo en tienda", "Cargo en banco"; README 3.3, 3.4).
extension Openpay {
  public func createRequest(_ order: Order, at now: Instant) -> HTTPRequest {
    var body: JSONObject = [
      "method": .string(order.method.openpayWord),
      "amount": .number(.decimal(order.amount, places: 2)),
      "currency": .string(order.currency.rawValue),
      "description": .string(LimitedText.utf16(order.description, 250).or("Pago")),
      "order_id": .string(order.number),
      // Without an offset it would be read as Mexico City's wall clock.
      "due_date": .string(order.expiresAt.text(offsetMinutes: 0)),
    ]
    // Demanded for a store; for a bank charge it helps, but only whole (README 3.3).
    if order.payer.name != nil, LimitedText.whole(order.payer.email, 100) != nil {
      body["customer"] = .object(Self.customer(order.payer))
    }
    return HTTPRequest(
      method: "POST", url: "\(root)/charges",
      headers: [authorization, HTTPHeader("Content-Type", "application/json")],
      body: JSON.object(body).bytes)
  }

  /// At most 100 characters each (S001 "Crear un nuevo cliente"). We have one name where Openpay
  /// has two: the first word is the first name.
  private static func customer(_ payer: Payer) -> JSONObject {
    let names = (payer.name ?? "").unicodeScalars
      .split(maxSplits: 1) { $0.properties.isWhitespace }.map { String($0) }
    let last = names.count > 1 ? LimitedText.utf16(names[1], 100) : ""
    var customer: JSONObject = [
      "name": .string(LimitedText.utf16(names.first ?? "", 100).or("Cliente"))
    ]
    customer["last_name"] = last.isEmpty ? nil : .string(last)
    customer["email"] = LimitedText.whole(payer.email, 100).map(JSON.string)
    customer["phone_number"] = LimitedText.whole(payer.phone, 100).map(JSON.string)
    return customer
  }

  public func createOutcome(_ response: HTTPResponse, _ order: Order) -> CreateOutcome {
    guard (200..<300).contains(response.status) else { return refused(response) }
    guard let json = JSON(wire: response.body), let charge = OpenpayCharge(json) else {
      return .inDoubt(.unreadable)
    }
    if let contradiction = charge.contradiction(of: order) { return .inDoubt(contradiction) }
    let status = charge.reportedStatus
    guard status == .pending || status == .paid else {
      return .inDoubt(.unexpected("a new charge is \(status.label)"))
    }
    return .accepted(
      Acceptance(
        providerOrderID: charge.id,
        instructions: charge.instructions(order.method, anyCLABE: identity.isSandbox)))
  }

  private func refused(_ response: HTTPResponse) -> CreateOutcome {
    let byStatus =
      CreateOutcome.ofStatus(response.status)
      ?? .inDoubt(.unexpected("HTTP \(response.status)"))
    guard response.status < 500, let error = OpenpayError(response.body) else { return byStatus }
    if let meaning = words.meaning(error.code) {
      return .refusal(meaning, word: error.code, detail: error.detail)
    }
    // Duplicates have been seen under 1001 as well (README 3.6); what its sentence says, in
    // whatever language, is no proof: one look at the books is.
    if error.code == OpenpayError.badRequest { return .questioned(.rejected(error.detail)) }
    return .refusal(nil, word: error.code, detail: error.detail, status: response.status)
  }
}
