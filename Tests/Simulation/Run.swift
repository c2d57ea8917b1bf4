import Payins
import TestSupport

/// One seed's life: a storm of some hours, calm, and the reckoning.
struct Run {
  var faults: [String] = []
  var trace: [String] = []
  var steps = 0

  private static let hour: Int64 = 3_600_000

  init(seed: UInt64, variant: Variant?, keepsTrace: Bool) throws {
    let world = try World(seed: seed, variant: variant, keepsTrace: keepsTrace)
    Takeover.scheduler = world.scheduler
    let setup = try Setup(world)
    let start = world.scheduler.now
    let shoppers = (0..<4).map { Shopper($0, world) }
    let tills = (0..<2).map { Till($0, world) }
    for till in tills { Task { await till.work() } }
    Task { await world.witness.watchEnds(setup.store, world) }
    Task { await Self.keepUp("A", world, setup) }
    if world.dice.chance(500) { Task { await Self.keepUp("B", world, setup) } }
    for shopper in shoppers { Task { await shopper.shop() } }
    world.scheduler.run(until: start + 5 * Self.hour)
    world.weather = .calm
    world.note("the weather is calm")
    // Time enough for the last payment to be found by the rarest poll or the last retried webhook.
    world.scheduler.run(until: start + 24 * Self.hour)
    let outcome = Outcome()
    Task {
      for shopper in shoppers { if let id = shopper.id { await shopper.look(id) } }
      var checks = Checks(world, setup.store, shoppers, tills)
      await checks.run()
      outcome.faults = checks.faults
    }
    world.scheduler.run(until: world.scheduler.now)
    for replica in world.replicas { replica.die() }
    world.isOver = true
    world.scheduler.run(until: start + 1000 * Self.hour)
    faults = outcome.faults
    trace = world.trace
    steps = world.scheduler.steps
  }

  private final class Outcome: @unchecked Sendable {  // the simulation runs on one thread
    var faults = ["the reckoning did not come to its end"]
  }

  /// Starts a replica, and another whenever it died.
  private static func keepUp(_ name: String, _ world: World, _ setup: Setup) async {
    var count = 0
    while !world.isOver {
      count += 1
      let replica = Replica("\(name)\(count)", world)
      let isAlone = !world.replicas.contains(where: \.isAlive)
      world.replicas.append(replica)
      do {
        try await replica.start(setup, isAlone: isAlone)
        world.note("\(replica.name) starts")
      } catch {
        replica.die()
      }
      let lifetime = world.dice.within(60_000...3 * hour)
      let end = world.scheduler.now + lifetime
      while replica.isAlive, !world.isOver,
        world.scheduler.now < end || world.weather.crashAtCommit == 0
      {
        await world.scheduler.sleep(milliseconds: 30_000)
      }
      if replica.isAlive, !world.isOver {
        world.note("\(replica.name) is killed")
        replica.die()
      }
      await world.scheduler.sleep(milliseconds: world.dice.within(500...90_000))
    }
  }
}
