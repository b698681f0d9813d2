// Searching answers while a customer types.
#pragma once

#include <cstddef>

namespace walkin::bench {

// Reports the time of a search after each letter of what people type, with so many articles.
void search_answers(std::size_t articles);

} // namespace walkin::bench
