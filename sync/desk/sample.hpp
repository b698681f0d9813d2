// Realistic tickets to try a desk with: people of three languages, problems that fit their machines,
// histories as a help desk writes them.
#pragma once

#include "sync/desk/data_directory.hpp"

#include <cstdint>

namespace walkin::desk {

// Adds the sample's staff (who cannot sign in until they get a password) and `count` tickets that end at
// `now`. The same seed tells the same stories. Faults of the database are exceptions.
void add_sample(OpenDesk& desk, std::size_t count, std::uint64_t seed, base::Instant now,
                base::Random& random);

} // namespace walkin::desk
