import HTTPServing

/// A server on a free port of the loopback, for a test.
struct LiveServer {
  let server: HTTPServer
  let port: Int

  init(
    _ handler: @escaping Handler = LiveServer.echo,
    configure: (inout HTTPServerConfiguration) -> Void = { _ in }
  ) throws {
    var configuration = HTTPServerConfiguration(port: 0)
    configuration.loops = 2
    configure(&configuration)
    server = HTTPServer(configuration: configuration, handler: handler)
    port = try server.start()
  }

  /// Answers with method, path and body.
  static let echo: Handler = { request in
    let text = "\(request.method) \(request.path) "
    return Response(
      .ok, headers: ["Content-Type": "text/plain"], body: Array(text.utf8) + request.body)
  }
}
