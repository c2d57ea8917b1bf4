import JSONText
import Payins
import TestSupport

@testable import Storage

/// Writes pay-ins with the real state machine, as the gateway would.
struct Author: Sendable {
  let entropy: SeededEntropy
  var merchant = "demo"
  /// The machine's own identifiers, where they shall differ from the seed's.
  var machineEntropy: (any Entropy)?

  init(seed: UInt64 = 1, merchant: String = "demo") {
    entropy = SeededEntropy(seed: seed)
    self.merchant = merchant
  }

  static let noon = Instant(milliseconds: 1_780_000_000_000)

  func context(_ now: Instant) -> Context { Context(now: now, entropy: machineEntropy ?? entropy) }

  func candidate(_ account: String, _ method: Method = .spei) -> Candidate {
    Candidate(
      target: Target(account: account, method: method), provider: "openpay",
      capability: Capability(
        amounts: 100...10_000_000, expirySeconds: 60...86_400, orderNumberPrefix: "P",
        instrumentSeconds: 15_552_000, showsRepeatedPayments: true))
  }

  func open(
    _ reference: String, amount: Int64 = 15_000, accounts: [String] = ["openpay-main"],
    method: Method = .spei,
    request: PayinRequest? = nil, id: PayinID? = nil, token: String? = nil, at now: Instant = noon
  ) -> PayinTransition {
    Payin.open(
      request
        ?? PayinRequest(
          merchantReference: reference, amount: amount, method: method, description: "Two tickets"),
      id: id ?? .make(at: now, entropy: entropy), merchant: merchant,
      token: token ?? "token-\(entropy.next())", idempotencyKey: "key-\(reference)",
      routing: RoutingRecord(
        rulesVersion: "c0ffee", rule: "spei-split",
        candidates: accounts.map { candidate($0, method) },
        retry: RetryOutcome.allCases, explanation: ["why": ["the weights", 3, nil, true]]),
      context(now))
  }

  /// The change that keeps a transition, its events numbered and announced ones with a body.
  func change(_ transition: PayinTransition, before: Payin? = nil) -> Change {
    var change = Change()
    let payin = transition.payin
    change.operation = before.map { .update(payin, before: $0) } ?? .insert(payin)
    var published = before?.publishedCount ?? 0
    for (index, draft) in transition.events.enumerated() {
      var event = OperationEvent(
        id: .make(at: payin.updatedAt, entropy: entropy), operation: payin.operationID,
        sequence: (before?.eventCount ?? 0) + index + 1, type: draft.type, at: payin.updatedAt,
        data: draft.data)
      if draft.isPublished {
        published += 1
        event.notification = EventNotification(
          sequence: published, body: Array("\(payin.id) \(published)".utf8))
      }
      change.events.append(event)
    }
    return change
  }

  func job(
    _ subject: String, account: String = "openpay-main", due: Instant = noon, lease: Lease? = nil
  ) -> Job {
    Job(
      key: JobKey(kind: .queryAttempt, subject: subject),
      operation: OperationID(unchecked: "payin_of_\(subject)"),
      account: account, due: due, lease: lease)
  }

  /// A life with everything in it: each step's pay-in and the change that keeps it.
  func fullLife(_ reference: String) -> [(payin: Payin, change: Change)] {
    let request = PayinRequest(
      merchantReference: reference, amount: 15_000,
      description: "Dos boletos «señal» 🎟️ 日本 \u{0}\u{7}\"\\",
      payer: Payer(name: "José Ñandú", email: "jose@example.mx", phone: "+525512345678"),
      expiresIn: 3600,
      returnURL: "https://shop.example/done?a=1&b=é",
      metadata: [Metadatum(key: "canal", value: "tienda 🏪"), Metadatum(key: "", value: "")])
    var steps: [(Payin, Change)] = []
    var now = Self.noon
    let opened = open(
      reference, accounts: ["smilepayz-main", "cashypay-main", "openpay-main"], request: request)
    steps.append((opened.payin, change(opened)))
    func then(_ input: PayinInput) {
      now = now.adding(seconds: 61)
      guard let before = steps.last?.0 else { return }
      let next = before.apply(input, context(now))
      steps.append((next.payin, change(next, before: before)))
    }
    func newest() -> AttemptID {
      steps[steps.count - 1].0.attempts.last?.id ?? AttemptID(unchecked: "")
    }
    func deposit(_ name: String, _ amount: Int64) -> Deposit {
      Deposit(
        identity: "trn/\(name)", amount: amount, receivedAt: now, providerReference: "clave \(name)"
      )
    }
    let first = newest()
    then(.sent(first, .inDoubt(Refusal(code: "timeout", message: "no answer in 10 s"))))
    let second = newest()
    then(.sent(second, .neverSent(Refusal(code: "refused", message: "connection refused"))))
    let third = newest()
    let clabe = SPEIInstructions(clabe: "646180109400135624", bank: "STP", reference: "0021589")
    then(.sent(third, .accepted(Acceptance(providerOrderID: "trn-1", instructions: .spei(clabe)))))
    then(.queried(first, .absent))
    then(.reported(third, StatusReport(status: .pending), .unsignedCallback))
    then(.queried(third, .found(StatusReport(status: .paid, deposits: [deposit("a", 5_000)]))))
    then(.cancelled)
    then(
      .reported(
        third,
        StatusReport(status: .paid, deposits: [deposit("b", 10_000)], coveredIdentities: ["trn/b"]),
        .fullySignedCallback))
    then(
      .queried(
        first, .found(StatusReport(status: .unrecognised("¿qué?"), providerOrderID: "spz-9"))))
    return steps.map { (payin: $0.0, change: $0.1) }
  }
}
