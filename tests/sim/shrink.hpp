// Lives through plans, and finds the shortest one that still ends in the same violation.
#pragma once

#include "tests/sim/world.hpp"

namespace walkin::sim {

using Lines = std::vector<std::string>;

// What was seen, if anything was. `lines` are given what happens; `deeds` is added to.
std::optional<Violation> live_through(const Places& places, const Plan& plan, Lines* lines,
                                      std::int64_t* deeds);

// Leaves out actions and faults, halves first, as long as the violation stays of this kind (ddmin; Zeller,
// Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002).
Plan shrink(const Places& places, Plan plan, const std::string& kind);

} // namespace walkin::sim
