// A round's plan: which faults there are in this world and what happens in it, as a list that can be replayed
// and shortened. Each action has chance of its own, so that leaving one out does not change the others.
#pragma once

#include "tests/sim/dice.hpp"

#include <bitset>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walkin::sim {

enum class Fault {
  lost,          // requests and replies
  delayed,       // a request arrives long after its sender gave up, in any order
  doubled,       // a request arrives twice
  cut,           // a message ends early
  mangled,       // a bit of a reply is another
  portal,        // a page of HTML answers instead of the desk
  busy,          // the desk sends stations away for a while
  kill,          // a process ends between two writes
  power,         // a machine loses its power, and what was not synced
  full,          // a disk has no room
  io_error,      // one call to the disk fails
  read_only,     // a disk can only be read
  locked,        // another program holds the station's file
  clock,         // a clock is years off, or jumps
  drift,         // a clock runs too fast or too slow
  newer,         // events of kinds and messages with members that this program does not know
  poison,        // an event that nobody can read
  refused,       // a write that the desk does not allow
  second,        // a second program works on the same files, also in the middle of the first one's work
  rows,          // a row of a station's log vanished or changed on the disk
  rolled_back,   // a station's disk is put back to an image that was taken of it
  copied,        // a station's folder is copied, and both go on working
  scopes,        // tickets go from person to person, group to group and site to site
  moved,         // a station is given to another person or group, also in the middle of a pull
  kiosk,         // one of the stations is a kiosk
  upgraded,      // a station's file was written by the program before, with events waiting in it
  restored,      // the desk is put back to a backup
  erased,        // a customer's data is erased at the desk
  hostile,       // a station that was taken over sends what is not its own, and rubbish
  files,         // people attach files
  file_cut,      // a file's content ends early on its way
  file_rot,      // a bit of a file is another on the disk, before the desk has looked at all of it
  small_batches, // pages and batches of a few events
  count_
};

inline constexpr std::size_t k_faults = static_cast<std::size_t>(Fault::count_);
using Faults = std::bitset<k_faults>;

std::string_view name_of(Fault fault);
std::optional<Fault> parse_fault(std::string_view name);
inline bool has(const Faults& faults, Fault fault) { return faults.test(static_cast<std::size_t>(fault)); }

enum class Do {
  register_ticket,
  write,      // on a ticket at a station
  desk_write, // in the console
  read,       // a person looks again
  sync,
  wait,
  deliver,   // what is still under way arrives
  die,       // now
  arm_death, // at some call to come
  disk_trouble,
  disk_repair,
  fail_call,
  set_clock,
  beside, // a second desk works while the first does
  harm_row,
  take_image,
  roll_back,
  refused_push, // the station belonged elsewhere for a moment
  copy,
  attack,    // by a station that was taken over
  give_away, // the station, to somebody else
  upgrade,
  back_up_desk,
  restore_desk,
  erase,
  attach,
  fetch, // somebody looks at an attachment
  rot,
  let_expire, // nobody is there for as long as the desk keeps what is unfinished
};

struct Action {
  Do what;
  int who = 0; // a station; the desk is k_desk
  std::uint64_t salt = 0;
};
inline constexpr int k_desk = -1;

struct Plan {
  std::uint64_t seed = 0; // of ids and of what people type
  int stations = 2;       // a copy of one comes behind them
  Faults faults;
  std::vector<Action> actions;
};

// The plan of one round; only faults of `allowed` occur.
Plan make_plan(std::uint64_t seed, std::uint64_t round, const Faults& allowed);

std::string_view name_of(Do what);

} // namespace walkin::sim
