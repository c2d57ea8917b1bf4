import Gateway
import JSONText
import Payins
import TestSupport

/// A merchant with one order, and its payer: what they asked, what they were told.
final class Shopper: @unchecked Sendable {  // the simulation runs on one thread
  let number: Int
  private let world: World
  private let request: PayinRequest
  private let key: String
  /// The pay-in that the merchant was told of.
  private(set) var id: PayinID?
  /// Every body that a 201 had; of a payer who was erased meanwhile, without the payer.
  private(set) var answers: Set<[UInt8]> = []
  /// Whether the payer was surely erased.
  private(set) var isErased = false
  /// What was told of the payer after that.
  private(set) var tellsErased = false
  /// Every set of instructions that the merchant ever saw.
  private(set) var instructions: Set<String> = []
  private var isPaying = false

  init(_ number: Int, _ world: World) {
    self.number = number
    self.world = world
    let dice = world.dice
    key = "key-\(number)"
    request = PayinRequest(
      merchantReference: "order-\(number)", amount: dice.within(40...14_000) * 100,
      method: dice.pick([.spei, .spei, .store, nil]), description: "Two tickets",
      payer: Payer(name: "Ana Prueba", email: "ana@example.mx", phone: "+525500000000"),
      expiresIn: dice.pick([600, 3600, 7200]),
      metadata: dice.chance(400) ? [Metadatum(key: "bold", value: "yes")] : [])
  }

  /// Buys: creates until an answer comes, looks on, pays, and now and then does something else.
  func shop() async {
    let dice = world.dice
    await world.scheduler.sleep(milliseconds: dice.within(0...300_000))
    if dice.chance(200) { Task { [self] in await create() } }
    await create()
    guard let id else { return }
    for _ in 0..<6 {
      await world.scheduler.sleep(milliseconds: dice.within(1000...900_000))
      await look(id)
      if dice.chance(60) {
        await call { service in
          _ = try await service.cancel(id, merchant: Setup.merchant)
        }
      }
      if dice.chance(60) {
        await call { service in
          _ = try await service.sync(id, merchant: Setup.merchant)
        }
      }
      if erases, !isErased { await erase(id) }
      if dice.chance(100) { await create() }
    }
  }

  /// Some merchants have their payer erased, whatever else goes on.
  private var erases: Bool { number.isMultiple(of: 5) }

  private func erase(_ id: PayinID) async {
    await call { [self] service in
      try await service.erasePayer(of: id, merchant: Setup.merchant)
      isErased = true
    }
  }

  private func without(_ json: JSON) -> [UInt8] {
    var object = json.object ?? [:]
    object["payer"] = nil
    return JSON.object(object).bytes
  }

  private func create() async {
    let hash = RequestHash(["number": JSON(number)], bytes: [])
    while true {
      let answer = await replica()?.merchant { [request, key] service in
        try await service.create(
          request, merchant: Setup.merchant, key: key, requestHash: hash)
      }
      let isHeard = !world.dice.chance(world.weather.answerLost)
      if case .success(let created) = answer, isHeard {
        take(created.body, isFinal: created.isSettled)
        return
      }
      if case .failure(PayinRefusal.noEligibleProvider) = answer, isHeard, world.dice.chance(300) {
        return
      }
      await world.scheduler.sleep(milliseconds: world.dice.within(100...20_000))
    }
  }

  func look(_ id: PayinID) async {
    await call { [self] service in
      let wasErased = isErased
      let payin = try await service.payin(id, merchant: Setup.merchant)
      if wasErased, payin.request.payer != .init(), !payin.request.payer.isErased {
        tellsErased = true
      }
      if let shown = try? JSON(parsing: service.document.bytes(payin)) { see(shown) }
    }
  }

  private func call(_ body: (PayinService) async throws -> Void) async {
    _ = await replica()?.merchant(body)
  }

  private func replica() -> Replica? {
    let alive = world.replicas.filter(\.isAlive)
    return alive.isEmpty ? nil : world.dice.pick(alive)
  }

  private func take(_ body: [UInt8], isFinal: Bool) {
    let json = (try? JSON(parsing: body)) ?? .null
    if isFinal { answers.insert(erases ? without(json) : body) }
    id = json["id"]?.string.map(PayinID.init(unchecked:))
    world.note("merchant \(number) is answered \(json["status"]?.string ?? "")")
    see(json)
  }

  private func see(_ json: JSON) {
    guard let shown = json["instructions"], !shown.isNull else { return }
    instructions.insert(shown.text)
    guard !isPaying, let instrument = shown["clabe"]?.string ?? shown["reference"]?.string else {
      return
    }
    isPaying = true
    Task { [self] in await pay(instrument) }
  }

  /// In full, in parts, too much, twice, late, or not at all.
  private func pay(_ instrument: String) async {
    let dice = world.dice
    let full = request.amount
    let sums: [Int64] = dice.pick([
      [full], [full], [full], [full / 200 * 100, full - full / 200 * 100], [full + 5000],
      [full, full], [full, full], [full, full, full], [4000], [], [full - 100, 100], [full - 100],
      [full + 100],
      [full + 1],
      [full - 1, 1],
    ])
    for (index, sum) in sums.enumerated() where sum > 0 {
      await world.scheduler.sleep(
        milliseconds: dice.chance(150) ? dice.within(1...14_400_000) : dice.within(1...600_000))
      let isTaken = world.providers.pay(instrument, amount: sum, key: "K\(number)X\(index)")
      world.note("payer \(number) pays \(sum) to \(instrument): \(isTaken)")
      world.pump()
      if isTaken, dice.chance(world.weather.takenBack) {
        Task { [self] in await loseMoney(of: instrument) }
      }
    }
  }

  private func loseMoney(of instrument: String) async {
    await world.scheduler.sleep(milliseconds: world.dice.within(1...10_800_000))
    let isTaken = world.providers.returnMoney(
      instrument, as: world.dice.pick(["cancelled", "failed", "open"]))
    world.note("the money on \(instrument) is taken back: \(isTaken)")
    world.pump()
  }
}
