import CounterPayments
import Gateway
import JSONText
import Payins
import TestSupport

/// A store chain's till: asks whether to take cash, repeats with its key until it hears, and now
/// and then takes a payment back.
final class Till: @unchecked Sendable {  // the simulation runs on one thread
  let number: Int
  private let world: World
  private let request: CounterPaymentRequest
  /// Every body that an answer to its key had.
  private(set) var answers: Set<[UInt8]> = []
  private(set) var id: CounterPaymentID?
  private(set) var hasAskedBack = false

  init(_ number: Int, _ world: World) {
    self.number = number
    self.world = world
    request = CounterPaymentRequest(
      account: "paynet-main", reference: world.dice.chance(800) ? "OPENPAY00FUCDZDQ9" : "NOBODY",
      amount: 15_000, chainTransactionID: "17\(number)",
      operationDate: Instant(milliseconds: world.scheduler.now), group: "5", chain: "1",
      store: "1", pos: "1", employee: "1")
  }

  var transaction: String { request.chainTransactionID }

  func work() async {
    let dice = world.dice
    await world.scheduler.sleep(milliseconds: dice.within(0...3_600_000))
    if dice.chance(200) { Task { [self] in await ask() } }
    await ask()
    guard let id, dice.chance(300) else { return }
    await world.scheduler.sleep(milliseconds: dice.within(1...600_000))
    hasAskedBack = true
    _ = await replica()?.till { service in
      _ = try await service.reverse(id, merchant: Setup.merchant)
    }
  }

  private func ask() async {
    let hash = RequestHash(["number": JSON(number)], bytes: [])
    var tries: Int64 = 0
    while true {
      tries += 1
      let answer = await replica()?.till {
        [request, number] service in
        try await service.create(
          request, merchant: Setup.merchant, key: "till-\(number)", requestHash: hash)
      }
      if case .success(let created) = answer, !world.dice.chance(world.weather.answerLost) {
        answers.insert(created.body)
        let json = (try? JSON(parsing: created.body)) ?? .null
        id = json["id"]?.string.map(CounterPaymentID.init(unchecked:))
        world.note("till \(number) is answered \(json["status"]?.string ?? "")")
        return
      }
      // Ever more seldom: a gateway that never answers is not asked for six weeks on end.
      await world.scheduler.sleep(
        milliseconds: world.dice.within(100...20_000 * (1 + tries / 50)))
    }
  }

  private func replica() -> Replica? {
    let alive = world.replicas.filter(\.isAlive)
    return alive.isEmpty ? nil : world.dice.pick(alive)
  }
}
