import Gateway
import HTTPServing
import Payins

/// The payer's page: how to pay, how much, until when; and the barcode of a store reference.
struct HostedPageRoutes: Sendable {
  let service: PayinService

  func register(on router: inout Router) {
    router.serve(.get, "/pay/{token}") { _, path in
      let payin = try await payin(path)
      return page(HostedPage(payin).html, type: "text/html; charset=utf-8")
    }
    router.serve(.get, "/pay/{token}/barcode.svg") { _, path in
      guard case .store(let store) = try await payin(path).instructions,
        let barcode = Code128(store.reference)
      else { throw Problem.notFound("this pay-in has no barcode") }
      return page(barcode.svg, type: "image/svg+xml")
    }
  }

  private func payin(_ path: PathParameters) async throws -> Payin {
    let token = path["token"]
    guard token.utf8.count <= 64 else { throw Problem.notFound("there is no such page") }
    return try await service.payin(token: token)
  }

  private func page(_ text: String, type: String) -> Response {
    var response = Response.text(.ok, text, type: type)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] =
      "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; "
      + "form-action 'none'; frame-ancestors 'none'"
    return response
  }
}
