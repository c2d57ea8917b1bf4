internal import CCurl
internal import Glibc

/// One call on its way through libcurl. Touched by the loop's thread alone; libcurl's callbacks run
/// there too.
@safe final class Transfer {
  let call: PendingCall
  let easy: EasyHandle
  var reader: ResponseReader
  private(set) var facts = TransferFacts()
  private let connections: KeptConnections
  private var connection = KeptConnections.Endpoints()
  private var isFresh = false
  private var headers: UnsafeMutablePointer<curl_slist>?
  private let errorText: UnsafeMutablePointer<CChar>

  init(_ call: PendingCall, on easy: EasyHandle, keeping connections: KeptConnections) {
    self.call = call
    self.easy = easy
    self.connections = connections
    reader = ResponseReader(
      bodyBytesMax: call.limits.responseBytes, cutsBody: call.limits.cutsBody)
    unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    unsafe curl_slist_free_all(headers)
    unsafe errorText.deallocate()
  }

  /// Sets every option anew, since the handle comes out of a pool.
  func prepare(_ configuration: CurlClient.Configuration) {
    setSafety(configuration)
    setRequest()
    let limits = call.limits
    easy.set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(limits.connectMilliseconds))
    easy.set(CURLOPT_TIMEOUT_MS, Self.milliseconds(limits.totalMilliseconds))
    easy.set(CURLOPT_MAXAGE_CONN, configuration.idleSeconds)
    // Refuses early what is announced too large; HEAD announces what it does not bring.
    let isUnlimited = call.request.method == "HEAD" || limits.cutsBody
    let declared = isUnlimited ? 0 : max(limits.responseBytes, 1)
    easy.set(CURLOPT_MAXFILESIZE, declared)
    unsafe easy.set(CURLOPT_ERRORBUFFER, pointer: errorText)
    setCallbacks()
  }

  /// What is known now that libcurl is done with it.
  func outcome(_ code: CURLcode) -> CallOutcome {
    // Where the status alone matters, a body that is not in the coding it claims, or that does not
    // end, costs nothing.
    if code == CURLE_OK || reader.isCut || call.limits.cutsBody && reader.hasWholeHead {
      let status = easy.long(CURLINFO_RESPONSE_CODE)
      guard status >= 200 else {
        return facts.outcome(CallFailure(.malformed, "the answer has no final status"))
      }
      return .answered(HTTPResponse(status: status, headers: reader.headers, body: reader.body))
    }
    let written = unsafe String(cString: errorText)
    let failure = facts.failure(
      code,
      written: unsafe written.isEmpty ? String(cString: curl_easy_strerror(code)) : written,
      systemError: Int32(truncatingIfNeeded: easy.long(CURLINFO_OS_ERRNO)),
      isTooLarge: reader.isTooLarge)
    return facts.outcome(failure)
  }

  /// False where the answer is too large.
  func takeHeader(_ line: [UInt8]) -> Bool {
    guard reader.takeHeaderLine(line) else { return false }
    // Some servers write a charset there: what is no coding leaves the body as it came.
    let coding = reader.headers.last.flatMap { $0.isNamed("content-encoding") ? $0.value : nil }
    if let coding, !Self.areCodings(coding) { easy.set(CURLOPT_HTTP_CONTENT_DECODING, 0) }
    return true
  }

  private static func areCodings(_ names: String) -> Bool {
    let known = ["gzip", "x-gzip", "deflate", "br", "zstd", "identity", "none"]
    return names.utf8.split { [0x20, 0x09, UInt8(ascii: ",")].contains($0) }
      .allSatisfy { known.contains(String(Substring($0)).lowercased()) }
  }

  /// libcurl is about to connect to `address`. False: it must not.
  func mayConnect(to address: [UInt8]) -> Bool {
    facts.mayConnect(
      isSafe: call.request.isSafe, isAllowed: call.limits.addressPolicy.allows(address))
  }

  /// libcurl is about to write the request on `connection`. False: it must not.
  func mayBegin(on connection: KeptConnections.Endpoints) -> Bool {
    self.connection = connection
    let isReused = easy.long(CURLINFO_NUM_CONNECTS) == 0
    let address = SocketAddress.bytes(text: connection.peer)
    return facts.mayBegin(
      isSafe: call.request.isSafe, isAllowed: call.limits.addressPolicy.allows(address),
      isSpoiled: isReused && connections.isSpoiled(connection))
  }

  /// Whether libcurl chose a spoiled connection, so that nothing was written: the same again on a
  /// fresh one is then due, once.
  func startsAfresh(_ code: CURLcode) -> Bool {
    guard code == CURLE_ABORTED_BY_CALLBACK, facts.connectionWasSpoiled, !isFresh else {
      return false
    }
    isFresh = true
    unsafe errorText.pointee = 0
    easy.set(CURLOPT_FRESH_CONNECT, 1)
    return easy.refusal == CURLE_OK
  }

  /// After an answer: notes the connection, where libcurl keeps it. HTTP/2 tells answers apart by
  /// itself.
  func noteConnection() {
    let socket = unsafe pasarela_active_socket(easy.pointer)
    guard socket != CURL_SOCKET_BAD else { return }
    if easy.long(CURLINFO_HTTP_VERSION) < CURL_HTTP_VERSION_2_0 {
      connections.keep(socket, connection)
    }
  }

  private static func milliseconds(_ value: Int) -> Int {
    min(max(value, 1), Int(Int32.max))  // 0 would mean libcurl's default
  }
}

