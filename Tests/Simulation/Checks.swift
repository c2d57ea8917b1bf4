import CounterPayments
import JSONText
import MemoryStorage
import Payins
import Storage

/// The promises, held against the books once the storm is over.
struct Checks {
  let world: World
  let store: MemoryDatabase
  let shoppers: [Shopper]
  let tills: [Till]
  private(set) var faults: [String] = []

  init(_ world: World, _ store: MemoryDatabase, _ shoppers: [Shopper], _ tills: [Till]) {
    self.world = world
    self.store = store
    self.shoppers = shoppers
    self.tills = tills
  }

  mutating func run() async {
    faults += world.witness.faults
    for shopper in shoppers { await check(shopper) }
    for till in tills { await check(till) }
    var query = PayinQuery(merchant: Setup.merchant, limit: 10_000)
    query.limit = 10_000
    let payins = (try? await store.payins(query)) ?? []
    for payin in payins { await check(payin) }
    await check(providers: payins)
    await checkParked()
    for (number, count) in world.creates.sorted(by: { $0.key < $1.key }) where count > 1 {
      fault("the order \(number) was sent \(count) times")
    }
    let kept = store.callbacks.reduce(0) { $0 + $1.count }
    if kept < world.acknowledged {
      fault("\(world.acknowledged) callbacks were acknowledged and \(kept) kept")
    }
    let now = Instant(milliseconds: world.scheduler.now)
    if let backlog = try? await store.backlog(at: now.adding(seconds: -3600)), backlog.dueCount > 0
    {
      fault("\(backlog.dueCount) jobs have been due for an hour and nobody does them")
    }
  }

  private mutating func fault(_ what: String) { faults.append(what) }

  private mutating func check(_ shopper: Shopper) async {
    let name = "merchant \(shopper.number)"
    if shopper.answers.count > 1 { fault("\(name): its key has \(shopper.answers.count) answers") }
    if shopper.tellsErased { fault("\(name): an erased payer is told") }
    if shopper.instructions.count > 1 {
      fault("\(name): was shown \(shopper.instructions.count) sets of instructions")
    }
    guard let id = shopper.id else { return }
    guard let payin = try? await store.payin(id) else {
      return fault("\(name): the pay-in \(id) that it was told of is not there")
    }
    if payin.request.merchantReference != "order-\(shopper.number)" {
      fault("\(name): was told of another's pay-in")
    }
    if payin.status == .processing {
      fault("\(name): processing for ever")
    }
  }

  private mutating func check(_ till: Till) async {
    let name = "till \(till.number)"
    if till.answers.count > 1 { fault("\(name): its key has \(till.answers.count) answers") }
    let told = (till.answers.first.flatMap { try? JSON(parsing: $0) })?["status"]?.string
    let isAuthorized = world.providers.isAuthorized(transaction: till.transaction)
    guard let id = till.id else {
      if isAuthorized { fault("\(name): authorized at Paynet and the till knows nothing") }
      return
    }
    guard let payment = try? await store.operation(id, as: CounterPayment.self) else {
      return fault("\(name): the payment \(id) that it was told of is not there")
    }
    if payment.unresolvedSince != nil { fault("\(name): \(payment.status) for ever") }
    if isAuthorized != (payment.status == .authorized) {
      fault("\(name): \(payment.status) here, authorized \(isAuthorized) at Paynet")
    }
    if told == "authorized", !isAuthorized, !till.hasAskedBack {
      fault("\(name): it took the cash, and the payment is taken back")
    }
    if told != "authorized", isAuthorized {
      fault("\(name): it took no cash, and the payment is authorized")
    }
  }

  private mutating func check(_ payin: Payin) async {
    let name = payin.request.merchantReference
    let events = (try? await store.events(of: payin.operationID)) ?? []
    if events.map(\.sequence) != Array(1...max(events.count, 1)) || events.count != payin.eventCount
    {
      fault("\(name): events with gaps")
    }
    let published = events.compactMap(\.notification)
    if published.map(\.sequence) != (0..<published.count).map({ $0 + 1 }) {
      fault("\(name): announcements with gaps")
    }
    var firsts: [Int64] = []
    for sequence in world.told[payin.id.text] ?? [] where !firsts.contains(sequence) {
      firsts.append(sequence)
    }
    if firsts != published.map({ Int64($0.sequence) }) {
      fault("\(name): the merchant was told \(firsts) of \(published.count) changes")
    }
    if payin.amountReceived >= payin.request.amount, payin.status != .succeeded {
      fault("\(name): the money is there and it is \(payin.status)")
    }
    if payin.status == .succeeded, payin.amountReceived < payin.request.amount {
      fault("\(name): succeeded without the money")
    }
  }

  /// Whether anything leads to a question about the attempt once it is paid.
  private func isAsked(_ attempt: Attempt) -> Bool {
    attempt.candidate.showsRepeatedPayments || !world.silent.contains(attempt.target.account)
  }

  private mutating func expectDispute(_ payin: Payin, _ attempt: Attempt) async {
    let name = payin.request.merchantReference
    let events = (try? await store.events(of: payin.operationID)) ?? []
    if !events.contains(where: { $0.type == "payin.disputed_receipt" && $0.notification != nil }) {
      fault("\(name): money was taken back, and the merchant does not know")
    }
    if !attempt.discrepancies.contains(where: { $0.alert == .takenBack }) {
      fault("\(name): money was taken back, and the operator does not see it")
    }
  }

  /// A callback whose order we have come to know is not left lying.
  private mutating func checkParked() async {
    for record in store.callbacks where record.payin == nil {
      guard let id = record.providerOrderID else { continue }
      let place = try? await store.attempt(account: record.key.account, number: .theirs(id))
      if place != nil { fault("\(record.key.account): a callback about \(id) is left lying") }
    }
  }

  /// What each provider shows of its orders, and what we have of them.
  private mutating func check(providers payins: [Payin]) async {
    for order in world.providers.shown {
      let owner = payins.first { payin in
        payin.attempts.contains { $0.orderNumber == order.number }
      }
      guard let payin = owner,
        let attempt = payin.attempts.first(where: { $0.orderNumber == order.number })
      else {
        fault("\(order.account) has the order \(order.number) that we know nothing of")
        continue
      }
      if !attempt.state.isLive {
        fault("\(order.account) has the order \(order.number) that we take for \(attempt.state)")
      }
      let account = attempt.target.account
      var beyond = payin.receipts.filter { $0.attempt == attempt.id }.map(\.amount)
      let ours = beyond
      var missing = order.amounts
      missing.removeAll { amount in
        guard let index = beyond.firstIndex(of: amount) else { return false }
        beyond.remove(at: index)
        return true
      }
      // Money that was taken back may have been learnt of before, and then stands and is told.
      if !missing.isEmpty || !beyond.allSatisfy(order.takenBack.contains) {
        fault("\(account) shows \(order.amounts) for \(order.number), we have \(ours)")
      }
      if !beyond.isEmpty, isAsked(attempt) { await expectDispute(payin, attempt) }
    }
    let known = Set(world.providers.shown.map(\.number))
    for payin in payins {
      for receipt in payin.receipts {
        guard let attempt = payin.attempt(receipt.attempt), known.contains(attempt.orderNumber)
        else {
          fault("\(payin.request.merchantReference): money on an order that no provider has")
          continue
        }
      }
    }
  }
}
