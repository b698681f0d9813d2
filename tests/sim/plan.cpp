#include "tests/sim/plan.hpp"

#include <array>

namespace walkin::sim {

namespace {

constexpr std::array<std::string_view, k_faults> k_fault_names{
    "lost",    "delayed", "doubled",  "cut",      "mangled",      "portal",   "busy",
    "kill",    "power",   "full",     "io_error", "read_only",    "locked",   "clock",
    "drift",   "newer",   "poison",   "refused",  "second",       "rows",     "rolled_back",
    "copied",  "scopes",  "moved",    "kiosk",    "upgraded",     "restored", "erased",
    "hostile", "files",   "file_cut", "file_rot", "small_batches"};

struct Weight {
  Do what;
  int weight;
  std::optional<Fault> needs;
};
constexpr Weight k_weights[] = {
    {Do::register_ticket, 10, {}},
    {Do::write, 26, {}},
    {Do::desk_write, 9, {}},
    {Do::read, 3, {}},
    {Do::sync, 26, {}},
    {Do::wait, 6, {}},
    {Do::deliver, 4, Fault::delayed},
    {Do::die, 2, Fault::kill},
    {Do::die, 2, Fault::power},
    {Do::arm_death, 4, Fault::kill},
    {Do::arm_death, 4, Fault::power},
    {Do::disk_trouble, 2, Fault::full},
    {Do::disk_trouble, 2, Fault::read_only},
    {Do::disk_trouble, 2, Fault::locked},
    {Do::disk_repair, 4, Fault::full},
    {Do::disk_repair, 4, Fault::read_only},
    {Do::disk_repair, 4, Fault::locked},
    {Do::fail_call, 3, Fault::io_error},
    {Do::set_clock, 3, Fault::clock},
    {Do::set_clock, 2, Fault::drift},
    {Do::refused_push, 3, Fault::refused},
    {Do::beside, 6, Fault::second},
    {Do::harm_row, 3, Fault::rows},
    {Do::take_image, 3, Fault::rolled_back},
    {Do::roll_back, 3, Fault::rolled_back},
    {Do::copy, 2, Fault::copied},
    {Do::attack, 6, Fault::hostile},
    {Do::give_away, 5, Fault::moved},
    {Do::upgrade, 3, Fault::upgraded},
    {Do::back_up_desk, 3, Fault::restored},
    {Do::restore_desk, 3, Fault::restored},
    {Do::erase, 4, Fault::erased},
    {Do::attach, 16, Fault::files},
    {Do::fetch, 4, Fault::files},
    {Do::let_expire, 1, Fault::files},
    {Do::rot, 3, Fault::file_rot},
};

// Of what a fault brings about: whether the desk's machine may be the one.
bool happens_at_desk(Do what) {
  switch (what) {
  case Do::refused_push:
  case Do::beside:
  case Do::harm_row:
  case Do::take_image:
  case Do::roll_back:
  case Do::copy:
  case Do::attack:
  case Do::give_away:
  case Do::upgrade:
  case Do::back_up_desk:
  case Do::restore_desk:
  case Do::erase:
  case Do::attach:
  case Do::fetch:
  case Do::let_expire: return false;
  default: return true;
  }
}

} // namespace

std::string_view name_of(Fault fault) { return k_fault_names[static_cast<std::size_t>(fault)]; }

std::optional<Fault> parse_fault(std::string_view name) {
  for (std::size_t i = 0; i < k_faults; ++i)
    if (k_fault_names[i] == name) return static_cast<Fault>(i);
  return std::nullopt;
}

Plan make_plan(std::uint64_t seed, std::uint64_t round, const Faults& allowed) {
  Dice dice(Dice(seed).next() ^ (round * 0xd1342543de82ef95ull));
  Plan plan;
  plan.seed = dice.next();
  plan.stations = dice.number(2, 4);
  // Each round has some faults and not others: all at once hide what two of them do together.
  const int share = dice.number(10, 70);
  for (std::size_t i = 0; i < k_faults; ++i) plan.faults.set(i, dice.chance(share) && allowed.test(i));
  std::vector<const Weight*> choices;
  for (const Weight& weight : k_weights)
    if (!weight.needs || has(plan.faults, *weight.needs))
      choices.insert(choices.end(), static_cast<std::size_t>(weight.weight), &weight);
  const int count = dice.number(20, 80), last = plan.stations - (has(plan.faults, Fault::copied) ? 0 : 1);
  for (int i = 0; i < count; ++i) {
    const Weight* choice = dice.pick(choices);
    int who = dice.number(choice->needs && happens_at_desk(choice->what) ? k_desk : 0, last);
    plan.actions.push_back({choice->what, who, dice.next()});
  }
  return plan;
}

std::string_view name_of(Do what) {
  switch (what) {
  case Do::register_ticket: return "register";
  case Do::write: return "write";
  case Do::desk_write: return "desk write";
  case Do::read: return "read";
  case Do::sync: return "sync";
  case Do::wait: return "wait";
  case Do::deliver: return "deliver";
  case Do::die: return "die";
  case Do::arm_death: return "die at a call";
  case Do::disk_trouble: return "disk trouble";
  case Do::disk_repair: return "disk repair";
  case Do::fail_call: return "call fails";
  case Do::set_clock: return "clock";
  case Do::refused_push: return "refused push";
  case Do::beside: return "beside";
  case Do::harm_row: return "harm row";
  case Do::take_image: return "take image";
  case Do::roll_back: return "roll back";
  case Do::copy: return "copy";
  case Do::attack: return "attack";
  case Do::upgrade: return "upgrade";
  case Do::back_up_desk: return "back up the desk";
  case Do::restore_desk: return "restore the desk";
  case Do::erase: return "erase";
  case Do::attach: return "attach";
  case Do::fetch: return "fetch";
  case Do::rot: return "rot";
  case Do::let_expire: return "let expire";
  case Do::give_away: return "give away";
  }
  return "";
}

} // namespace walkin::sim
