// What becomes of the desk's own data: it is put back to a backup, and customers' data is erased from it.
#include "tests/sim/world.hpp"

#include <algorithm>

namespace walkin::sim {

void World::back_up_desk() {
  if (desk_.is_in_trouble()) return;
  desk_backup_ = desk_.disk.image();
  std::erase_if(desk_backup_, [](const auto& file) { return file.first.starts_with(k_uploads_file); });
  deeds_at_backup_ = deeds_.size();
  erased_at_backup_ = erased_;
  say("the desk is backed up");
}

// What was written at the desk since may have reached no station, and is then gone with the disk that held
// it.
void World::restore_desk() {
  if (desk_backup_.empty() || desk_.is_in_trouble()) return;
  auto replica = domain::ReplicaId::make(base::from_ms(time_.now_ms), random_);
  desk_.put_back(desk_backup_, replica);
  desk_replicas_.insert(replica);
  network_.forget_desk();
  for (Deed& deed : deeds_)
    if (deed.who == k_desk && static_cast<std::size_t>(deed.number) >= deeds_at_backup_ &&
        deed.state == Deed::State::done)
      deed.state = Deed::State::unknown;
  // A kiosk has removed what the desk had, and the desk what was given in its console.
  for (const auto& station : stations_)
    if (station->identity.kind == "kiosk") excuse(station->who, 0);
  excuse(k_desk, deeds_at_backup_);
  erased_ = erased_at_backup_;
  was_restored_ = true;
  say("the desk is put back to its backup");
}

// What a station's disk has lost of what it had handed in, and the desk then too.
bool World::may_be_lost(const Deed& deed) const {
  return was_restored_ && std::ranges::any_of(stations_, [&](const auto& station) {
           return deed.ticket.is_nil() ? !station->harmed.empty() : station->harmed.contains(deed.ticket);
         });
}

void World::erase(Dice dice) {
  if (codes_.empty()) return;
  auto chosen = std::next(codes_.begin(), static_cast<std::ptrdiff_t>(dice.below(codes_.size())));
  domain::TicketId ticket;
  bool is_done = false;
  Ended ended = desk_.run([&] {
    if (auto held = desk_.log->find(chosen->first)) ticket = held->id;
    is_done = !desk_.log->erase(std::vector<std::string>{chosen->first}, "eraser").empty();
    if (desk_.files) desk_.files->files().remove_erased();
  });
  say("{} is erased at the desk: {}", chosen->first, word_of(ended));
  if (ended == Ended::done && is_done) erased_.insert(ticket);
}

// What was erased is erased wherever anything of it was, and stays so.
void World::demand_erasures(const std::vector<Fact>& feed) {
  std::set<domain::TicketId> erased;
  for (const Fact& fact : feed)
    if (fact.event.kind == "erased") erased.insert(fact.event.ticket);
  for (const domain::TicketId& ticket : erased_)
    if (!erased.contains(ticket))
      throw Violation{"erasure", "the desk has forgotten that ticket " + ticket.str() + " was erased"};
  auto demand_gone = [&](const std::vector<Fact>& facts, int who) {
    for (const Fact& fact : facts)
      if (erased.contains(fact.event.ticket) && (fact.event.contact_state == domain::ContactState::plain ||
                                                 fact.event.contact_state == domain::ContactState::sealed))
        throw Violation{"erasure", fmt::format("event {} of the erased ticket {} is at machine {} still",
                                               fact.event.id.str(), fact.event.ticket.str(), who)};
  };
  demand_gone(feed, k_desk);
  for (auto& station : stations_) {
    std::vector<Fact> facts;
    station->run([&] { facts = station->read_facts(); });
    demand_gone(facts, station->who);
  }
}

} // namespace walkin::sim
