internal import HTTPCalling
internal import HTTPServing
internal import JSONText

/// Plays the simulation over real time, real sockets and real calls.
actor SandboxRuntime {
  /// How long a call that is never answered is held open.
  private static let hangMilliseconds: Int64 = 180_000
  /// Webhooks under way at once.
  private static let callsAtOnce = 64

  private let configuration: SandboxConfiguration
  private let caller: CurlClient
  private var simulation: Simulation
  private var pauses = Pauses()
  private var calls = 0
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var alarm: (at: Instant, task: Task<Void, Never>)?
  private var isStopped = false

  init(_ configuration: SandboxConfiguration, _ simulation: Simulation, _ caller: CurlClient) {
    self.configuration = configuration
    self.simulation = simulation
    self.caller = caller
  }

  private var now: Instant {
    Instant(milliseconds: configuration.unixMilliseconds() + simulation.clockOffset)
  }

  /// Ends everything that waits.
  func stop() {
    isStopped = true
    pauses.cancelAll()
    alarm?.task.cancel()
  }

  // MARK: Providers

  /// Answers as the provider would, or as a fault makes it.
  func serve(_ call: ProviderCall) async -> Response {
    simulation.settle(at: now)
    let slow = simulation.state.takeFault(call.provider, call.operation) { $0 == .slow }
    let fault = simulation.state.takeFault(call.provider, call.operation) { $0.decides }
    if case .milliseconds(let milliseconds) = slow?.detail {
      await pause(milliseconds: milliseconds)
    }
    let reply = await reply(to: call, fault)
    let response: Response? = if case .answer(let response) = reply { response } else { nil }
    simulation.requests.add(
      call, hiding: SandboxRegistry.secretHeaders, fault: (fault ?? slow)?.kind, response, at: now)
    sendDue()
    switch reply {
    case .answer(let response): return response
    case .cut(reset: true): return .dropped(reset: true)
    case .cut, .call:
      await pause(milliseconds: Self.hangMilliseconds)
      return .dropped(reset: false)
    }
  }

  /// Never a call: it is made here.
  private func reply(to call: ProviderCall, _ fault: Fault?) async -> ProviderReply {
    simulation.settle(at: now)
    let reply = simulation.reply(to: call, fault)
    guard case .call(let own, let then) = reply else { return reply }
    let outcome = await caller.call(own, limits: limits)
    simulation.settle(at: now)
    return simulation.finish(then(outcome, &simulation.state), call, fault)
  }

  private func pause(milliseconds: Int64) async {
    guard !isStopped else { return }
    let pause = pauses.begin(milliseconds: milliseconds)
    await pause.task.value
    pauses.end(pause.id)
  }

  // MARK: Controls

  /// Looks at or changes the simulation, and sends what that made due.
  func control(
    _ change: @Sendable (inout Simulation) throws(Problem) -> Response
  ) throws(Problem) -> Response {
    simulation.settle(at: now)
    defer { sendDue() }
    return try change(&simulation)
  }

  /// Forgets everything.
  func reset() {
    simulation.reset()
    alarm?.task.cancel()
    alarm = nil
    registerCallbacks()
  }

  /// The webhooks of `--callbacks`.
  func registerCallbacks() {
    for provider in SandboxRegistry.all {
      guard let url = configuration.callbackURL(of: provider.accountID) else { continue }
      provider.register(callbacks: url, &simulation.state)
    }
  }

  /// Moves the clock from one due thing to the next, so that each happens at its time, and returns
  /// when all of them have happened.
  func advance(seconds: Int64) async -> JSON {
    let target = now.adding(seconds: seconds)
    while !isStopped {
      await sendAllDue()
      guard let due = simulation.nextDue, due <= target else { break }
      jump(to: due)
    }
    jump(to: target)
    await sendAllDue()
    simulation.settle(at: now)
    return simulation.clock
  }

  private func jump(to instant: Instant) {
    simulation.clockOffset += max(0, instant.milliseconds - now.milliseconds)
  }

  // MARK: Webhooks

  private var limits: CallLimits {
    let milliseconds = configuration.callbackTimeoutMilliseconds
    return CallLimits(
      connectMilliseconds: milliseconds, totalMilliseconds: milliseconds, responseBytes: 65_536)
  }

  /// Starts sending what is due, and sets the alarm for what is due next.
  private func sendDue() {
    guard !isStopped else { return }
    simulation.settle(at: now)
    for delivery in simulation.state.outbox.takeDue(at: now, limit: Self.callsAtOnce - calls) {
      calls += 1
      Task {
        let outcome = await caller.call(delivery.request, limits: limits)
        sent(delivery.id, outcome)
      }
    }
    setAlarm()
  }

  private func sent(_ id: Int, _ outcome: CallOutcome) {
    simulation.state.outbox.record(id, outcome, at: now)
    calls -= 1
    sendDue()
    guard calls == 0 else { return }
    for continuation in waiting { continuation.resume() }
    waiting = []
  }

  /// Returns when nothing that is due now is left or under way.
  private func sendAllDue() async {
    sendDue()
    while calls > 0 {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  private func setAlarm() {
    guard calls < Self.callsAtOnce, let due = simulation.nextDue else { return }
    if let alarm, alarm.at <= due { return }
    alarm?.task.cancel()
    let milliseconds = max(1, due.milliseconds - now.milliseconds)
    let task = Task {
      guard await Pauses.sleep(milliseconds: milliseconds) else { return }
      alarm = nil
      sendDue()
    }
    alarm = (due, task)
  }
}
