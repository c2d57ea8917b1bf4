internal import CCurl
internal import Glibc

// What libcurl calls, on the loop's thread. `context` is the Transfer, which the loop keeps alive.

private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
  unsafe context.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

private func buffer(
  _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int
) -> UnsafeBufferPointer<UInt8> {
  unsafe UnsafeBufferPointer(
    start: UnsafeRawPointer(bytes)?.assumingMemoryBound(to: UInt8.self), count: count)
}

/// Taking fewer bytes than offered ends the transfer with CURLE_WRITE_ERROR.
func takeHeaderLine(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let transfer = unsafe transfer(context) else { return 0 }
  let line = unsafe Array(buffer(bytes, size * count))
  return transfer.takeHeader(line) ? size * count : 0
}

/// As for a header line; libcurl asks with no bytes too, and 0 is then right.
func takeBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let transfer = unsafe transfer(context) else { return 0 }
  let part = unsafe buffer(bytes, size * count)
  return unsafe transfer.reader.takeBody(part) ? size * count : 0
}

func openSocket(
  _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype,
  _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
  guard let transfer = unsafe transfer(context), let address = unsafe address,
    unsafe transfer.mayConnect(to: SocketAddress.bytes(address))
  else { return CURL_SOCKET_BAD }
  let kind = unsafe address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
  return unsafe socket(address.pointee.family, kind, address.pointee.protocol)
}

func beginRequest(
  _ context: UnsafeMutableRawPointer?, _ peer: UnsafeMutablePointer<CChar>?,
  _ local: UnsafeMutablePointer<CChar>?, _ peerPort: Int32, _ localPort: Int32
) -> Int32 {
  guard let transfer = unsafe transfer(context) else { return CURL_PREREQFUNC_ABORT }
  let connection = unsafe KeptConnections.Endpoints(
    peer: peer.map { unsafe String(cString: $0) } ?? "", peerPort: peerPort,
    local: local.map { unsafe String(cString: $0) } ?? "", localPort: localPort)
  return transfer.mayBegin(on: connection) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

/// Here `context` is the loop's KeptConnections.
func closeSocket(_ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> Int32 {
  if let context = unsafe context {
    unsafe Unmanaged<KeptConnections>.fromOpaque(context).takeUnretainedValue().forget(socket)
  }
  return close(socket)
}
