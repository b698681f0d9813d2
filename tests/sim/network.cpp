#include "tests/sim/network.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace walkin::sim {

namespace {

constexpr int k_exchanges_max = 400; // of one sync of a station with what is in a small world

constexpr std::int64_t k_deadline_ms = 120'000;

tl::unexpected<sync::Failure> offline() {
  return tl::unexpected(sync::Failure{{base::ErrorCode::offline, "Lost on the way.", ""}, std::nullopt});
}

// A member that this version does not know.
void add_member(std::string& bytes, protocol::Format format) {
  if (format == protocol::Format::json && bytes.size() > 2 && bytes[0] == '{' && bytes[1] != '}')
    bytes.insert(1, R"("from_the_future":{"x":[1,2]},)");
  auto first = static_cast<unsigned char>(bytes.empty() ? 0 : bytes[0]);
  if (format == protocol::Format::cbor && first >= 0xa0 && first < 0xb6) {
    bytes[0] = static_cast<char>(first + 1);
    bytes += "\x61z\x01";
  }
}

Belongs belongs_of(const desk::SyncPeer& peer) { return {peer.site, peer.person, peer.group, peer.is_kiosk}; }

} // namespace

Network::Network(DeskMachine& desk, TrueTime& time, std::uint64_t seed)
    : dice(seed), desk_(desk), time_(time) {
  desk_.on_push = [this](const auto& request, const auto& push, const auto& reply) {
    note_push(request, push, reply);
  };
}

void Network::give(const std::string& token, const Belongs& to) {
  desk::SyncPeer& peer = peers_.at(token);
  peer.person = to.person;
  peer.group = to.group;
}

Belongs Network::belongs(const std::string& token) const { return belongs_of(peers_.at(token)); }

void Network::interrupt_at(int exchange, std::function<void()> hook) {
  interrupted_at_ = exchanges_ + exchange;
  interruption_ = std::move(hook);
}

void Network::forget_exchanges() {
  exchanges_ = file_exchanges_ = 0;
  interruption_ = {};
}

void Network::note_push(const DeskMachine::Request& request, const protocol::DecodedPush& push,
                        const protocol::PushReply& reply) {
  const int commit = ++last_commit_;
  for (std::size_t i = 0; i < push.events.size(); ++i) {
    const protocol::PushVerdict& verdict = reply.verdicts[push.indices[i]];
    if (verdict.verdict == domain::Verdict::pending || verdict.duplicate) continue;
    if (push.events[i].replica != request.peer.replica) continue; // somebody else's
    const std::pair place{push.events[i].replica, push.events[i].ticket};
    if (verdict.verdict == domain::Verdict::quarantined)
      waits_.emplace(verdict.id, place);
    else if (std::ranges::any_of(waits_, [&](const auto& aside) { return aside.second == place; }))
      throw Violation{"overtaken", "event " + verdict.id.str() + " was placed before one that is set aside"};
    decided_.insert(verdict.id);
    pushers_[verdict.id] = {belongs_of(request.peer)};
    const domain::Event& event = push.events[i];
    bool is_applied = verdict.verdict == domain::Verdict::applied;
    if (!is_applied && event.kind == "registered") nowhere_.insert(event.ticket);
    if (!is_applied || nowhere_.contains(event.ticket)) continue;
    if (commit_of_.contains(verdict.id))
      throw Violation{"twice", "event " + verdict.id.str() + " was taken twice as if it were new"};
    commit_of_[verdict.id] = {commit, event.ticket};
    commits_[{commit, event.ticket}].push_back(verdict.id);
  }
}

// A page that ends in the middle of what a commit did to a ticket shows what nobody has ever written.
void Network::check_page(const desk::SyncPeer& reader, const protocol::PullReply& page) {
  if (reader.is_kiosk && !page.events.empty())
    throw Violation{"kiosk", "a kiosk is sent event " + page.events.front().event.id.str()};
  std::set<domain::EventId> in_page;
  std::set<TicketCommit> commits;
  for (const protocol::PlacedEvent& placed : page.events) {
    in_page.insert(placed.event.id);
    if (auto found = commit_of_.find(placed.event.id); found != commit_of_.end())
      commits.insert(found->second);
  }
  for (const TicketCommit& commit : commits)
    for (const domain::EventId& id : commits_[commit])
      if (!in_page.contains(id) && page.more)
        throw Violation{"cut commit", "a page holds a part of a commit, without event " + id.str()};
}

