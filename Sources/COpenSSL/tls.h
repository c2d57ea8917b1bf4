// libssl for HTTPServing: inbound TLS over memory BIOs.
#ifndef PASARELA_COPENSSL_TLS_H
#define PASARELA_COPENSSL_TLS_H
#include <openssl/ssl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#endif
