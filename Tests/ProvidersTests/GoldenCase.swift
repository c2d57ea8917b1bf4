import Foundation
import HTTPCalling
import JSONText
import Payins
import Testing

@testable import Providers

/// One folder of `Golden/<provider>/`: `case.json` and the exact bytes of what is sent and
/// received.
struct GoldenCase: CustomTestStringConvertible {
  let provider: String
  let folder: URL
  let json: JSON
  let settings: GoldenSettings
  let order: Order
  let now: Instant

  var name: String { folder.lastPathComponent }
  var testDescription: String { "\(provider)/\(name)" }
  var operation: String { json["operation"]?.string ?? "" }
  var covers: [String] { json["covers"]?.array?.compactMap(\.string) ?? [] }
  var expected: JSON { json["expect"] ?? .null }

  init(provider: String, folder: URL, account: JSON) throws {
    self.provider = provider
    self.folder = folder
    json = try GoldenAccount.read(folder.appending(path: "case.json"))
    settings = GoldenSettings(account: account, changing: json["settings"], case: json)
    let order = (account["order"]?.object ?? [:]).merged(with: json["order"]?.object ?? [:])
    self.order = try Order(golden: .object(order))
    now = try Instant(golden: json["now"] ?? account["now"])
  }

  /// Files in the form of HTTP/1.1 with bare line feeds; the body is everything after the first
  /// empty line, as it is.
  func message(_ name: String) throws -> (start: String, headers: [HTTPHeader], body: [UInt8])? {
    guard let data = try? Data(contentsOf: folder.appending(path: name)) else { return nil }
    guard let end = data.firstRange(of: Data("\n\n".utf8)) else { return ("", [], []) }
    let lines = String(decoding: data[..<end.lowerBound], as: UTF8.self)
      .split(separator: "\n").map(String.init)
    let headers = try lines.dropFirst().map { line in
      guard let colon = line.firstRange(of: ": ") else { throw GoldenFault("a header: \(line)") }
      return HTTPHeader(String(line[..<colon.lowerBound]), String(line[colon.upperBound...]))
    }
    return (lines.first ?? "", headers, Array(data[end.upperBound...]))
  }

  func response() throws -> HTTPResponse {
    guard let message = try message("response.http"),
      let status = message.start.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { throw GoldenFault("\(testDescription) needs a response.http") }
    return HTTPResponse(status: status, headers: message.headers, body: message.body)
  }

  func delivery() throws -> CallbackDelivery {
    guard let message = try message("delivery.http") else {
      throw GoldenFault("\(testDescription) needs a delivery.http")
    }
    return CallbackDelivery(headers: message.headers, body: message.body, receivedAt: now)
  }
}

extension Order {
  init(golden json: JSON) throws {
    guard let number = json["number"]?.string,
      let method = json["method"]?.string.flatMap(Payins.Method.init(rawValue:)),
      let amount = json["amount"]?.int64, let description = json["description"]?.string,
      let callbackURL = json["callback_url"]?.string
    else { throw GoldenFault("the order is not complete") }
    let payer = json["payer"] ?? .null
    self.init(
      number: number, providerOrderID: json["provider_order_id"]?.string, method: method,
      amount: amount, currency: .mxn, description: description,
      payer: Payer(
        name: payer["name"]?.string, email: payer["email"]?.string, phone: payer["phone"]?.string),
      createdAt: try Instant(golden: json["created_at"]),
      expiresAt: try Instant(golden: json["expires_at"]), callbackURL: callbackURL,
      returnURL: json["return_url"]?.string)
  }
}

extension Instant {
  fileprivate init(golden json: JSON?) throws {
    guard let instant = json?.string.flatMap({ Instant(rfc3339: $0) }) else {
      throw GoldenFault("a time is missing or wrong")
    }
    self = instant
  }
}
