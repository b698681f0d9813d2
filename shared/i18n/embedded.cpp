#include "shared/i18n/embedded.hpp"

// WALKIN_CATALOGUES is the folder into which msgfmt wrote; the build file makes this file depend on its
// results.
#define WALKIN_EMBED(tag)                                                                                    \
  asm(".pushsection .rodata\n"                                                                               \
      ".balign 16\n"                                                                                         \
      "walkin_catalogue_" #tag "_begin:\n"                                                                   \
      ".incbin \"" WALKIN_CATALOGUES "/" #tag ".mo\"\n"                                                      \
      "walkin_catalogue_" #tag "_end:\n"                                                                     \
      ".byte 0\n"                                                                                            \
      ".globl walkin_catalogue_" #tag "_begin\n"                                                             \
      ".globl walkin_catalogue_" #tag "_end\n"                                                               \
      ".popsection\n");                                                                                      \
  extern "C" const char walkin_catalogue_##tag##_begin[];                                                    \
  extern "C" const char walkin_catalogue_##tag##_end[];

WALKIN_EMBED(en)
WALKIN_EMBED(es)
WALKIN_EMBED(nb)

namespace walkin::i18n {

std::span<const char> embedded_catalogue(Language language) {
  switch (language) {
  case Language::en: return {walkin_catalogue_en_begin, walkin_catalogue_en_end};
  case Language::es: return {walkin_catalogue_es_begin, walkin_catalogue_es_end};
  case Language::nb: return {walkin_catalogue_nb_begin, walkin_catalogue_nb_end};
  }
  return {};
}

} // namespace walkin::i18n
