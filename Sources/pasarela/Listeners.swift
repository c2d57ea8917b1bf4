import Foundation
import Gateway
import HTTPServing
import JSONText
import MerchantAPI
import Payins

/// Where a gateway listens: for everybody, and where it is configured for operators.
struct Listeners: Sendable {
  /// Connections to the operators' own listener.
  private static let operatorConnections = 256

  let everybody: HTTPServer
  let operators: HTTPServer?
  private let configuration: Configuration
  private let watch: ServingWatch
  private let log: Log
  private let certificates: FileWatcher?

  init(_ configuration: Configuration, _ api: MerchantAPI, _ watch: ServingWatch, log: Log) {
    self.configuration = configuration
    self.watch = watch
    self.log = log
    certificates = configuration.tls.map { files in
      FileWatcher(time: SystemTime()) { files.all.map(FileWatcher.Entry.init) }
    }
    var open = Self.server(configuration, api.everybody, log)
    open.limits = Self.limits(configuration, log)
    everybody = HTTPServer(configuration: open, handler: api.everybody.handle)
    operators = api.operators.flatMap { face in
      configuration.operatorListener.map { address in
        var own = Self.server(configuration, face, log)
        (own.host, own.port, own.loops) = (address.host, address.port, 1)
        own.limits.connections = Self.operatorConnections
        return HTTPServer(configuration: own, handler: face.handle)
      }
    }
    watch.watch([everybody] + (operators.map { [$0] } ?? []))
  }

  private static func server(
    _ configuration: Configuration, _ face: Face, _ log: Log
  ) -> HTTPServerConfiguration {
    var out = HTTPServerConfiguration(host: configuration.host, port: configuration.port)
    out.tls = configuration.tls
    out.trustedProxies = configuration.trustedProxies
    out.judge = face.judge
    out.isVital = Face.isVital
    out.limits.bodyBytes = configuration.bodyBytes
    out.onFault = { fault in
      guard case .unusableHeader(_, let id) = fault else {
        return log.warn("the server reports", ["reason": .string("\(fault)")])
      }
      log.error(
        "a request failed",
        ["request_id": .string(id), "http_status": 500, "detail": .string("\(fault)")])
    }
    return out
  }

  private static func limits(_ configuration: Configuration, _ log: Log) -> HTTPLimits {
    var limits = HTTPLimits()
    limits.bodyBytes = configuration.bodyBytes
    limits.heldBytes = configuration.heldBytes
    let files = OpenFileLimit.raise()
    limits.connections = OpenFileLimit.connections(configuration.connections, under: files)
    if limits.connections < configuration.connections {
      log.warn(
        "fewer connections than configured: the process may not open more files",
        [
          "connections": .number(.init(Int64(limits.connections))),
          "open_files": .number(.init(Int64(files))),
        ])
    }
    limits.connectionsPerAddress =
      configuration.addressConnections ?? max(1, limits.connections / 4)
    return limits
  }

  /// - Returns: the port that everybody's calls come to.
  /// - Throws: what keeps either from listening.
  func start() throws(HTTPServerFault) -> Int {
    let port = try everybody.start()
    var fields: JSONObject = [
      "host": .string(configuration.host), "port": .number(.init(Int64(port))),
      "accounts": .array(configuration.accounts.map { .string($0.id) }),
    ]
    if let operators {
      fields["operator_port"] = .number(.init(Int64(try operators.start())))
    }
    log.info("serving", fields)
    return port
  }

  func drain(withinSeconds seconds: Int) async {
    async let open = everybody.drain(withinSeconds: seconds)
    _ = await operators?.drain(withinSeconds: seconds)
    _ = await open
  }

  /// Reads certificate and key anew; what cannot be used changes nothing and is said.
  func reloadCertificate() {
    guard configuration.tls != nil else { return }
    do throws(HTTPServerFault) {
      try everybody.reloadTLS()
      try operators?.reloadTLS()
      watch.certificate(isRefused: nil)
      log.info("the certificate was read anew")
    } catch {
      watch.certificate(isRefused: "\(error)")
      log.error("a certificate was refused", ["reason": .string("\(error)")])
    }
  }

  /// Reads them anew whenever their files have changed and come to rest, until the task is
  /// cancelled.
  func watchCertificate() async {
    await certificates?.watch { await FileWork.run { reloadCertificate() } }
  }
}
