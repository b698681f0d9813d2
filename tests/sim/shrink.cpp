#include "tests/sim/shrink.hpp"

#include <algorithm>

namespace walkin::sim {

namespace {
constexpr int k_tries_max = 1500;
} // namespace

std::optional<Violation> live_through(const Places& places, const Plan& plan, Lines* lines,
                                      std::int64_t* deeds) {
  std::function<void(const std::string&)> trace;
  if (lines != nullptr) trace = [lines](const std::string& line) { lines->push_back(line); };
  std::unique_ptr<World> world;
  try {
    world = std::make_unique<World>(places, plan, trace);
    world->live();
    world->heal();
    if (deeds != nullptr) *deeds += world->deeds();
  } catch (const Violation& violation) {
    if (world) world->tell_holdings();
    return violation;
  } catch (const std::exception& fault) {
    return Violation{"exception", fault.what()};
  }
  return std::nullopt;
}

Plan shrink(const Places& places, Plan plan, const std::string& kind) {
  int tries = 0;
  auto fails = [&](const Plan& shorter) {
    if (++tries > k_tries_max) return false;
    auto seen = live_through(places, shorter, nullptr, nullptr);
    return seen && seen->kind == kind;
  };
  for (std::size_t piece = plan.actions.size() / 2; piece > 0; piece /= 2) {
    bool was_shortened = true;
    while (was_shortened) {
      was_shortened = false;
      for (std::size_t from = 0; from < plan.actions.size();) {
        Plan shorter = plan;
        auto begin = shorter.actions.begin() + static_cast<std::ptrdiff_t>(from);
        shorter.actions.erase(
            begin, begin + static_cast<std::ptrdiff_t>(std::min(piece, plan.actions.size() - from)));
        if (fails(shorter)) {
          plan = std::move(shorter);
          was_shortened = true;
        } else {
          from += piece;
        }
      }
    }
  }
  for (std::size_t i = 0; i < k_faults; ++i) {
    Plan simpler = plan;
    simpler.faults.reset(i);
    if (plan.faults.test(i) && fails(simpler)) plan = std::move(simpler);
  }
  return plan;
}

} // namespace walkin::sim
