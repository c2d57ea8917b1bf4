import Testing

@testable import HTTPServing

@Suite("the router")
struct RouterTests {
  private static func router(_ routes: [(HTTPMethod, String)]) -> Router {
    var router = Router()
    for (method, template) in routes {
      router.on(method, template) { _, parameters in
        let values = parameters.names.map { "\($0)=\(parameters[$0])" }.joined(separator: " ")
        return .text(.ok, "\(template) \(values)")
      }
    }
    return router
  }

  private static let payins = router([
    (.get, "/"), (.get, "/v1/payins"), (.post, "/v1/payins"), (.get, "/v1/payins/{id}"),
    (.post, "/v1/payins/{id}/cancel"), (.get, "/v1/payins/latest"),
    (.get, "/pay/{token}/barcode.svg"),
    (.get, "/v1/{kind}/{id}/events"), (.delete, "/v1/payins/latest"),
    (.get, "/caf%/x".replacing("%", with: "é")),
  ])

  private func text(_ method: HTTPMethod, _ path: String) async -> String {
    let response = await Self.payins.handle(Request(method, path: path))
    return response.status == .ok
      ? String(decoding: response.body, as: UTF8.self) : String(response.status.code)
  }

  @Test(
    "finds routes by method and path",
    arguments: [
      ("/", "/ "),
      ("/v1/payins", "/v1/payins "),
      ("/v1/payins/payin_1", "/v1/payins/{id} id=payin_1"),
      ("/v1/payins/latest", "/v1/payins/latest "),
      ("/pay/abc/barcode.svg", "/pay/{token}/barcode.svg token=abc"),
      ("/v1/payins/a/events", "/v1/{kind}/{id}/events kind=payins id=a"),
      ("/v1/other/a/events", "/v1/{kind}/{id}/events kind=other id=a"),
      ("/v1/payins/latest/events", "/v1/{kind}/{id}/events kind=payins id=latest"),
    ])
  func found(path: String, expected: String) async {
    #expect(await text(.get, path) == expected)
  }

  @Test(
    "decodes segments after the split",
    arguments: [
      ("/v1/payins/a%2Fb", "/v1/payins/{id} id=a/b"),
      ("/v1/payins/%C3%A9+%25", "/v1/payins/{id} id=é+%"),
      ("/v1/p%61yins/1", "/v1/payins/{id} id=1"),
      ("/caf%C3%A9/x", "/café/x "),
      ("/v1/payins/..", "/v1/payins/{id} id=.."),
    ])
  func decoded(path: String, expected: String) async {
    #expect(await text(.get, path) == expected)
  }

  @Test(
    "knows no other path",
    arguments: [
      "/v1", "/v1/", "/v1/payins/", "/v1//payins", "//", "/v1/payins/a/b", "/V1/payins",
      "/v1%2Fpayins", "/pay/abc", "/v1/payins/1/cancel/",
    ])
  func unknown(path: String) async {
    #expect(await text(.get, path) == "404")
  }

  @Test(
    "refuses paths that cannot be decoded",
    arguments: [
      "/v1/payins/%", "/v1/payins/%4", "/v1/payins/%zz", "/v1/payins/%ff", "/v1/payins/%C3",
      "/v1/payins/%00", "/v1/payins/a%0Ab", "/v1/payins/%7F", "v1/payins", "",
    ])
  func undecodable(path: String) async {
    #expect(await text(.get, path) == "400")
  }

  @Test(
    "tells which methods a path has",
    arguments: [
      ("/v1/payins", "GET, HEAD, OPTIONS, POST"),
      ("/v1/payins/1", "GET, HEAD, OPTIONS"),
      ("/v1/payins/1/cancel", "OPTIONS, POST"),
      ("/v1/payins/latest", "DELETE, GET, HEAD, OPTIONS"),
    ])
  func otherMethods(path: String, allowed: String) async {
    let refused = await Self.payins.handle(Request(.put, path: path))
    #expect(refused.status == .methodNotAllowed)
    #expect(refused.headers["allow"] == allowed)
    #expect(String(decoding: refused.body, as: UTF8.self).contains("method_not_allowed"))
    let options = await Self.payins.handle(Request(.options, path: path))
    #expect(options.status == .noContent && options.body.isEmpty)
    #expect(options.headers["allow"] == allowed)
  }

