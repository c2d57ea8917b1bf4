// curl_easy_setopt and its kin are variadic, which Swift cannot call.
#ifndef PASARELA_CCURL_H
#define PASARELA_CCURL_H
#include <curl/curl.h>
#endif
