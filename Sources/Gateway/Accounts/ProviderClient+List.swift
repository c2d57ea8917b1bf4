import Payins
import Providers

/// When a list is asked in place of single questions.
public struct ListPolicy: Sendable {
  /// Questions of an account that are due together; fewer are asked one by one.
  public var leastQuestions: Int
  /// Answers for which a page is worth its call: where it has fewer, no further one is read.
  public var leastAnswers: Int
  /// Questions that are asked together at most.
  static let mostQuestions = 500
  /// Pages that are read in one go.
  static let mostPages = 20

  public init(leastQuestions: Int = 8, leastAnswers: Int = 4) {
    self.leastQuestions = leastQuestions
    self.leastAnswers = leastAnswers
  }
}

/// A question about an attempt's order.
struct OpenQuestion: Sendable {
  var payin: Payin
  var attempt: Attempt
}

/// What a list answered.
struct ListReading: Sendable {
  /// By attempt; what is not there is asked singly.
  var answers: [AttemptID: QueryOutcome] = [:]
  /// Pages that came.
  var pages = 0
  /// Whether the list ended in a call that brought no page.
  var isFailed = false

  /// Whether single questions would not have been the better choice.
  func isWorthwhile(_ policy: ListPolicy) -> Bool {
    !isFailed && answers.count >= pages * policy.leastAnswers
  }
}

extension ProviderClient {
  /// Reads the pages between the oldest and the newest of the orders, as far as there is time for
  /// them within that of a single call, and they answer enough. Nil where the account's limits
  /// leave no room now.
  /// - Parameter isAnswered: whether a page's word is an answer.
  func list(
    _ questions: [OpenQuestion], of id: String, _ policy: ListPolicy,
    isAnswered: (OpenQuestion, QueryOutcome) -> Bool
  ) async -> ListReading? {
    var reading = ListReading()
    let made = questions.map(\.attempt.createdAt)
    guard let account = accounts[id], let list = account.provider as? any ListsOrders,
      let oldest = made.min(), let newest = made.max()
    else { return reading }
    let end = time.steady().adding(seconds: account.limits.timeoutSeconds)
    var open = OpenQuestions(questions)
    var walk = ListWalk(policy)
    while reading.pages < ListPolicy.mostPages, open.count >= policy.leastAnswers {
      let left = end.milliseconds(since: time.steady()) / 1000
      guard left > 0 else { break }
      let offset = walk.offset
      let outcome = try? await call(account, .query, withinSeconds: left) { _ in
        list.listRequest(created: oldest...newest, offset: offset)
      } read: {
        list.listOutcome($0)
      }
      guard let outcome else { return reading.pages > 0 ? reading : nil }
      guard case .page(let entries) = outcome else {
        reading.isFailed = true
        break
      }
      reading.pages += 1
      guard walk.isTurned(entries) else { break }
      let before = reading.answers.count
      for entry in entries {
        open.take(entry, &reading.answers) { question, entry in
          let order = order(question.payin, question.attempt)
          guard let outcome = entry.read(order), isAnswered(question, outcome),
            list.followUp(outcome, order, at: time.now()) == nil
          else { return nil }
          return outcome
        }
      }
      open.pass(entries.last?.createdAt)
      guard walk.goesOn(entries, reading.answers.count - before, towards: open.newest) else {
        break
      }
    }
    return reading
  }
}

/// Questions that a list may still show the orders of.
private struct OpenQuestions {
  private let byNumber: [String: OpenQuestion]
  /// Of those whose turn has not come, the newest last.
  private var left: [OpenQuestion]
  private var shown: Set<String> = []

  init(_ questions: [OpenQuestion]) {
    byNumber = Dictionary(questions.map { ($0.attempt.orderNumber, $0) }) { first, _ in first }
    left = questions.sorted { $0.attempt.createdAt < $1.attempt.createdAt }
  }

  var count: Int { left.count }

  /// When the newest of them was made.
  var newest: Instant? { left.last?.attempt.createdAt }

  /// An order that is shown twice is asked about singly.
  mutating func take(
    _ entry: ListedOrder, _ answers: inout [AttemptID: QueryOutcome],
    read: (OpenQuestion, ListedOrder) -> QueryOutcome?
  ) {
    guard let number = entry.number, let question = byNumber[number] else { return }
    let isNew = shown.insert(number).inserted
    answers[question.attempt.id] = isNew ? read(question, entry) : nil
  }

  /// The list is read down to that time: what was shown, or made clearly later, is not to come.
  mutating func pass(_ time: Instant?) {
    left.removeAll { question in
      let isPassed = time.map { question.attempt.createdAt > $0.adding(seconds: 60) } ?? false
      return isPassed || shown.contains(question.attempt.orderNumber)
    }
  }
}
