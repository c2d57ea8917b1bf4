// libssl for HTTPServing: inbound TLS over memory BIOs.
#ifndef PASARELA_COPENSSL_TLS_H
#define PASARELA_COPENSSL_TLS_H
#include <openssl/ssl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

// An encrypted key is refused: the default would ask for its password on the terminal.
static inline int pasarela_tls_no_password(char *buffer, int size, int writing, void *context) {
  (void)buffer; (void)size; (void)writing; (void)context;
  return -1;
}

// TLS 1.3, and 1.2 with forward secrecy and authenticated encryption only; no renegotiation, no
// buffers held by idle sessions. Macros with casts and 64-bit flags that Swift cannot call. Answers
// 1, or 0 as OpenSSL does.
static inline int pasarela_tls_prepare(SSL_CTX *context) {
  SSL_CTX_set_default_passwd_cb(context, pasarela_tls_no_password);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) return 0;
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

// Asks clients for a certificate by one of the authorities in the file. One that is shown has to be
// good; none is shown by most. Answers 1, or 0 as OpenSSL does.
static inline int pasarela_tls_ask_clients(SSL_CTX *context, const char *file) {
  static const unsigned char name[] = "pasarela";
  if (SSL_CTX_load_verify_file(context, file) != 1) return 0;
  STACK_OF(X509_NAME) *authorities = SSL_load_client_CA_file(file);
  if (authorities == NULL) return 0;
  SSL_CTX_set_client_CA_list(context, authorities);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  return SSL_CTX_set_session_id_context(context, name, sizeof name - 1);
}
#endif
