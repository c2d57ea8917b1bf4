internal import HTTPServing
internal import JSONText

/// `/_sandbox/`: looking into the sandbox and moving it.
enum ControlRoutes {
  static func router(_ runtime: SandboxRuntime) -> Router {
    var router = Router()
    addGuide(&router, runtime)
    addOrders(&router, runtime)
    addFaults(&router, runtime)
    addTime(&router, runtime)
    return router
  }

  private static func addGuide(_ router: inout Router, _ runtime: SandboxRuntime) {
    for path in ["/_sandbox", "/_sandbox/"] {
      router.on(.get, path) { _, _ in .json(.ok, Array(ControlGuide.json.pretty.utf8)) }
    }
    router.on(.get, "/_sandbox/accounts") { request, _ in
      try await runtime.control { sandbox, _ in
        AccountEntries.response(request, sandbox.settings)
      }
    }
  }

  private static func addOrders(_ router: inout Router, _ runtime: SandboxRuntime) {
    router.on(.get, "/_sandbox/orders") { request, _ in
      try await runtime.control { sandbox, _ throws(Problem) in
        try OrderControls.list(request.query, sandbox)
      }
    }
    router.on(.get, "/_sandbox/books") { _, _ in
      try await runtime.control { sandbox, _ in OrderControls.books(sandbox) }
    }
    router.on(.get, "/_sandbox/orders/{order}") { request, path in
      try await runtime.control { sandbox, _ throws(Problem) in
        OrderControls.show(
          try OrderControls.find(path["order"], request.query, sandbox), sandbox)
      }
    }
    router.on(.post, "/_sandbox/orders/{order}/pay") { request, path in
      try await runtime.control { sandbox, now throws(Problem) in
        try OrderControls.pay(request, path["order"], &sandbox, at: now)
      }
    }
    let ends: [(String, Order.Status)] = [
      ("expire", .expired), ("fail", .failed), ("cancel", .cancelled),
    ]
    for (word, status) in ends {
      router.on(.post, "/_sandbox/orders/{order}/\(word)") { request, path in
        try await runtime.control { sandbox, now throws(Problem) in
          try OrderControls.end(request, path["order"], as: status, &sandbox, at: now)
        }
      }
    }
    router.on(.post, "/_sandbox/orders/{order}/take-back") { request, path in
      try await runtime.control { sandbox, now throws(Problem) in
        try OrderControls.takeBack(request, path["order"], &sandbox, at: now)
      }
    }
    for (word, isHidden) in [("vanish", true), ("reappear", false)] {
      router.on(.post, "/_sandbox/orders/{order}/\(word)") { request, path in
        try await runtime.control { sandbox, _ throws(Problem) in
          try OrderControls.hide(request, path["order"], isHidden, &sandbox)
        }
      }
    }
  }

  private static func addFaults(_ router: inout Router, _ runtime: SandboxRuntime) {
    router.on(.post, "/_sandbox/faults") { request, _ in
      try await runtime.control { sandbox, now throws(Problem) in
        try Controls.addFault(request, &sandbox, at: now)
      }
    }
    router.on(.get, "/_sandbox/faults") { _, _ in
      try await runtime.control { sandbox, _ in Controls.faults(sandbox) }
    }
    router.on(.delete, "/_sandbox/faults") { _, _ in
      try await runtime.control { sandbox, _ in
        sandbox.faults.removeAll()
        return Response(.noContent)
      }
    }
    router.on(.delete, "/_sandbox/faults/{id}") { _, path in
      try await runtime.control { sandbox, _ throws(Problem) in
        try Controls.removeFault(path["id"], &sandbox)
      }
    }
    router.on(.get, "/_sandbox/webhooks") { request, _ in
      try await runtime.control { sandbox, _ throws(Problem) in
        try Controls.webhooks(request.query, sandbox)
      }
    }
    router.on(.get, "/_sandbox/requests") { _, _ in
      try await runtime.control { sandbox, _ in Controls.requests(sandbox) }
    }
  }

  private static func addTime(_ router: inout Router, _ runtime: SandboxRuntime) {
    router.on(.get, "/_sandbox/clock") { _, _ in
      try await runtime.control { sandbox, now in Controls.clock(sandbox, at: now) }
    }
    router.on(.post, "/_sandbox/clock") { request, _ in
      await runtime.advance(seconds: try Controls.advance(request))
    }
    router.on(.get, "/_sandbox/settings") { _, _ in
      try await runtime.control { sandbox, _ in Controls.response(sandbox.settings.json) }
    }
    router.on(.post, "/_sandbox/settings") { request, _ in
      try await runtime.control { sandbox, _ throws(Problem) in
        try Controls.changeSettings(request, &sandbox)
      }
    }
    router.on(.post, "/_sandbox/reset") { _, _ in
      await runtime.reset()
      return Response(.noContent)
    }
  }
}
