internal import HTTPServing
internal import JSONText

/// `/_sandbox/`: looking into the sandbox and moving it.
enum ControlRoutes {
  private struct Route: Sendable {
    let method: HTTPMethod
    let path: String
    /// For the guide; nil where another route's says it.
    let meaning: String?
    let act: @Sendable (ControlCall, SandboxRuntime) async throws -> Response
  }

  private static func on(
    _ method: HTTPMethod, _ path: String, _ meaning: String? = nil,
    _ act: @escaping OrderControls.Action
  ) -> Route {
    Route(method: method, path: path, meaning: meaning) { call, runtime in
      try await runtime.control { sandbox throws(Problem) in try act(call, &sandbox) }
    }
  }

  private static let routes =
    [
      on(.get, "/accounts", "provider_accounts for a gateway's configuration") { call, sandbox in
        SandboxAccount.entries(call.request, sandbox.state)
      }
    ] + orders + faults + time

  private static let orders = [
    on(
      .get, "/orders", "newest first; ?provider=, ?number=, ?status=, ?limit=",
      OrderControls.list),
    on(.get, "/orders/{order}", "one order", OrderControls.show),
    on(
      .post, "/orders/{order}/pay",
      "{amount?: all of it, times?: 1, late?: true lets it expire first, tracking_key?}",
      OrderControls.pay),
    on(
      .post, "/orders/{order}/expire", "its time is over now; also /fail and /cancel",
      OrderControls.end(as: .expired)),
    on(.post, "/orders/{order}/fail", nil, OrderControls.end(as: .failed)),
    on(.post, "/orders/{order}/cancel", nil, OrderControls.end(as: .cancelled)),
    on(
      .post, "/orders/{order}/take-back",
      "{as: cancelled, failed, pending, refunded or charged_back}: a paid order's money goes"
        + " back, which queries and a webhook show", OrderControls.returnMoney),
    on(
      .post, "/orders/{order}/vanish", "queries say that there is no such order, until /reappear",
      OrderControls.hide(true)),
    on(.post, "/orders/{order}/reappear", nil, OrderControls.hide(false)),
    on(
      .get, "/books", "every order with its payments, and what was paid at the counter",
      OrderControls.statement),
  ]

  private static let faults = [
    on(
      .post, "/faults",
      "{kind, provider?: any, operation?: any, count?: until deleted, after_seconds?: 0,"
        + " for_seconds?: until deleted} and what the kind needs; times by the sandbox's clock"
    ) { call, sandbox throws(Problem) in
      let fault = try call.read { form throws(FormFault) in
        try Fault(&form, at: sandbox.state.now)
      }
      return .json(.created, sandbox.state.faults.add(fault).json.bytes)
    },
    on(.get, "/faults", "those that wait; DELETE removes all, or /{id} one") { _, sandbox in
      .json(["faults": .array(sandbox.state.faults.faults.map(\.json))])
    },
    on(.delete, "/faults") { _, sandbox in
      sandbox.state.faults.removeAll()
      return Response(.noContent)
    },
    on(.delete, "/faults/{id}") { call, sandbox throws(Problem) in
      guard let id = Int(call.name), sandbox.state.faults.remove(id) else {
        throw .notFound("there is no such fault: it may have happened as often as it should")
      }
      return Response(.noContent)
    },
  ]

  private static let time = [
    on(.get, "/clock", "the sandbox's time, and when something is due next") { _, sandbox in
      .json(sandbox.clock)
    },
    Route(
      method: .post, path: "/clock",
      meaning: "{advance_seconds}: expiries and webhook tries on the way happen, each at its time,"
        + " before this answers; 0 sends what is due"
    ) { call, runtime in
      // Up to five years, beyond the life of any CLABE.
      let seconds = try call.read { form throws(FormFault) in
        try form.integer("advance_seconds", 0...5 * 365 * 86_400)
      }
      return .json(await runtime.advance(seconds: seconds))
    },
    on(.get, "/settings", "see settings; POST changes those that it names") { _, sandbox in
      .json(settings(sandbox))
    },
    on(.post, "/settings") { call, sandbox throws(Problem) in
      // All of them or none.
      var state = sandbox.state
      try call.read { form throws(FormFault) in
        for provider in SandboxRegistry.all { try provider.changeSettings(&form, &state) }
      }
      sandbox.state = state
      return .json(settings(sandbox))
    },
    on(
      .get, "/webhooks", "every message with its tries, newest first; ?provider=, ?limit="
    ) { call, sandbox throws(Problem) in
      let provider = try call.provider()
      let found = sandbox.state.outbox.newestFirst.filter {
        provider == nil || $0.message.provider == provider
      }
      return .json(["webhooks": .array(found.prefix(try call.limit()).map(\.json))])
    },
    on(
      .get, "/requests", "the last 500 that the providers saw, secrets redacted"
    ) { _, sandbox in
      .json(["requests": .array(sandbox.requests.newestFirst)])
    },
    Route(
      method: .post, path: "/reset", meaning: "forgets everything, clock, faults and settings too"
    ) { _, runtime in
      await runtime.reset()
      return Response(.noContent)
    },
  ]

  private static func settings(_ sandbox: Simulation) -> JSON {
    .object(JSONObject(SandboxRegistry.all.flatMap { $0.settings(sandbox.state) }))
  }

  static func router(_ runtime: SandboxRuntime) -> Router {
    var router = Router()
    let controls = routes.compactMap { route in
      route.meaning.map { ("\(route.method.rawValue) /_sandbox\(route.path)", $0) }
    }
    let guide = Array(ControlGuide.json(controls).pretty.utf8)
    for path in ["/_sandbox", "/_sandbox/"] {
      router.on(.get, path) { _, _ in .json(.ok, guide) }
    }
    for route in routes {
      let segments = route.path.utf8.split(separator: UInt8(ascii: "/"))
      let parameter = ["order", "id"].first { name in
        segments.contains { $0.elementsEqual("{\(name)}".utf8) }
      }
      router.on(route.method, "/_sandbox\(route.path)") { request, path in
        let name = parameter.map { path[$0] } ?? ""
        return try await route.act(ControlCall(request: request, name: name), runtime)
      }
    }
    return router
  }
}
