// Realistic tickets to try a desk with: people of three languages, problems that fit their machines,
// histories as a help desk writes them.
#pragma once

#include "sync/desk/data_directory.hpp"

#include <cstdint>

namespace walkin::desk {

// Sites that are closed at this moment are open today for longer, so that whoever tries the desk at night or
// on a Sunday finds people in its queues.
void open_sites_now(OpenDesk& desk, base::Instant now, const ZoneSource& zones);

// Adds the sample's staff (who cannot sign in until they get a password) and `count` tickets that end at
// `now`, those at the counters today by the clock of `zone`. The same seed tells the same stories. Faults of
// the database are exceptions.
void add_sample(OpenDesk& desk, std::size_t count, std::uint64_t seed, base::Instant now,
                base::Random& random, const base::Zone& zone = {});

} // namespace walkin::desk
