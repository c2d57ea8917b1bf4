internal import HTTPCalling
internal import JSONText

/// A webhook message and what became of it. Its bytes and signature are made once and the same in
/// every try.
struct Delivery: Sendable {
  /// What the receiver has to answer.
  enum Acknowledgement: Sendable {
    /// Any 2xx (Providers/Openpay/README 3.9).
    case success
    /// A 2xx whose body is exactly `SUCCESS` (Providers/CashyPay/README 2.9 and
    /// Providers/SmilePayz/README 1.12).
    case word

    func accepts(_ response: HTTPResponse) -> Bool {
      guard (200..<300).contains(response.status) else { return false }
      return switch self {
      case .success: true
      case .word: response.body == Array("SUCCESS".utf8)
      }
    }
  }

  enum State: String, Sendable {
    case waiting, sending, delivered, exhausted
    /// By a fault: the provider takes it for delivered.
    case lost
  }

  struct Try: Sendable {
    let at: Instant
    /// Nil without answer.
    let status: Int?
    /// The start of the answer's body, or why there is none.
    let answer: String
  }

  let id: Int
  let message: WebhookMessage
  /// Sent in place of the right ones in the first try.
  let firstHeaders: [HTTPHeader]?
  var state = State.waiting
  var nextTryAt: Instant?
  var tries: [Try] = []

  var request: HTTPRequest {
    let headers = tries.isEmpty ? firstHeaders ?? message.headers : message.headers
    return HTTPRequest(
      method: "POST", url: message.url,
      headers: [HTTPHeader("Content-Type", "application/json")] + headers, body: message.body)
  }

  var isOver: Bool { state != .waiting && state != .sending }

  var json: JSON {
    [
      "id": JSON(id), "provider": .string(message.provider.rawValue),
      "order": JSON(message.orderID), "number": JSON(message.number),
      "event": .string(message.event), "url": .string(message.url),
      "state": .string(state.rawValue), "next_try_at": JSON(nextTryAt?.mexico),
      "body": .string(String(decoding: message.body, as: UTF8.self)),
      "tries": .array(
        tries.map { attempt in
          [
            "at": .string(attempt.at.mexico), "status": JSON(attempt.status.map(Int64.init)),
            "answer": .string(attempt.answer),
          ]
        }),
    ]
  }
}

/// What a provider tells a receiver.
struct WebhookMessage: Sendable {
  let provider: Provider
  let orderID: String?
  let number: String?
  /// As `charge.succeeded`, or the status that is told.
  let event: String
  let url: String
  /// The signature or the password; `Content-Type` comes by itself.
  let headers: [HTTPHeader]
  /// The same headers, wrong.
  let forgedHeaders: [HTTPHeader]
  let body: [UInt8]
  let acknowledgement: Delivery.Acknowledgement
  /// Minutes from each failed try to the next.
  let retryMinutes: [Int64]
}
