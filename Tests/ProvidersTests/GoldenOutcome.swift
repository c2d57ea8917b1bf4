import HTTPCalling
import JSONText
import Payins

@testable import Providers

/// Outcomes as `case.json` writes them; sentences for people are left out.
enum GoldenOutcome {
  static func json(_ outcome: CreateOutcome) -> JSON {
    switch outcome {
    case .accepted(let acceptance):
      [
        "outcome": .string(outcome.label), "provider_order_id": JSON(acceptance.providerOrderID),
        "instructions": json(acceptance.instructions),
      ]
    case .declined(let refusal), .questioned(let refusal), .unauthorized(let refusal),
      .neverSent(let refusal), .inDoubt(let refusal):
      ["outcome": .string(outcome.label), "code": .string(refusal.code)]
    case .refused(let refusal, let word):
      [
        "outcome": .string(outcome.label), "code": .string(refusal.code), "word": .string(word),
      ]
    }
  }

  static func json(_ outcome: QueryOutcome) -> JSON {
    switch outcome {
    case .found(let report): ["outcome": "found", "report": json(report)]
    case .absent: ["outcome": "absent"]
    case .undetermined(let refusal), .unauthorized(let refusal), .mismatch(let refusal):
      ["outcome": .string(outcome.label), "code": .string(refusal.code)]
    case .refused(let refusal, let word):
      [
        "outcome": .string(outcome.label), "code": .string(refusal.code), "word": .string(word),
      ]
    }
  }

  /// - Parameter order: whose word each entry of a page is asked for.
  static func json(_ outcome: ListOutcome, _ order: Order) -> JSON {
    switch outcome {
    case .noPage(let outcome): json(outcome)
    case .page(let orders):
      [
        "outcome": "page",
        "orders": .array(
          orders.map { entry in
            [
              "number": JSON(entry.number), "provider_order_id": JSON(entry.providerOrderID),
              "created_at": JSON(entry.createdAt?.rfc3339),
              "says": entry.read(order).map(json) ?? .null,
            ]
          }),
      ]
    }
  }

  static func json(_ reading: CallbackReading) -> JSON {
    switch reading {
    case .forged: ["reading": "forged"]
    case .malformed: ["reading": "malformed"]
    case .ping(let note): ["reading": "ping", "note": .string(note)]
    case .notice(let notice):
      [
        "reading": "notice", "grade": .string(notice.grade.label),
        "lookups": .array(
          notice.lookups.map {
            switch $0 {
            case .ours(let number): ["ours": .string(number)]
            case .theirs(let id): ["theirs": .string(id)]
            }
          }),
        "report": json(notice.report),
      ]
    }
  }

  /// As they are stored.
  private static func json(_ instructions: Instructions?) -> JSON {
    instructions.flatMap { try? JSON(parsing: $0.stored) } ?? .null
  }

  static func json(_ report: StatusReport) -> JSON {
    var object: JSONObject = [
      "status": .string(report.status.label),
      "deposits": .array(report.deposits.map(json)),
      "provider_order_id": JSON(report.providerOrderID),
      "instructions": json(report.instructions), "note": JSON(report.note),
    ]
    if case .unrecognised(let word) = report.status { object["word"] = .string(word) }
    return .object(object)
  }

  private static func json(_ deposit: Deposit) -> JSON {
    var object: JSONObject = [
      "identity": .string(deposit.identity), "amount": JSON(deposit.amount),
      "received_at": JSON(deposit.receivedAt?.rfc3339),
      "provider_reference": JSON(deposit.providerReference),
    ]
    object["unreadable_time"] = deposit.unreadableTime.map(JSON.string)
    return .object(object)
  }
}
