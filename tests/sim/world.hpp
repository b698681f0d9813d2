// One round: a desk, a few stations and the people who use them live through a plan; then the world is healed
// and all must have come to the same.
#pragma once

#include "tests/sim/machines.hpp"
#include "tests/sim/network.hpp"
#include "tests/sim/plan.hpp"
#include "tests/sim/scopes.hpp"

#include <fmt/format.h>

namespace walkin::sim {

inline const std::vector<std::string> k_sites{"Library", "Annex"};
inline const std::vector<std::string> k_persons{"ana", "bo", "carla", "ingrid"}; // one a station, at first
inline const std::vector<std::string> k_groups{"Network", "Printers"};
inline constexpr std::size_t k_all_events = 10'000, k_all_bytes = 100'000'000;

const char* word_of(Ended ended);

// What somebody did, and what they were told of it.
struct Deed {
  enum class State {
    done,    // acknowledged: it must be there for ever, once
    unknown, // nobody was told: it may be there, once and whole
    refused  // they were told that it was not done: it must not be there
  };
  int number = 0;
  int who = 0;
  State state = State::unknown;
  domain::TicketId ticket;               // nil when it is not known
  std::vector<domain::EventParts> parts; // as typed
  bool is_registration = false;
  bool may_be_cut = false;                  // its station's disk was put back before all of it was sent
  std::optional<domain::EventId> rewritten; // its newest event is one that cannot be compared
  std::string label() const { return fmt::format("p{}", number); }
};

class World {
public:
  // Throws Violation. With `trace`, every line of what happens is given to it.
  World(const Places& places, const Plan& plan, std::function<void(const std::string&)> trace);
  ~World();
  void live();          // through the plan
  void heal();          // and demand
  void tell_holdings(); // into the trace: what each machine has on its disk
  std::int64_t deeds() const { return static_cast<std::int64_t>(deeds_.size()); }

private:
  void add_station(int who, Dice& dice);
  StationMachine& add_machine(const store::StationIdentity& identity, Dice& dice);
  void act(const Action& action);
  void register_ticket(StationMachine& station, Dice dice);
  Deed new_deed(int who) const;
  void write(StationMachine& station, Dice dice);
  void rewrite(StationMachine& station, Deed& deed, Dice& dice);
  void desk_write(Dice dice);
  void sync(StationMachine& station, Dice dice, const std::function<void()>& prepare = {});
  void refused_push(StationMachine& station, Dice dice);
  void work_beside(StationMachine& station, Dice dice);
  void harm_row(StationMachine& station, Dice dice);
  static void look_at_own(const domain::Ticket& ticket);
  void take_image(StationMachine& station);
  void roll_back(StationMachine& station);
  void copy(StationMachine& station, Dice dice);
  void give_away(StationMachine& station, Dice dice);
  void upgrade(StationMachine& station);
  void back_up_desk();
  void restore_desk();
  void erase(Dice dice);
  void attach(StationMachine& station, Dice dice);
  domain::TicketId some_ticket(StationMachine& station, Dice& dice);
  void desk_attach(const std::string& code, Deed& deed, Dice& dice, base::Status& told);
  void carry_files(StationMachine& station, int steps_max);
  void fetch(StationMachine& station, Dice dice);
  void rot(Machine& at, Dice dice);
  void let_expire();
  void excuse(int who, std::size_t since);
  void demand_names();
  void demand_files(const std::vector<Fact>& feed);
  void blow(Dice dice); // new weather
  void demand_erasures(const std::vector<Fact>& feed);
  bool may_be_lost(const Deed& deed) const;
  void set_clock(Machine& machine, Dice dice);
  void disk_trouble(Machine& machine, Dice dice);
  void die(Machine& machine, Dice dice);
  void arm_death(Machine& machine, Dice dice);
  void pass_time(std::int64_t ms);

  // What a person is about to write, by chance.
  std::vector<domain::EventParts> words_to_write(Dice& dice, int number);
  void write_at(store::Station& station, Deed& deed, StationMachine& machine);
  void look_again(StationMachine& station);
  // Whether tickets move between stations that belong to persons and groups.
  bool has_scopes() const { return has(plan_.faults, Fault::scopes) || has(plan_.faults, Fault::moved); }
  bool may_have_left(const domain::TicketId& ticket) const;
  void look_again(StationMachine& station, const domain::TicketId& ticket);
  void sync_all();
  bool decide_quarantine();
  void demand_progress();
  void demand_deeds(const std::vector<Fact>& feed);
  void demand_agreement(const Stories& stories);
  void demand_agreement(StationMachine& station, const Belongs& belongs, const Stories& stories);
  void demand_statuses(StationMachine& kiosk, const Belongs& belongs, const Stories& stories);
  void demand_digests(StationMachine& station, const std::map<std::string, NaiveDigest>& expected);
  void demand_secrets(StationMachine& station, const Belongs& belongs, const Stories& stories);
  void demand_two_replicas(StationMachine& copy);
  void demand_sound_files();
  bool is_healed(StationMachine& station, std::string& why);

  Machine& machine(int who);
  template <class... Parts>
  void say(fmt::format_string<Parts...> format, Parts&&... parts) {
    if (trace_) trace_(fmt::format(format, std::forward<Parts>(parts)...));
  }

  const Places& places_;
  const Plan& plan_;
  std::function<void(const std::string&)> trace_;
  TrueTime time_{1'795'000'000'000};
  SimRandom random_;
  DeskMachine desk_;
  Network network_;
  std::vector<std::unique_ptr<SimLink>> links_;
  std::vector<std::unique_ptr<StationMachine>> stations_;
  std::vector<Deed> deeds_;
  std::map<std::string, Bytes> desk_backup_; // empty: none
  std::size_t deeds_at_backup_ = 0;
  std::set<domain::TicketId> erased_, erased_at_backup_;
  std::set<domain::ReplicaId> desk_replicas_;
  bool was_restored_ = false;
  bool was_given_away_ = false; // some station, to somebody else
  bool has_expired_ = false;
  std::map<base::Sha256, std::string> contents_;                             // of all that was attached
  std::set<base::Sha256> excused_;                                           // that may be nowhere
  std::map<std::string, domain::TicketId> codes_;                            // given out
  std::vector<std::map<domain::TicketId, std::set<domain::EventId>>> shown_; // by station
};

} // namespace walkin::sim
