import JSONText
public import Payins

extension Payin: KeptOperation {
  public static let layout = OperationLayout(
    table: "payins",
    columns: [
      .init(name: "reference"), .init(name: "status"), .init(name: "method"),
      .init(name: "account"), .init(name: "amount", isNumeric: true),
      .init(name: "created_ms", isNumeric: true), .init(name: "token"),
      .init(name: "discrepant", isNumeric: true, isChecked: false),
      .init(name: "disputed", isNumeric: true, isChecked: false),
      .init(name: "watched", isChecked: false),
    ], reference: ["merchant", "reference"], hasOpening: true, hasSecrets: true,
    flag: ("disputed", "payins_disputed", "created_ms, id"), watched: "watched")

  public var listing: [ListedValue] {
    let target = currentAttempt.target
    return [
      .text(request.merchantReference), .text(status.rawValue), .text(target.method.rawValue),
      .text(target.account), .number(request.amount), .number(createdAt.milliseconds),
      .text(token), .mark(isDiscrepant), .mark(isDisputed),
      onlyWatched.map { .text($0.text) } ?? .none,
    ]
  }

  public var keptOpening: [UInt8]? { storedOpening }
  public var keptStanding: [UInt8] { storedStanding }

  public init?(kept: KeptDocuments) {
    self.init(
      opening: kept.opening, standing: kept.standing, payer: kept.payer, answers: kept.answers)
    if attempts.isEmpty { return nil }
    if let silence = kept.silence { self = after(silence) }
  }
}