// MARK: - Options

extension Transfer {
  private func setSafety(_ configuration: CurlClient.Configuration) {
    easy.set(CURLOPT_NOSIGNAL, 1)
    easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
    easy.set(CURLOPT_FOLLOWLOCATION, 0)
    easy.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
    easy.set(CURLOPT_HTTP09_ALLOWED, 0)
    easy.set(
      CURLOPT_HTTP_VERSION,
      configuration.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1)
    easy.set(CURLOPT_SSL_VERIFYPEER, 1)
    easy.set(CURLOPT_SSL_VERIFYHOST, 2)
    easy.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    if let caFile = configuration.caFile { easy.set(CURLOPT_CAINFO, caFile) }
    if configuration.caFile != nil || Self.systemHasBundle {
      // libcurl keeps a parsed bundle, but not where a directory is to be searched too: every new
      // connection would then cost ten times the work.
      unsafe easy.note(pasarela_set_string(easy.pointer, CURLOPT_CAPATH, nil))
    }
    // Set even where there is none, or libcurl would look into the environment.
    easy.set(CURLOPT_PROXY, configuration.proxy ?? "")
    easy.set(CURLOPT_NOPROXY, "")
    easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    // A resolver that hangs past the time-out is left to its thread; waiting for it would hold up
    // every other call.
    easy.set(CURLOPT_QUICK_EXIT, 1)
  }

  /// Whether libcurl knows one file with the system's certificate authorities.
  private static let systemHasBundle = unsafe pasarela_default_ca_file() != nil

  private func setRequest() {
    let request = call.request
    easy.set(CURLOPT_URL, request.url)
    switch (request.method, request.body.isEmpty) {
    case ("GET", _): easy.set(CURLOPT_HTTPGET, 1)
    case ("HEAD", _): easy.set(CURLOPT_NOBODY, 1)
    case ("DELETE", true): easy.set(CURLOPT_CUSTOMREQUEST, request.method)
    default:
      easy.set(CURLOPT_POST, 1)
      unsafe easy.note(pasarela_set_body(easy.pointer, request.body, request.body.count))
      easy.set(CURLOPT_CUSTOMREQUEST, request.method)
    }
    // What is encoded all the same is decoded, before its size is judged.
    easy.set(CURLOPT_ACCEPT_ENCODING, "identity")
    // A name without a value keeps libcurl from adding its own.
    append("Expect:")
    if !request.headers.contains(where: { $0.isNamed("content-type") }) {
      append("Content-Type:")
    }
    for header in request.headers {
      // libcurl's way to spell a header with an empty value is a semicolon.
      let isEmpty = header.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
      append(isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
    }
    unsafe easy.note(pasarela_set_headers(easy.pointer, headers))
  }

  private func append(_ line: String) {
    guard let longer = unsafe curl_slist_append(headers, line) else {
      return easy.note(CURLE_OUT_OF_MEMORY)
    }
    unsafe headers = longer
  }

  private func setCallbacks() {
    let transfer = unsafe Unmanaged.passUnretained(self).toOpaque()
    let handle = unsafe easy.pointer
    unsafe easy.set(CURLOPT_HEADERDATA, pointer: transfer)
    unsafe easy.set(CURLOPT_WRITEDATA, pointer: transfer)
    unsafe easy.set(CURLOPT_OPENSOCKETDATA, pointer: transfer)
    unsafe easy.set(CURLOPT_PREREQDATA, pointer: transfer)
    // The connection outlives this transfer, so its closing is the loop's matter.
    unsafe easy.set(
      CURLOPT_CLOSESOCKETDATA, pointer: Unmanaged.passUnretained(connections).toOpaque())
    unsafe easy.note(pasarela_set_closesocket(handle, closeSocket))
    unsafe easy.note(pasarela_set_write(handle, CURLOPT_HEADERFUNCTION, takeHeaderLine))
    unsafe easy.note(pasarela_set_write(handle, CURLOPT_WRITEFUNCTION, takeBody))
    unsafe easy.note(pasarela_set_opensocket(handle, openSocket))
    unsafe easy.note(pasarela_set_prereq(handle, beginRequest))
  }
}

/// A call that waits for its outcome.
struct PendingCall: Sendable {
  let request: HTTPRequest
  let limits: CallLimits
  let continuation: CheckedContinuation<CallOutcome, Never>
}
