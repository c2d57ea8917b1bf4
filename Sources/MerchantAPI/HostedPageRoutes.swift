import Gateway
import HTTPServing
import Payins

/// The payer's page: how to pay, how much, until when; and the barcode of a store reference.
struct HostedPageRoutes: Sendable {
  let service: PayinService

  func register(on router: inout Router) {
    router.serve(.get, "/pay/{token}") { _, path in
      let page = HostedPage(try await payin(path))
      var response = Response.page(
        page.html, type: "text/html; charset=utf-8", caching: "no-store", HostedPage.policy)
      response.headers["Refresh"] = page.refreshSeconds.map(String.init)
      return response
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
    guard token.utf8.count <= 64 else { throw Problem.notFound("there is no such page") }
    return try await service.payin(token: token)
  }
}
