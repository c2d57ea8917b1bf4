// curl_easy_setopt and its kin are variadic, which Swift cannot call: one inline function for each
// type of argument that is used.
#ifndef PASARELA_CCURL_H
#define PASARELA_CCURL_H
#include <curl/curl.h>

static inline CURLcode pasarela_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

// libcurl copies the string; NULL puts the option back to its default.
static inline CURLcode pasarela_set_string(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}

// libcurl keeps the pointer (error buffer, user data of a callback).
static inline CURLcode pasarela_set_pointer(CURL *easy, CURLoption option, void *value) {
  return curl_easy_setopt(easy, option, value);
}

// libcurl copies the body.
static inline CURLcode pasarela_set_body(CURL *easy, const void *bytes, size_t count) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
  return code ? code : curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes);
}

// libcurl keeps the list.
static inline CURLcode pasarela_set_headers(CURL *easy, struct curl_slist *headers) {
  return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
}

static inline CURLcode pasarela_set_write(CURL *easy, CURLoption option, curl_write_callback call) {
  return curl_easy_setopt(easy, option, call);
}

static inline CURLcode pasarela_set_opensocket(CURL *easy, curl_opensocket_callback call) {
  return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, call);
}

static inline CURLcode pasarela_set_closesocket(CURL *easy, curl_closesocket_callback call) {
  return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, call);
}

static inline CURLcode pasarela_set_prereq(CURL *easy, curl_prereq_callback call) {
  return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, call);
}

static inline CURLcode pasarela_get_long(CURL *easy, CURLINFO info, long *value) {
  return curl_easy_getinfo(easy, info, value);
}

// CURL_SOCKET_BAD where the connection of the last transfer is closed.
static inline curl_socket_t pasarela_active_socket(CURL *easy) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket);
  return socket;
}

// The file of certificate authorities that libcurl was built with, or NULL.
static inline const char *pasarela_default_ca_file(void) {
  return curl_version_info(CURLVERSION_NOW)->cainfo;
}

static inline CURLMcode pasarela_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}
#endif