  @Test("answers OPTIONS for the server as a whole")
  func asterisk() async {
    let response = await Self.payins.handle(Request(.options, path: "*"))
    #expect(response.status == .noContent)
    #expect(response.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, POST")
    let unknown = await Self.payins.handle(Request(.options, path: "/nowhere"))
    #expect(unknown.status == .notFound)
  }

  @Test("serves HEAD by GET, unless HEAD has a route of its own")
  func head() async {
    #expect(await text(.head, "/v1/payins/1") == "/v1/payins/{id} id=1")
    #expect(await text(.head, "/v1/payins/1/cancel") == "405")
    var router = Router()
    router.on(.get, "/") { _, _ in .text(.ok, "get") }
    router.on(.head, "/") { _, _ in .text(.ok, "head") }
    #expect(await router.handle(Request(.head, path: "/")).body == Array("head".utf8))
  }

  @Test("finds a method on a parameter's branch where the literal one lacks it")
  func branches() async {
    let router = Self.router([(.get, "/a/b"), (.post, "/a/{x}"), (.put, "/{y}/b")])
    let post = await router.handle(Request(.post, path: "/a/b"))
    #expect(String(decoding: post.body, as: UTF8.self) == "/a/{x} x=b")
    let put = await router.handle(Request(.put, path: "/a/b"))
    #expect(String(decoding: put.body, as: UTF8.self) == "/{y}/b y=a")
    let deep = Self.router([(.get, "/a/{x}/c"), (.get, "/{y}/b/{z}")])
    let back = await deep.handle(Request(.get, path: "/a/b/d"))
    #expect(String(decoding: back.body, as: UTF8.self) == "/{y}/b/{z} y=a z=d")
    let delete = await router.handle(Request(.delete, path: "/a/b"))
    #expect(delete.headers["Allow"] == "GET, HEAD, OPTIONS, POST, PUT")
  }

  @Test("tells the template of the route, and lists all routes in their order")
  func templates() async {
    #expect(
      await Self.payins.answer(Request(.get, path: "/v1/payins/1")).template == "/v1/payins/{id}")
    #expect(
      await Self.payins.answer(Request(.put, path: "/v1/payins/1")).template == "/v1/payins/{id}")
    #expect(await Self.payins.answer(Request(.get, path: "/nowhere")).template == nil)
    #expect(Self.payins.routes.count == 10)
    #expect(Self.payins.routes[3] == Route(method: .get, template: "/v1/payins/{id}"))
  }

  @Test("answers what handlers throw: a problem as itself, anything else with an empty 500")
  func thrown() async throws {
    struct Secret: Error {}
    var router = Router()
    router.on(.get, "/problem") { _, _ in throw Problem.unavailable("later", retryAfterSeconds: 7) }
    router.on(.get, "/secret") { _, _ in throw Secret() }
    router.on(.get, "/cause") { _, _ in throw Problem.internalError(because: "the disk") }
    router.on(.get, "/v1/{id}") { _, parameters in
      .text(.ok, String(try parameters.value("id") { Int($0) } * 2))
    }
    let problem = await router.handle(Request(.get, path: "/problem"))
    #expect(problem.status == .serviceUnavailable && problem.headers["Retry-After"] == "7")
    #expect(await router.answer(Request(.get, path: "/problem")).fault == nil)
    // The log is told what the client is not.
    for (path, fault) in [("/secret", "Secret"), ("/cause", "the disk")] {
      let answer = await router.answer(Request(.get, path: path, id: "req_7"))
      #expect(answer.response.status == .internalServerError && answer.template == path)
      #expect(!String(decoding: answer.response.body, as: UTF8.self).contains(fault))
      #expect(answer.fault == fault)
    }
    #expect(await router.handle(Request(.get, path: "/v1/21")).body == Array("42".utf8))
    #expect(await router.handle(Request(.get, path: "/v1/x")).status == .notFound)
  }

  @Test("takes templates that are paths, and no others")
  func templateForms() {
    #expect(RouteTemplate.segments("/") == [.literal("")])
    #expect(RouteTemplate.segments("/a/{b}") == [.literal("a"), .parameter("b")])
    for template in [
      "", "a", "/{}", "/{a}/{a}", "/{a", "/a}", "/a{b}", "/%41", "/a?b", "/a#b", "*",
    ] {
      #expect(RouteTemplate.segments(template) == nil, "\(template)")
    }
  }
}
