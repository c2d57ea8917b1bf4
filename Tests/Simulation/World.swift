import Gateway
import HTTPCalling
import JSONText
import TestSupport

/// What goes wrong, in thousandths. Calm after the storm: then nothing does.
struct Weather {
  var refused = 30
  var requestLost = 40
  var answerLost = 60
  var garbage = 20
  var errorBefore = 30
  var errorAfter = 30
  var slow = 80
  var webhookLost = 150
  var webhookDoubled = 100
  var webhookForged = 100
  var crashAtCommit = 6
  var storeFails = 4
  /// Of a commit, at each of three moments, that the connection to the store breaks.
  var storeDisconnects = 2
  /// Creates that are refused in words that nobody has classed; half of them are done all the same.
  var wordsUnknown = 80
  /// Of a call, that from it on queries of its account are unreadable for up to an hour.
  var unreadableHours = 3
  /// Of a call, that from it on the account's key is revoked for up to half an hour.
  var keysRevoked = 3
  /// Of a payment, that its provider takes it back later.
  var takenBack = 60
  /// Webhooks of CashyPay that name the order only by its platform's number, and such that name
  /// another amount; signed both.
  var webhookNumberless = 300
  var webhookOfAnotherAmount = 200
  /// Of a create whose answer is lost, that the provider ends the order soon after.
  var endedInDoubt = 900
  /// Of a page of a list, that an order on it is wrong, or is not on it.
  var pageWrong = 300

  static let calm = Weather(
    refused: 0, requestLost: 0, answerLost: 0, garbage: 0, errorBefore: 0, errorAfter: 0, slow: 0,
    webhookLost: 0, webhookDoubled: 0, webhookForged: 0, crashAtCommit: 0, storeFails: 0,
    storeDisconnects: 0,
    wordsUnknown: 0, unreadableHours: 0, keysRevoked: 0, takenBack: 0, webhookNumberless: 0,
    webhookOfAnotherAmount: 0, endedInDoubt: 0, pageWrong: 0)
}

/// Everything outside the gateway: clock, network, providers, merchants' receiver; and the trace.
final class World: @unchecked Sendable {  // the simulation runs on one thread
  let seed: UInt64
  let dice: Dice
  let scheduler: Scheduler
  let providers: SimulatedProviders
  let variant: Variant?
  var weather = Weather()
  /// The reckoning is done; whatever still runs is to end.
  var isOver = false
  /// Where callbacks arrive: the replicas that are up.
  var replicas: [Replica] = []
  /// Accounts whose provider is down, until when.
  private var outages: [String: Int64] = [:]
  /// Accounts whose queries are unreadable, and whose key is revoked, until when.
  private var unreadable: [String: Int64] = [:]
  private var revoked: [String: Int64] = [:]
  /// Accounts whose webhooks never arrive.
  let silent: Set<String>
  /// In half of the worlds even one question is asked by a list.
  let lists: ListPolicy
  /// What replicas were told of strange things, and what they ought to have noticed and did not.
  let witness = Witness()
  /// How often a create of an order number was sent.
  private(set) var creates: [String: Int] = [:]
  /// Webhooks as merchants took them, by pay-in: sequences, in order of coming.
  private(set) var told: [String: [Int64]] = [:]
  private(set) var trace: [String] = []
  /// How many callbacks replicas said that they had taken.
  private(set) var acknowledged = 0
  private let keepsTrace: Bool

  init(seed: UInt64, variant: Variant?, keepsTrace: Bool) throws {
    self.seed = seed
    self.variant = variant
    self.keepsTrace = keepsTrace
    let dice = Dice(seed: seed)
    let scheduler = Scheduler(startingAt: 1_780_000_000_000, dice)
    self.dice = dice
    self.scheduler = scheduler
    providers = SimulatedProviders(seed: dice.next()) { scheduler.now }
    lists =
      dice.chance(500) ? ListPolicy() : ListPolicy(leastQuestions: 1, leastAnswers: 1)
    silent = Set(
      SimulatedProviders.accountIDs.filter { dice.chance($0.hasPrefix("cashypay") ? 350 : 200) })
  }

  func note(_ text: @autoclosure () -> String) {
    guard keepsTrace else { return }
    let seconds = Double(scheduler.now - 1_780_000_000_000) / 1000
    trace.append("\(seconds) s  \(text())")
  }

  // MARK: The network