std::optional<sync::Answer> Network::at_desk(const DeskMachine::Request& request) {
  // Before the desk works on it: it may die of it, and the events be there all the same.
  if (request.path == "push")
    if (auto push = protocol::decode_push_request(request.bytes, request.format))
      for (const domain::Event& event : push->events)
        if (event.replica == request.peer.replica && !decided_.contains(event.id))
          pushers_[event.id].insert(belongs_of(request.peer));
  if (request.path == "rehome") return rehome(request);
  // What was set aside damaged is back as it was.
  if (request.path == "recover")
    if (auto given = protocol::decode_give_back_request(request.bytes, request.format))
      for (const protocol::PlacedEvent& placed : given->events) waits_.erase(placed.event.id);
  return desk_.serve(request);
}

sync::Answer Network::rehome(const DeskMachine::Request& request) {
  auto asked = protocol::decode_rehome_request(request.bytes, request.format);
  if (!asked) return DeskMachine::refusal(400, "malformed", asked.error().message, request.format);
  std::string& token = homes_[asked->key];
  if (token.empty()) {
    SimRandom random(dice.next());
    token = fmt::format("home {}", homes_.size());
    desk::SyncPeer peer = request.peer;
    peer.replica = domain::ReplicaId::make(base::from_ms(time_.now_ms), random);
    peer.prefix = fmt::format("M{}", static_cast<char>('A' + static_cast<int>(homes_.size()) % 26));
    peers_[token] = peer;
  }
  const desk::SyncPeer& peer = peers_.at(token);
  bool is_used = false;
  if (desk_.run([&] { is_used = desk_.log->has_events_of(peer.replica); }) != Ended::done || is_used)
    return DeskMachine::refusal(409, protocol::k_error_fork, "Another copy uses it.", request.format);
  protocol::RehomeReply reply;
  reply.replica = peer.replica;
  reply.prefix = peer.prefix;
  reply.letter = "Z";
  reply.site = peer.site;
  reply.kind = peer.is_kiosk ? "kiosk" : "technician";
  reply.name = "Copy";
  reply.token = token;
  if (desk_.run([&] { reply.public_key = desk_.log->public_key(); }) != Ended::done)
    return DeskMachine::refusal(503, "trouble", desk_.trouble, request.format);
  reply.now = desk_.clock.now();
  return DeskMachine::success(protocol::encode(reply, request.format), request.format);
}

std::optional<desk::SyncPeer> Network::peer_of(const domain::ReplicaId& replica) const {
  for (const auto& [token, peer] : peers_)
    if (peer.replica == replica) return peer;
  return std::nullopt;
}

void Network::forget_desk() {
  decided_.clear();
  commit_of_.clear();
  commits_.clear();
  nowhere_.clear();
  waits_.clear();
  forget_uploads();
}

void Network::deliver() {
  while (!under_way_.empty()) {
    auto next = under_way_.begin() + static_cast<std::ptrdiff_t>(dice.below(under_way_.size()));
    DeskMachine::Request request = std::move(*next);
    under_way_.erase(next);
    at_desk(request);
  }
  while (!files_under_way_.empty()) {
    std::swap(files_under_way_[dice.below(files_under_way_.size())], files_under_way_.back());
    FileOnWay sent = std::move(files_under_way_.back());
    files_under_way_.pop_back();
    at_desk(sent);
    if (sent.request.method == "POST") forget_uploads(); // it has taken the place of what had come of it
  }
}

void Network::repeat() {
  if (at_work_) at_desk(DeskMachine::Request(*at_work_));
}

