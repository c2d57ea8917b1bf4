import JSONText
import Payins
import Providers
import Storage

/// What a callback said, as it is kept and read back.
extension CallbackRecord {
  /// The most bytes of a notice that are kept; a larger one is no provider's.
  private static let mostBytes = 4096

  /// - Parameter now: when it came.
  init(id: EventID, key: CallbackKey, _ notice: CallbackNotice, at now: Instant) {
    let report = notice.report
    self.init(
      id: id, key: key, receivedAt: now, payin: nil,
      orderNumber: notice.lookups.lazy.compactMap(\.ours).first,
      providerOrderID: notice.lookups.lazy.compactMap(\.theirs).first ?? report.providerOrderID,
      amount: report.amount, grade: notice.grade.label,
      notice: [
        "lookups": .array(notice.lookups.map(\.stored)), "report": report.stored,
      ])
    let sizes = [orderNumber, providerOrderID].map { $0?.utf8.count ?? 0 }
    guard sizes.reduce(self.notice.bytes.count, +) > Self.mostBytes else { return }
    self.notice = .null
    (orderNumber, providerOrderID) = (nil, nil)
  }

  /// Nil where an earlier release kept none of it.
  var said: CallbackNotice? {
    guard let report = notice["report"].flatMap(StatusReport.init(stored:)),
      let grade = EvidenceGrade(label: grade)
    else { return nil }
    let lookups = (notice["lookups"]?.array ?? []).compactMap(OrderReference.init(stored:))
    return CallbackNotice(lookups: lookups, grade: grade, report: report)
  }
}

extension StatusReport {
  /// Centavos that it says came, or else are asked for; nil where it says neither or no sum of it
  /// can be believed.
  fileprivate var amount: Int64? {
    guard !deposits.isEmpty else { return orderAmount }
    var sum: Int64 = 0
    for deposit in deposits {
      let (next, isOver) = sum.addingReportingOverflow(deposit.amount)
      if isOver { return nil }
      sum = next
    }
    return sum
  }
}

extension OrderReference {
  fileprivate var ours: String? { if case .ours(let number) = self { number } else { nil } }
  fileprivate var theirs: String? { if case .theirs(let id) = self { id } else { nil } }

  fileprivate var stored: JSON {
    switch self {
    case .ours(let number): ["ours": JSON(number)]
    case .theirs(let id): ["theirs": JSON(id)]
    }
  }

  fileprivate init?(stored json: JSON) {
    if let number = json["ours"]?.string {
      self = .ours(number)
    } else if let id = json["theirs"]?.string {
      self = .theirs(id)
    } else {
      return nil
    }
  }
}

extension Committer {
  /// The attempt whose order a callback speaks of.
  func place(
    of notice: CallbackNotice, account: String
  ) async throws(DatabaseError) -> AttemptReference? {
    for lookup in notice.lookups {
      if let place = try await database.attempt(account: account, number: lookup) {
        return place
      }
    }
    return nil
  }
}
