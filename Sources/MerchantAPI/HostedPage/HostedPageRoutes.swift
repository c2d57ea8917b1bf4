import Crypto
import Gateway
import HTTPServing
import JSONText
import Payins
import Synchronization

/// The payer's page: whose payment it is, how to pay, how much, until when; and what it follows
/// the payment by.
struct HostedPageRoutes: Sendable {
  private let service: PayinService
  private let time: any TimeSource
  private let parts: HostedPageParts
  /// By merchant, made once.
  private let dresses: [String: HostedPageDress]
  /// Requests for one page that wait at the same time: tabs and devices of one payer.
  private let waits = WaitPlaces(perKey: 20)
  /// What anybody may ask for, made once.
  private let unknown: [PageLanguage: Response]
  private let compressed = CompressedPages()

  init(service: PayinService, time: any TimeSource, parts: HostedPageParts) {
    self.service = service
    self.time = time
    self.parts = parts
    dresses = Dictionary(
      uniqueKeysWithValues: parts.displays.keys.map { ($0, parts.dress(of: $0)) })
    let nobody = HostedPageDress(Display(name: ""), parts)
    unknown = Dictionary(
      uniqueKeysWithValues: PageLanguage.allCases.map {
        ($0, Self.answer(.notFound, HostedPage.unknown($0, nobody), nobody, $0))
      })
  }

  func register(on router: inout Router) {
    router.serve(.get, "/pay/{token}") { request, path in try await page(request, path) }
    router.serve(.get, "/pay/{token}/state") { request, path in try await state(request, path) }
    router.serve(.get, "/pay/{token}/logo") { _, path in
      guard let logo = dress(of: try await payin(path)).display.logo else {
        throw Problem.notFound("this merchant has no logo")
      }
      return Self.image(logo)
    }
    router.serve(.get, "/pay/{token}/barcode.svg") { _, path in
      guard case .store(let store) = try await payin(path).instructions,
        let barcode = Code128(store.reference)
      else { throw Problem.notFound("this pay-in has no barcode") }
      return .page(
        barcode.svg, type: "image/svg+xml", caching: "no-store", ContentSecurityPolicy())
    }
  }

  private func payin(_ path: PathParameters) async throws -> Payin {
    let token = path["token"]
    guard token.utf8.count <= 64 else { throw OperationRefusal.notFound(.payin) }
    return try await service.payin(token: token)
  }

  private func dress(of payin: Payin) -> HostedPageDress {
    dresses[payin.merchant] ?? parts.dress(of: payin.merchant)
  }

  private func page(_ request: Request, _ path: PathParameters) async throws -> Response {
    let language = PageLanguage(request)
    let payin: Payin
    do { payin = try await self.payin(path) } catch OperationRefusal.notFound {
      return sent(unknown[language] ?? Response(.notFound), to: request)
    }
    let dress = dress(of: payin)
    let page = HostedPage(
      payin: payin, dress: dress, language: language, publicURL: service.document.publicURL,
      now: time.now())
    return sent(Self.answer(.ok, page.html, dress, language), to: request)
  }

  private func sent(_ page: Response, to request: Request) -> Response {
    guard StaticDocument.takesGzip(request) else { return page }
    var response = page
    response.headers["Content-Encoding"] = "gzip"
    response.body = compressed.member(of: response.body)
    return response
  }

  private static func answer(
    _ status: HTTPStatus, _ html: HTML, _ dress: HostedPageDress, _ language: PageLanguage
  ) -> Response {
    var response = Response.page(
      html.source, type: "text/html; charset=utf-8", caching: "no-store", dress.policy)
    response.status = status
    response.headers["Content-Language"] = language.rawValue
    response.headers["Vary"] = "Accept-Language, Accept-Encoding"
    return response
  }

  /// An image and nothing else, also where somebody opens it by itself.
  private static func image(_ logo: Logo) -> Response {
    let policy = ContentSecurityPolicy(sources: [
      "style-src": "'unsafe-inline'", "img-src": "data:", "sandbox": "",
    ])
    var response = Response.page(
      "", type: logo.mediaType, caching: "private, max-age=3600", policy)
    response.body = logo.bytes
    return response
  }

  /// What the page compares itself with.
  private func state(_ request: Request, _ path: PathParameters) async throws -> Response {
    let query = try RequestReading.parameters(request, known: ["wait", "seen"])
    guard let seconds = Int64(query["wait"] ?? "0"), (0...30).contains(seconds) else {
      throw Problem.invalidRequest("wait must be 0 to 30 seconds")
    }
    var payin = try await payin(path)
    let now = time.now()
    let mark = Self.mark(payin, now)
    if seconds > 0, query["seen"] ?? mark == mark {
      // The end of the payer's time changes the page without a commit.
      let left = (payin.expiresAt.milliseconds(since: now) + 999) / 1000
      let (id, merchant) = (payin.id, payin.merchant)
      payin = try await waits.taking(of: payin.token) {
        // Nobody waits for a client that has gone.
        try await request.presence.bounding {
          try await service.payin(
            id, merchant: merchant, waitingSeconds: left > 0 ? min(seconds, left) : seconds
          ) { Self.mark($0, now) != mark }
        }
      }
    }
    let state = PageState(payin, at: time.now())
    var response = Response.json(
      .ok,
      JSON.object(["state": JSON(state.rawValue), "version": JSON(payin.pageVersion)]).bytes)
    response.headers["Cache-Control"] = "no-store"
    return response
  }

  private static func mark(_ payin: Payin, _ now: Instant) -> String {
    "\(PageState(payin, at: now).rawValue).\(payin.pageVersion)"
  }
}

/// Pages as they were compressed last: whoever knows a page's address may ask for it all day, and
/// compressing is by far the dearest part of the answer.
final class CompressedPages: Sendable {
  /// Some 2 MB of them; all are forgotten where one more comes.
  private static let most = 256

  private let kept = Mutex<[[UInt8]: [UInt8]]>([:])

  /// The page as a gzip member.
  func member(of page: [UInt8]) -> [UInt8] {
    let digest = Digest.sha256(page)
    if let known = kept.withLock({ $0[digest] }) { return known }
    let made = Gzip.member(of: page)
    kept.withLock { kept in
      if kept.count >= Self.most { kept = [:] }
      kept[digest] = made
    }
    return made
  }
}