sync::Answer Network::exchange(const StationMachine& station, const std::string& token,
                               const std::string& path, std::string bytes, protocol::Format format,
                               bool& arrived) {
  arrived = false;
  told_to_wait.reset();
  was_portal = false;
  if (++exchanges_ > k_exchanges_max)
    throw Violation{"endless", fmt::format("station {} does not stop asking the desk", station.who)};
  if (interruption_ && exchanges_ == interrupted_at_) std::exchange(interruption_, {})();
  time_.now_ms += dice.number(1, 400);
  DeskMachine::Request request{peers_.at(token), path, std::move(bytes), format};
  if (!moved_to.empty()) request.peer.site = moved_to;
  if (dice.chance(weather.newer)) add_member(request.bytes, format);
  if (dice.chance(weather.portal)) {
    arrived = true;
    was_portal = true;
    sync::Answer page;
    page.status = dice.pick(std::vector<int>{200, 302, 403, 511});
    page.content_type = "text/html";
    page.body = "<html><body>Sign in to the wireless network</body></html>";
    return page;
  }
  if (dice.chance(weather.lose_request)) {
    time_.now_ms += dice.chance(50) ? k_deadline_ms : 0;
    return {};
  }
  if (dice.chance(weather.delay)) {
    under_way_.push_back(std::move(request));
    time_.now_ms += k_deadline_ms;
    return {};
  }
  if (dice.chance(weather.busy)) {
    arrived = true;
    told_to_wait = sync::Millis{1'000 * dice.number(1, 900)};
    sync::Answer later;
    later.status = 503;
    later.version = "1";
    later.content_type = "application/json";
    later.retry_after = std::to_string(told_to_wait->count() / 1'000);
    later.body = R"({"error":{"code":"busy","message":"Come back later."}})";
    return later;
  }
  if (dice.chance(weather.cut_request)) request.bytes.resize(dice.below(request.bytes.size()));
  if (dice.chance(weather.twice)) at_desk(request);
  at_work_ = request;
  if (path == "push") last_push_ = request;
  auto answer = at_desk(request);
  at_work_.reset();
  if (dice.chance(weather.twice)) under_way_.push_back(request);
  if (!answer || dice.chance(weather.lose_reply)) {
    time_.now_ms += dice.chance(50) ? k_deadline_ms : 0;
    return {};
  }
  if (answer->status == 200 && path == "pull")
    if (auto page = protocol::decode_pull_reply(answer->body, format)) check_page(request.peer, *page);
  if (dice.chance(weather.newer)) add_member(answer->body, format);
  answer->digest =
      dice.chance(weather.newer) ? "" : base::hash_of(answer->body).str(); // older desks send none
  if (dice.chance(weather.mangle) && !answer->body.empty() && !answer->digest.empty())
    answer->body[dice.below(answer->body.size())] ^= 1;
  if (dice.chance(weather.cut_reply) && !answer->body.empty())
    answer->body.resize(dice.below(answer->body.size()));
  time_.now_ms += dice.number(1, 400);
  arrived = true;
  return std::move(*answer);
}

template <class Reply, class Request, class Decode>
tl::expected<Reply, sync::Failure> SimLink::exchange(const std::string& path, const Request& request,
                                                     Decode decode) {
  if (!station->is_alive()) return offline();
  is_cbor_ = !is_cbor_;
  protocol::Format format = is_cbor_ ? protocol::Format::cbor : protocol::Format::json;
  bool arrived = false;
  sync::Answer answer =
      network_.exchange(*station, token_, path, protocol::encode(request, format), format, arrived);
  if (!arrived) return offline();
  auto body = sync::read_answer(std::move(answer), "http://desk");
  if (!body) return tl::unexpected(std::move(body.error()));
  auto reply = decode(*body, format);
  if (!reply) return tl::unexpected(sync::Failure{reply.error(), std::nullopt});
  return std::move(*reply);
}

tl::expected<protocol::PushReply, sync::Failure> SimLink::push(const protocol::PushRequest& request) {
  return exchange<protocol::PushReply>("push", request, protocol::decode_push_reply);
}

tl::expected<protocol::PullReply, sync::Failure> SimLink::pull(const protocol::PullRequest& request) {
  return exchange<protocol::PullReply>("pull", request, protocol::decode_pull_reply);
}

tl::expected<protocol::RehomeReply, sync::Failure> SimLink::rehome(const protocol::RehomeRequest& request) {
  return exchange<protocol::RehomeReply>("rehome", request, protocol::decode_enroll_reply);
}

tl::expected<protocol::MissingReply, sync::Failure>
SimLink::missing(const protocol::MissingRequest& request) {
  return exchange<protocol::MissingReply>("missing", request, protocol::decode_missing_reply);
}

tl::expected<protocol::GiveBackReply, sync::Failure>
SimLink::give_back(const protocol::GiveBackRequest& request) {
  return exchange<protocol::GiveBackReply>("recover", request, protocol::decode_give_back_reply);
}

tl::expected<protocol::RangesReply, sync::Failure> SimLink::ranges(const protocol::RangesRequest& request) {
  return exchange<protocol::RangesReply>("ranges", request, protocol::decode_ranges_reply);
}

tl::expected<protocol::EventsReply, sync::Failure> SimLink::events(const protocol::EventsRequest& request) {
  return exchange<protocol::EventsReply>("events", request, protocol::decode_events_reply);
}

} // namespace walkin::sim
