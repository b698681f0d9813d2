// The compiled catalogues inside the program file, so that no installed program can be without its words.
#pragma once

#include "shared/i18n/catalogue.hpp"

#include <span>

namespace walkin::i18n {

// The .mo file made from assets/i18n/<tag>.po at build.
std::span<const char> embedded_catalogue(Language language);

} // namespace walkin::i18n
