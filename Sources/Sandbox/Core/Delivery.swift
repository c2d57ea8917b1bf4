internal import HTTPCalling
internal import JSONText

/// A webhook message and what became of it. Its bytes and signature are made once and the same in
/// every attempt.
struct Delivery: Sendable {
  /// What the receiver has to answer.
  enum Acknowledgement: Sendable {
    /// Any 2xx (Providers/Openpay/README 3.9).
    case success
    /// A 2xx whose body is exactly this: `SUCCESS` (Providers/CashyPay/README 2.9 and
    /// Providers/SmilePayz/README 1.12).
    case word(String)

    func accepts(_ response: HTTPResponse) -> Bool {
      guard (200..<300).contains(response.status) else { return false }
      return switch self {
      case .success: true
      case .word(let word): response.body == Array(word.utf8)
      }
    }
  }

  enum State: String, Sendable {
    case waiting, sending, delivered, exhausted
    /// By a fault: the provider takes it for delivered.
    case lost
  }

  struct Attempt: Sendable {
    let at: Instant
    /// Nil without answer.
    let status: Int?
    /// The start of the answer's body, or why there is none.
    let answer: String
  }

  let id: Int
  let message: WebhookMessage
  /// Sent in place of the right ones in the first attempt.
  let firstHeaders: [HTTPHeader]?
  var state = State.waiting
  var nextAttemptAt: Instant?
  var attempts: [Attempt] = []

  var request: HTTPRequest {
    let headers = attempts.isEmpty ? firstHeaders ?? message.headers : message.headers
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
      "state": .string(state.rawValue), "next_try_at": JSON(nextAttemptAt?.mexico),
      "body": .string(String(decoding: message.body, as: UTF8.self)),
      "tries": .array(
        attempts.map { attempt in
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
  let provider: ProviderName
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
  /// Minutes from each failed attempt to the next.
  let retryMinutes: [Int64]
}