  /// One call from a replica, to a provider or a merchant's receiver.
  func carry(_ request: HTTPRequest, _ limits: CallLimits, from replica: Replica) async
    -> CallOutcome
  {
    let total = Int64(limits.totalMilliseconds)
    let deadline = scheduler.now + total
    func failure(_ label: CallFailure.Label) -> CallFailure { CallFailure(label, "simulated") }
    if dice.chance(weather.refused) { return .neverSent(failure(.refused)) }
    let isReceiver = request.url.hasPrefix("https://shop.example/")
    let there = dice.chance(weather.slow) ? dice.within(1...total + 10_000) : dice.within(1...200)
    if dice.chance(weather.requestLost) {
      await scheduler.sleep(until: deadline)
      return .sentNoAnswer(failure(.timeout))
    }
    guard scheduler.now + there < deadline else {
      Task { [self] in
        await scheduler.sleep(milliseconds: there)
        _ = arrive(request, isReceiver)
      }
      await scheduler.sleep(until: deadline)
      return .sentNoAnswer(failure(.timeout))
    }
    await scheduler.sleep(milliseconds: there)
    guard replica.isAlive else { return .neverSent(failure(.shutdown)) }
    let answer = arrive(request, isReceiver)
    guard let response = answer else { return .sentNoAnswer(failure(.reset)) }
    if dice.chance(weather.answerLost) {
      endSoon(request)
      await scheduler.sleep(until: dice.chance(500) ? deadline : scheduler.now + 5)
      return .sentNoAnswer(failure(scheduler.now >= deadline ? .timeout : .reset))
    }
    await scheduler.sleep(milliseconds: dice.within(1...100))
    if !isReceiver { witness.saw(request, response, replica, self) }
    return .answered(response)
  }

  /// Half of the time carries out what is answered as if it were not.
  private func doneInSecret(_ request: HTTPRequest) {
    guard dice.chance(500) else { return }
    _ = providers.answer(request)
    endSoon(request)
  }

  /// Ends what the request made, before anybody here knows that it is there.
  private func endSoon(_ request: HTTPRequest) {
    guard let number = SimulatedProviders.operation(request).created,
      dice.chance(weather.endedInDoubt)
    else { return }
    Task { [self] in
      await scheduler.sleep(milliseconds: dice.within(1...30_000))
      guard providers.cancel(number) else { return }
      note("the order \(number) is cancelled by its provider")
      pump()
    }
  }

  /// Nil where the peer answers with a reset.
  private func arrive(_ request: HTTPRequest, _ isReceiver: Bool) -> HTTPResponse? {
    defer { pump() }
    if isReceiver { return receive(request) }
    let name = SimulatedProviders.operation(request)
    if let number = name.created { creates[number, default: 0] += 1 }
    if let until = outages[name.account], scheduler.now < until {
      return HTTPResponse(status: 503, body: [])
    }
    if dice.chance(2), weather.errorBefore > 0 {
      outages[name.account] = scheduler.now + dice.within(1000...120_000)
      note("\(name.account) goes down")
    }
    if dice.chance(weather.errorBefore) {
      return HTTPResponse(status: 500, body: Array("<html>".utf8))
    }
    if let strange = stranger(request, name) { return strange }
    let answer = providers.answer(request)
    note("\(name.account) \(name.created.map { "creates \($0)" } ?? "is asked")")
    if dice.chance(weather.errorAfter) {
      endSoon(request)
      return HTTPResponse(status: 502, body: [])
    }
    if dice.chance(weather.garbage) {
      endSoon(request)
      return HTTPResponse(status: 200, body: Array("{".utf8))
    }
    if request.url.contains("creation%5Blte%5D"), dice.chance(weather.pageWrong) {
      return StrangeAnswers.wrong(answer, dice)
    }
    return answer
  }

  /// What nobody expects of a provider: words that no page names, unreadable hours, a revoked key.
  private func stranger(
    _ request: HTTPRequest, _ name: (account: String, created: String?)
  ) -> HTTPResponse? {
    if dice.chance(weather.keysRevoked) {
      revoked[name.account] = scheduler.now + dice.within(60_000...1_800_000)
      note("the key of \(name.account) is revoked")
    }
    if dice.chance(weather.unreadableHours) {
      unreadable[name.account] = scheduler.now + dice.within(60_000...3_600_000)
      note("\(name.account) cannot be read")
    }
    if weather.keysRevoked > 0, let until = revoked[name.account], scheduler.now < until {
      // Surely not carried out, so that a till may send it again.
      if let number = name.created { creates[number, default: 1] -= 1 }
      return StrangeAnswers.unauthorized(name.account)
    }
    if name.created == nil, !request.url.hasSuffix("/reverse"), weather.unreadableHours > 0,
      let until = unreadable[name.account], scheduler.now < until
    {
      return StrangeAnswers.unreadable
    }
    if name.created != nil, dice.chance(weather.unreadableHours * 10) {
      // Whether it was done cannot be learnt before the payer's time is over.
      doneInSecret(request)
      unreadable[name.account] = scheduler.now + dice.within(3_600_000...10_800_000)
      note("\(name.account) answers what cannot be read, and goes on so")
      return StrangeAnswers.unreadable
    }
    if name.created != nil, dice.chance(weather.wordsUnknown),
      let refusal = StrangeAnswers.refused(name.account)
    {
      doneInSecret(request)
      note("\(name.account) refuses in unknown words")
      return refusal
    }
    return nil
  }

