// walkin-sim: many small worlds in which everything goes wrong, each from a seed.
#include "tests/sim/shrink.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace {

using namespace walkin::sim;

// For a program that ends itself in the middle: which world it was.
std::uint64_t seed_now = 0, round_now = 0;

[[noreturn]] void tell_and_end() {
  fmt::print(stderr, "The programs have ended themselves: walkin-sim --seed {} --round {} --trace\n",
             seed_now, round_now);
  std::abort();
}

Faults read_faults(const std::string& list, const std::string& without) {
  auto read = [](const std::string& names) {
    Faults faults;
    for (const std::string& name : CLI::detail::split(names, ',')) {
      if (name.empty()) continue;
      auto fault = parse_fault(name);
      if (!fault) throw CLI::ValidationError("There is no fault " + name + ".");
      faults.set(static_cast<std::size_t>(*fault));
    }
    return faults;
  };
  Faults all = list.empty() ? Faults{}.set() : read(list);
  return all & ~read(without);
}

std::string all_faults() {
  std::string names;
  for (std::size_t i = 0; i < k_faults; ++i)
    names += (i == 0 ? "" : ", ") + std::string(name_of(static_cast<Fault>(i)));
  return names;
}

struct Options {
  std::uint64_t seed = 1, rounds = 100;
  std::optional<std::uint64_t> round;
  bool json = false, trace = false, shrinks = true, goes_on = false;
  std::string faults, without;
};

int run(const Options& options) {
  const Faults faults = read_faults(options.faults, options.without);
  const Places places;
  nlohmann::json found = nlohmann::json::array();
  std::uint64_t first = options.round.value_or(0), last = options.round ? first + 1 : options.rounds,
                rounds = 0;
  std::int64_t deeds = 0;
  for (std::uint64_t round = first; round < last; ++round) {
    seed_now = options.seed;
    round_now = round;
    Plan plan = make_plan(options.seed, round, faults);
    Lines lines;
    auto seen = live_through(places, plan, options.trace ? &lines : nullptr, &deeds);
    ++rounds;
    if (options.trace)
      for (const std::string& line : lines) fmt::print(stderr, "{}\n", line);
    if (!seen) continue;
    fmt::print(stderr, "seed {} round {}: {}: {}\n", options.seed, round, seen->kind, seen->text);
    found.push_back({{"round", round}, {"kind", seen->kind}, {"text", seen->text}});
    if (options.shrinks) {
      Plan shortest = shrink(places, plan, seen->kind);
      Lines story;
      auto again = live_through(places, shortest, &story, nullptr);
      fmt::print(stderr, "The shortest way to it that was found, {} of {} actions:\n",
                 shortest.actions.size(), plan.actions.size());
      for (const std::string& line : story) fmt::print(stderr, "  {}\n", line);
      fmt::print(stderr, "  {}\n", again ? again->text : "");
    }
    fmt::print(stderr, "Replay: walkin-sim --seed {} --round {} --trace\n", options.seed, round);
    if (!options.goes_on) break;
  }
  if (options.json)
    fmt::print("{}\n", nlohmann::json{{"seed", options.seed},
                                      {"rounds", rounds},
                                      {"violations", found.size()},
                                      {"deeds", deeds},
                                      {"found", found}}
                           .dump());
  else
    fmt::print("{} rounds, {} deeds, {} violations\n", rounds, deeds, found.size());
  return found.empty() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Lives through small worlds of stations and a desk in which everything goes wrong, and says when "
      "something was lost, repeated or different in the end.\nFaults: " +
      all_faults()};
  app.add_option("--seed", options.seed, "of all chance");
  app.add_option("--rounds", options.rounds, "worlds");
  app.add_option("--round", options.round, "this one alone");
  app.add_option("--faults", options.faults, "only these, by commas");
  app.add_option("--without", options.without, "not these, by commas");
  app.add_flag("--json", options.json, "one document on standard output");
  app.add_flag("--trace", options.trace, "tell on standard error what happens");
  app.add_flag("!--no-shrink", options.shrinks, "do not look for the shortest way to a violation");
  app.add_flag("--go-on", options.goes_on, "after a violation");
  try {
    app.parse(argc, argv);
    std::set_terminate(tell_and_end);
    return run(options);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::Error& wrong) {
    app.exit(wrong);
    return 2;
  } catch (const std::exception& fault) {
    fmt::print(stderr, "{}\n", fault.what());
    return 1;
  }
}
