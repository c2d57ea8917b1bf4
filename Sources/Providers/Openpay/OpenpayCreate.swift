public import HTTPCalling
import JSONText
public import Payins

/// POST /charges (S001 "Cargo en tienda", "Cargo en banco"; dossier 3.3, 3.4).
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
    // Demanded for a store; for a bank charge it helps, but only whole (dossier 3.3).
    if order.payer.name != nil, order.payer.email != nil {
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
    guard (200..<300).contains(response.status) else { return Self.refused(response) }
    guard let json = try? JSON(parsing: response.body), let charge = OpenpayCharge(json) else {
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

  private enum Meaning {
    case rejected, unauthorized, duplicate, inDoubt
  }

  /// S001 "Códigos de error", and the further codes of dossier 3.7. Codes of cards, transfers and
  /// stored accounts cannot answer a cash or SPEI charge: like unknown ones they leave doubt.
  private static let meanings: [String: Meaning] = [
    "1001": .rejected, "1002": .unauthorized, "1003": .rejected, "1005": .rejected,
    "1006": .duplicate, "1007": .rejected, "1008": .unauthorized, "1009": .rejected,
    "1010": .unauthorized, "1012": .rejected, "1013": .rejected, "1014": .unauthorized,
    "1015": .inDoubt, "1017": .inDoubt, "1020": .rejected,
  ]

  private static func refused(_ response: HTTPResponse) -> CreateOutcome {
    let byStatus =
      CreateOutcome.ofStatus(response.status)
      ?? .inDoubt(.unexpected("HTTP \(response.status)"))
    guard response.status < 500, let error = try? JSON(parsing: response.body),
      let code = error["error_code"]?.wireText?.safeWord, let meaning = meanings[code]
    else { return byStatus }
    let request = error["request_id"]?.string?.safeWord.map { ", request \($0)" } ?? ""
    let detail = "code \(code)\(request)"
    // Duplicates have been seen under 1001 with the wording of 1006 (dossier 3.6).
    let words = error["description"]?.string ?? ""
    if meaning == .duplicate || words.utf8.contains("already been processed".utf8) {
      return .inDoubt(.duplicate(detail))
    }
    switch meaning {
    case .rejected: return .declined(.rejected(detail))
    case .unauthorized: return .declined(.unauthorized(detail))
    case .duplicate, .inDoubt: return .inDoubt(.unexpected(detail))
    }
  }
}
