// The way between stations and the desk: what it does to messages, and what the desk was seen to do with
// them.
#pragma once

#include "tests/sim/machines.hpp"
#include "tests/sim/plan.hpp"

namespace walkin::sim {

// What the network does to the next exchanges, in per cent.
struct Weather {
  int lose_request = 0, lose_reply = 0, delay = 0, twice = 0, cut_request = 0, cut_reply = 0, portal = 0,
      busy = 0, mangle = 0, newer = 0, cut_file = 0;
};

class Network {
public:
  Network(DeskMachine& desk, TrueTime& time, std::uint64_t seed);

  Weather weather;
  Dice dice;
  std::string moved_to; // the site that the desk takes stations for, when it is not their own

  void enrol(const std::string& token, desk::SyncPeer peer) { peers_[token] = std::move(peer); }
  // The station of this token to another person and group.
  void give(const std::string& token, const Belongs& to);
  Belongs belongs(const std::string& token) const;
  // `hook` runs before the n-th exchange from now on of the station that syncs.
  void interrupt_at(int exchange, std::function<void()> hook);
  sync::Answer exchange(const StationMachine& station, const std::string& token, const std::string& path,
                        std::string bytes, protocol::Format format, bool& arrived);
  std::optional<desk::SyncPeer> peer_of(const domain::ReplicaId& replica) const;
  void forget_waiting() { waits_.clear(); }
  void forget_desk(); // it was put back to an earlier state
  // About files. What a station asks for is held against what it was told before.
  tl::expected<sync::FileReply, sync::Failure> exchange(int who, const std::string& token,
                                                        const sync::FileRequest& request);
  bool may_send_files = true; // false: something else is due at the station, and files give way
  void forget_uploads() { uploads_.clear(); } // a disk was put back: what it knew of them is gone
  std::function<void()> after_file;           // the desk has done something about files
  // What is still under way reaches the desk, in any order.
  void deliver();
  // The request that the desk is working on arrives once more.
  void repeat();
  // A hostile station pushes once.
  void attack(Dice own);
  void forget_exchanges();
  // What belongs to the exchange under way, when another comes in between.
  struct Kept {
    Weather weather;
    Dice dice;
    int exchanges;
    std::optional<sync::Millis> told_to_wait;
    bool was_portal;
  };
  Kept save() const { return {weather, dice, exchanges_, told_to_wait, was_portal}; }
  void restore(const Kept& kept) {
    weather = kept.weather;
    dice = kept.dice;
    exchanges_ = kept.exchanges;
    told_to_wait = kept.told_to_wait;
    was_portal = kept.was_portal;
  }
  // For each event at the desk: who the desk took its sender for.
  const std::map<domain::EventId, Pushers>& pushers() const { return pushers_; }
  std::optional<sync::Millis> told_to_wait; // by the last answer
  bool was_portal = false;                  // the last answer was not the desk's

private:
  friend class SimLink;
  void note_push(const DeskMachine::Request& request, const protocol::DecodedPush& push,
                 const protocol::PushReply& reply);
  void check_page(const desk::SyncPeer& reader, const protocol::PullReply& page);
  // As the desk's accounts do: the same key, the same identity.
  sync::Answer rehome(const DeskMachine::Request& request);
  std::optional<sync::Answer> at_desk(const DeskMachine::Request& request);
  std::optional<sync::FileReply> at_desk(const FileOnWay& sent);
  void check_ask(const FileOnWay& sent);
  void note_reply(const FileOnWay& sent, const sync::FileReply& reply);

  DeskMachine& desk_;
  TrueTime& time_;
  // An upload that a machine was told of: as which station, of which content, and how far the desk said that
  // it has it. A copy of the machine was told nothing.
  struct ToldUpload {
    int who;
    domain::ReplicaId replica;
    std::string metadata;
    std::int64_t acknowledged = 0, told_ms = 0;
  };
  std::map<std::string, ToldUpload> uploads_; // by the place that the desk has named
  std::vector<FileOnWay> files_under_way_;
  int file_exchanges_ = 0; // since a station began to sync
  std::vector<DeskMachine::Request> under_way_;
  std::optional<DeskMachine::Request> at_work_, last_push_;
  std::map<std::string, desk::SyncPeer> peers_; // by token
  std::map<base::Hash, std::string> homes_;     // tokens given for keys
  int exchanges_ = 0;                           // since a station began to sync
  int interrupted_at_ = 0;
  std::function<void()> interruption_;
  std::map<domain::EventId, Pushers> pushers_;
  std::set<domain::EventId> decided_;
  std::set<domain::TicketId> nowhere_; // their registration was refused: in no scope
  using TicketCommit =
      std::pair<int, domain::TicketId>; // a page may leave out tickets of other scopes, whole
  std::map<domain::EventId, TicketCommit> commit_of_;
  std::map<TicketCommit, std::vector<domain::EventId>> commits_;
  // What is set aside, of which station and ticket, so that what comes after it has to wait.
  std::map<domain::EventId, std::pair<domain::ReplicaId, domain::TicketId>> waits_;
  int last_commit_ = 0;
};

// A station's end of it. Messages go through their bytes, in JSON and CBOR by turns.
class SimLink final : public sync::Link, public sync::FileLink {
public:
  explicit SimLink(Network& network) : network_(network) {}
  StationMachine* station = nullptr;
  void set_token(const std::string& token) override { token_ = token; }
  tl::expected<sync::FileReply, sync::Failure> exchange(const sync::FileRequest& request) override;
  tl::expected<protocol::RehomeReply, sync::Failure> rehome(const protocol::RehomeRequest& request) override;
  tl::expected<protocol::MissingReply, sync::Failure>
  missing(const protocol::MissingRequest& request) override;
  tl::expected<protocol::GiveBackReply, sync::Failure>
  give_back(const protocol::GiveBackRequest& request) override;

  tl::expected<protocol::PushReply, sync::Failure> push(const protocol::PushRequest& request) override;
  tl::expected<protocol::PullReply, sync::Failure> pull(const protocol::PullRequest& request) override;
  tl::expected<protocol::RangesReply, sync::Failure> ranges(const protocol::RangesRequest& request) override;
  tl::expected<protocol::EventsReply, sync::Failure> events(const protocol::EventsRequest& request) override;

private:
  template <class Reply, class Request, class Decode>
  tl::expected<Reply, sync::Failure> exchange(const std::string& path, const Request& request, Decode decode);
  Network& network_;
  std::string token_;
  bool is_cbor_ = false;
};

} // namespace walkin::sim