  private func receive(_ request: HTTPRequest) -> HTTPResponse {
    if dice.chance(weather.errorBefore) { return HTTPResponse(status: 500) }
    let json = (try? JSON(parsing: request.body)) ?? .null
    told[json["data"]?["id"]?.string ?? "", default: []].append(json["sequence"]?.int64 ?? 0)
    return HTTPResponse(status: dice.chance(weather.errorAfter) ? 500 : 200)
  }

  // MARK: Providers' webhooks

  private var alarm: Int64 = .max

  /// Sends the webhooks that are due, and comes back for the next.
  func pump() {
    for message in providers.takeDue() { Task { [self] in await deliver(message) } }
    guard let due = providers.nextDue, due < alarm else { return }
    alarm = due
    Task { [self] in
      await scheduler.sleep(until: due)
      if alarm == due { alarm = .max }
      pump()
    }
  }

  private func deliver(_ message: SimulatedProviders.Message) async {
    if silent.contains(message.account) {
      providers.told(message, .neverSent(CallFailure(.refused, "the firewall")))
      return pump()
    }
    let message = reworded(message)
    if dice.chance(weather.webhookDoubled) {
      Task { [self] in _ = await bring(message.headers, message.body, to: message.account) }
    }
    if dice.chance(weather.webhookForged) {
      Task { [self] in await forge(message) }
    }
    let outcome = await bring(message.headers, message.body, to: message.account)
    providers.told(message, outcome)
    pump()
  }

  /// As the provider may word it as well: signed, and without the number that we gave, or with
  /// another amount than the order's.
  private func reworded(_ message: SimulatedProviders.Message) -> SimulatedProviders.Message {
    guard message.account.hasPrefix("cashypay") else { return message }
    // What has just been ended is told so more often: nobody here may know it yet.
    let isEnd = String(decoding: message.body, as: UTF8.self).contains("CANCEL")
    if dice.chance(weather.webhookNumberless * (isEnd ? 3 : 1)) {
      return message.changed { json in
        json["mchOrderNo"] = nil
        json["patchMchOrderNo"] = nil
      }
    }
    if dice.chance(weather.webhookOfAnotherAmount) {
      return message.changed { json in
        if json["orderType"] == "API" { json["amount"] = 9 }
      }
    }
    return message
  }

  /// A liar's: with a wrong signature, or one that is right over a body that is not. Openpay's
  /// password covers nothing of the body, so that its liar gets as far as the hint.
  private func forge(_ message: SimulatedProviders.Message) async {
    var text = String(decoding: message.body, as: UTF8.self)
    for (old, new) in [
      ("in_progress", "completed"), ("charge.created", "charge.succeeded"),
      ("PAYING", "SUCCESS"), ("\"amount\":", "\"amount\":9"),
    ] { text = text.replacing(old, with: new) }
    let headers = dice.chance(500) ? message.headers : message.forgedHeaders
    _ = await bring(headers, Array(text.utf8), to: message.account)
  }

  private func bring(
    _ headers: [HTTPHeader], _ body: [UInt8], to account: String
  ) async -> CallOutcome {
    await scheduler.sleep(
      milliseconds: dice.chance(100) ? dice.within(1...60_000) : dice.within(1...300))
    let alive = replicas.filter(\.isAlive)
    guard !alive.isEmpty, !dice.chance(weather.webhookLost) else {
      return .neverSent(CallFailure(.refused, "nobody listens"))
    }
    let replica = dice.pick(alive)
    let response = await replica.takeCallback(account, headers, body)
    guard replica.isAlive, let response else {
      return .sentNoAnswer(CallFailure(.reset, "died"))
    }
    let isPing = String(decoding: body, as: UTF8.self).contains("verification_code")
    if response.status == 200, !isPing { acknowledged += 1 }
    return .answered(response)
  }
}

extension SimulatedProviders {
  /// Which account a request goes to, and the order number that it creates.
  static func operation(_ request: HTTPRequest) -> (account: String, created: String?) {
    let body = (try? JSON(parsing: request.body)) ?? .null
    if request.url.contains("/api/payIn") {
      let isSecond = request.url.hasPrefix(SimulatedProviders.secondURL)
      return (
        isSecond ? "cashypay-two" : "cashypay-main",
        request.url.hasSuffix("Query") ? nil : body["mchOrderNo"]?.string
      )
    }
    if request.url.hasSuffix("/payment") {
      return ("paynet-main", body["chainTransactionId"]?.number?.text)
    }
    if request.url.hasSuffix("/reverse") { return ("paynet-main", nil) }
    if request.url.contains("/v2.0/") {
      let creates = request.url.hasSuffix("pay-in")
      return ("smilepayz-main", creates ? body["orderNo"]?.string : nil)
    }
    return ("openpay-main", request.method == "POST" ? body["order_id"]?.string : nil)
  }
}
