#include "sync/http/runner.hpp"

#include <algorithm>

namespace walkin::sync {

namespace {

constexpr std::size_t k_batches_under_way_max = 2; // as many as the transport has connections

std::vector<store::EventVerdict> to_store(std::vector<protocol::PushVerdict> verdicts) {
  std::vector<store::EventVerdict> out;
  for (protocol::PushVerdict& v : verdicts)
    out.push_back(
        {v.id, v.verdict, std::move(v.reason), v.effective, v.received, v.elsewhere, v.receipt, v.held});
  return out;
}

std::vector<store::StoredEvent> to_store(std::vector<protocol::PlacedEvent> events) {
  std::vector<store::StoredEvent> out;
  for (protocol::PlacedEvent& e : events)
    out.push_back(
        {std::move(e.event), e.effective, e.received, e.verdict, std::move(e.reason), 0, e.receipt});
  return out;
}

std::vector<protocol::PlacedEvent> to_wire(std::vector<store::StoredEvent> events) {
  std::vector<protocol::PlacedEvent> out;
  for (store::StoredEvent& e : events)
    out.push_back({std::move(e.event), e.effective, e.received.value_or(base::Instant{}), e.verdict,
                   std::move(e.reason), e.receipt});
  return out;
}

std::optional<store::ChainHead> to_store(const std::optional<protocol::KnownHead>& head) {
  if (!head) return std::nullopt;
  return store::ChainHead{head->replica_seq, head->hash, {}};
}

// What the desk gave, for a station that keeps its desk.
store::StationIdentity identity_of(protocol::EnrollReply reply, const store::StationIdentity& before) {
  return {.replica = reply.replica,
          .prefix = std::move(reply.prefix),
          .letter = std::move(reply.letter),
          .site = std::move(reply.site),
          .kind = std::move(reply.kind),
          .name = std::move(reply.name),
          .desk_url = before.desk_url,
          .token = std::move(reply.token),
          .ca_file = before.ca_file,
          // Which desk it was, until all that it lacks is given back to the one that it is now.
          .desk_epoch = before.desk_epoch.empty() ? std::move(reply.epoch) : before.desk_epoch,
          .desk_public_key = std::move(reply.public_key)};
}

constexpr std::size_t k_purge_events_max = 500; // in one round
constexpr Millis k_purge_interval = std::chrono::hours(1);

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

} // namespace

Runner::Runner(store::Station& station, Link& link, const base::Clock& clock, base::Random& random,
               Tuning tuning, AskAhead ask_ahead)
    : station_(station),
      link_(link),
      clock_(clock),
      engine_(station.cursor(), random, tuning),
      ask_ahead_(ask_ahead) {}

Instant Runner::run(Input input) {
  Action next = engine_.step(std::move(input), clock_.now());
  while (!std::holds_alternative<action::Wait>(next)) {
    Input answer = input::Stored{};
    try {
      answer = carry_out(std::move(next));
    } catch (const std::exception& fault) {
      answer = input::StoreFailed{store::to_error(fault)};
    }
    next = engine_.step(std::move(answer), clock_.now());
  }
  ahead_.reset();
  sent_.clear();
  return std::get<action::Wait>(next).until;
}

Input Runner::carry_out(Action&& next) {
  return std::visit(
      Overloaded{
          [&](action::ReadOutbox& a) -> Input { return read_outbox(a); },
          [&](action::SendPush& a) -> Input { return push(std::move(a.request)); },
          [&](action::StoreVerdicts& a) -> Input {
            station_.store_verdicts(to_store(std::move(a.verdicts)));
            return input::Stored{};
          },
          [&](action::SendPull& a) -> Input { return pull(a.request); },
          [&](action::StorePage& a) -> Input {
            auto events = to_store(std::move(a.events));
            station_.store_page({events, a.cursor, a.is_first, a.is_last, std::move(a.scopes),
                                 std::move(a.left), std::move(a.statuses), std::move(a.erasures)});
            return input::Stored{};
          },
          [&](action::ReadDigests&) -> Input {
            return input::Digests{digests(), station_.standing().waits};
          },
          [&](action::ReadHashes& a) -> Input { return input::Hashes{station_.event_hashes(a.scope)}; },
          [&](action::SendRanges& a) -> Input { return input::RangesAnswer{link().ranges(a.request)}; },
          [&](action::SendEvents& a) -> Input { return input::EventsAnswer{link().events(a.request)}; },
          [&](action::StoreRepair& a) -> Input {
            station_.store_repair(to_store(std::move(a.events)));
            return input::Stored{};
          },
          [&](action::BeginSplit& a) -> Input {
            return input::SplitKey{station_.begin_split(to_store(a.head_told), a.anew)};
          },
          [&](action::RequeueOwn&) -> Input {
            station_.requeue_own();
            return input::Stored{};
          },
          [&](action::SendRehome& a) -> Input { return input::RehomeAnswer{link().rehome(a.request)}; },
          [&](action::StoreIdentity& a) -> Input {
            station_.rehome(identity_of(std::move(a.identity), station_.identity()));
            link().set_token(station_.identity().token);
            return input::Stored{};
          },
          [&](action::ReadErasures&) -> Input { return input::Erasures{station_.erasures()}; },
          [&](action::ReadHeld& a) -> Input {
            store::HeldBatch batch = station_.held_for_desk(a.count_max);
            return input::Held{std::move(batch.events), batch.last_position, std::move(batch.epoch)};
          },
          [&](action::ReadHeldDocuments& a) -> Input { return held_documents(a); },
          [&](action::SendMissing& a) -> Input { return input::MissingAnswer{link().missing(a.request)}; },
          [&](action::ReadOffers& a) -> Input { return input::Offers{to_wire(station_.offers(a.ids))}; },
          [&](action::ReadDocumentOffers& a) -> Input {
            input::DocumentOffers offers;
            for (const protocol::HeldDocument& held : a.documents)
              if (auto document = station_.reference().document(held.kind, held.id);
                  document && hash_of(*document) == held.hash)
                offers.documents.push_back(std::move(*document));
            return offers;
          },
          [&](action::SendGiveBack& a) -> Input {
            return input::GiveBackAnswer{link().give_back(a.request)};
          },
          [&](action::StoreGivenBack& a) -> Input {
            station_.store_given_back(a.not_taken, a.elsewhere, to_store(std::move(a.judged)));
            return input::Stored{};
          },
          [&](action::StoreGivenBackTo& a) -> Input {
            station_.store_given_back_to(a.last_position, a.epoch);
            return input::Stored{};
          },
          [&](action::FinishGivingBack& a) -> Input {
            station_.finish_giving_back(a.epoch);
            return input::Stored{};
          },
          [&](action::SendDocuments& a) -> Input {
            return input::DocumentsAnswer{link().pull_documents(a.request)};
          },
          [&](action::StoreDocuments& a) -> Input {
            store_documents(a);
            return input::Stored{};
          },
          [&](action::ReadDocumentDigest&) -> Input {
            store::DocumentDigest digest = station_.reference().digest();
            return input::DocumentDigest{{protocol::k_documents_scope, digest.count, digest.sum}};
          },
          [&](action::StoreDocumentTag& a) -> Input {
            station_.reference().store_tag(a.tag);
            return input::Stored{};
          },
          [&](action::StoreContact& a) -> Input {
            if (a.queue) station_.reference().store_queue(*a.queue, a.queue_tag);
            station_.store_contact(a.clock_offset, a.digests_agree);
            station_.store_desk_key(a.desk_public_key);
            purge();
            return input::Stored{};
          },
          [&](action::StoreTrouble& a) -> Input {
            station_.store_trouble(a.words);
            return input::Stored{};
          },
          [&](action::Wait&) -> Input { return input::Tick{}; },
      },
      next);
}

// The events, and who hands them in: another process may have given the station a new identity.
Input Runner::read_outbox(const action::ReadOutbox& limits) {
  batch_limits_ = limits;
  store::Standing standing = station_.standing();
  const store::StationIdentity& identity = station_.identity();
  protocol::KnownHead head{standing.head.replica_seq, standing.head.hash};
  if (!sent_.empty() && sent_.front().request->events.front().replica == identity.replica)
    return input::Outbox{
        sent_.front().request->events, {standing.epoch, head}, documents_held(), standing.held};
  link().set_token(identity.token);
  input::Outbox outbox{station_.outbox(limits.events_max, limits.bytes_max),
                       {standing.epoch, head},
                       documents_held(),
                       standing.held};
  if (!outbox.events.empty() && outbox.events.front().replica != identity.replica)
    throw std::runtime_error("the station was given another identity in this moment");
  return outbox;
}

input::PushAnswer Runner::push_now(const protocol::PushRequest& request) {
  Instant start = clock_.now();
  auto reply = link_.push(request);
  Instant arrived = clock_.now();
  return {std::move(reply), arrived - start, arrived};
}

void Runner::send(protocol::PushRequest request) {
  auto shared = std::make_shared<const protocol::PushRequest>(std::move(request));
  const bool is_early = !sent_.empty();
  sent_.push_back(
      {shared, std::async(std::launch::async, [this, shared] { return push_now(*shared); }), is_early});
}

// What stands behind the batch that is under way in the outbox. The desk takes it for a continuation of what
// it has confirmed; should this overtake the one before it, its events are told to wait, which does no harm.
void Runner::send_next() {
  if (sent_.size() >= k_batches_under_way_max) return;
  const domain::Event& last = sent_.back().request->events.back();
  auto next = station_.outbox(batch_limits_.events_max, batch_limits_.bytes_max, last.replica_seq);
  if (next.empty() || next.front().replica != last.replica) return;
  send({std::move(next), {sent_.back().request->standing.epoch, confirmed_}});
}

// While the desk works on a batch the next one is read and sent, and the verdicts on the last one are stored.
input::PushAnswer Runner::push(protocol::PushRequest request) {
  if (ask_ahead_ == AskAhead::no) return link(), push_now(request);
  const domain::Event& last_asked = request.events.back();
  if (sent_.empty() || sent_.front().request->events.back().id != last_asked.id) {
    link();
    confirmed_ = request.standing.head;
    send(std::move(request));
  }
  send_next();
  Sent first = std::move(sent_.front());
  sent_.pop_front();
  input::PushAnswer answer = first.answer.get();
  const auto waits = [](const protocol::PushVerdict& verdict) {
    return verdict.verdict == domain::Verdict::pending && !verdict.held;
  };
  if (first.is_early && answer.reply && std::ranges::any_of(answer.reply->verdicts, waits))
    answer = push_now(*first.request); // it had overtaken the one before it
  // Only where all is as it should be does the chain go on behind this batch.
  const bool goes_on =
      answer.reply && std::ranges::all_of(answer.reply->verdicts, [](const protocol::PushVerdict& verdict) {
        return verdict.verdict == domain::Verdict::applied && !verdict.elsewhere;
      });
  const domain::Event& last = first.request->events.back();
  confirmed_ = protocol::KnownHead{last.replica_seq, last.hash};
  if (!goes_on) sent_.clear();
  return answer;
}

// Right after a contact, when the clock was compared with the desk's: one that is years ahead must not let go
// of anything early.
void Runner::purge() {
  const Instant now = clock_.now();
  if (now < purge_at_ && purge_at_ - now <= k_purge_interval) return;
  if (station_.purge(k_purge_events_max) < k_purge_events_max) purge_at_ = now + k_purge_interval;
}

DocumentsHeld Runner::documents_held() {
  store::ReferenceStanding held = station_.reference().standing();
  return {std::move(held.tag), std::move(held.cursor), std::move(held.queue_tag)};
}

input::HeldDocuments Runner::held_documents(const action::ReadHeldDocuments& action) {
  input::HeldDocuments held;
  for (const auto& [number, document] : station_.reference().given_by_desk(action.after, action.count_max)) {
    held.last_number = number;
    held.documents.push_back({document.kind, document.id, document.version, hash_of(document)});
  }
  return held;
}

void Runner::store_documents(const action::StoreDocuments& action) {
  const protocol::DocumentsReply& page = action.page;
  store::DocumentPage stored{page.documents, page.cursor, action.is_first, !page.more, {}};
  if (page.keys)
    stored.keys = store::ReferenceKeys{page.keys->link, page.keys->link_prefix, page.keys->directory};
  station_.reference().store_page(stored);
}

input::PullAnswer Runner::pull_now(const protocol::PullRequest& request) {
  Instant start = clock_.now();
  auto reply = link_.pull(request);
  Instant arrived = clock_.now();
  return {std::move(reply), arrived - start, arrived};
}

input::PullAnswer Runner::pull(const protocol::PullRequest& request) {
  bool was_asked_for = ahead_ && ahead_->cursor == request.cursor;
  input::PullAnswer answer = was_asked_for ? ahead_->answer.get() : (link(), pull_now(request));
  ahead_.reset();
  if (ask_ahead_ == AskAhead::yes && answer.reply && answer.reply->more &&
      answer.reply->cursor != request.cursor) {
    protocol::PullRequest next = request;
    next.cursor = answer.reply->cursor;
    std::string cursor = next.cursor;
    ahead_.emplace(std::move(cursor),
                   std::async(std::launch::async, [this, next = std::move(next)] { return pull_now(next); }));
  }
  return answer;
}

Link& Runner::link() {
  ahead_.reset();
  sent_.clear();
  return link_;
}

std::vector<protocol::ScopeDigest> Runner::digests() {
  std::vector<protocol::ScopeDigest> out;
  for (const store::ScopeDigest& digest : station_.recent_digest())
    out.push_back({digest.scope, digest.count, digest.hash});
  return out;
}

namespace {

// Whether the desk at this address does not know the station any more: only then may it be enrolled anew.
base::Status check_forgotten(store::Station& station, const store::StationIdentity& address,
                             const std::string& folder) {
  const store::StationIdentity& identity = station.identity();
  if (identity.desk_url != address.desk_url)
    return base::fail(base::ErrorCode::conflict,
                      folder + " is a station of " + identity.desk_url +
                          " already, with tickets that belong there. Choose another folder for another desk.",
                      "station");
  auto answer = Transport({address.desk_url, address.ca_file, identity.token}).missing({});
  const auto code = answer ? base::ErrorCode::not_found : answer.error().error.code;
  if (code == base::ErrorCode::denied) return {};
  if (code == base::ErrorCode::not_found) // an older desk that does not know the question knows the token
    return base::fail(base::ErrorCode::conflict,
                      folder + " is a station already, and its desk knows it. There is nothing to enrol.",
                      "station");
  return base::fail(base::ErrorCode::conflict,
                    folder + " is a station already. Whether its desk has forgotten it cannot be asked: " +
                        answer.error().error.message,
                    "station");
}

} // namespace

base::Status enroll(const std::filesystem::path& directory, std::string_view desk_url, std::string_view code,
                    std::string_view ca_file, const base::Clock& clock, base::Random& random) {
  if (auto address = check_desk_url(desk_url); !address) return address;
  store::StationIdentity before;
  before.desk_url = desk_url;
  while (before.desk_url.ends_with('/')) before.desk_url.pop_back();
  std::error_code ignored;
  if (!ca_file.empty()) before.ca_file = std::filesystem::absolute(ca_file, ignored).string();
  if (!before.ca_file.empty() && !std::filesystem::is_regular_file(before.ca_file, ignored))
    return base::fail(base::ErrorCode::not_found, "There is no certificate file " + before.ca_file + ".",
                      "ca");
  std::unique_ptr<store::Station> known;
  if (auto vacant = store::Station::check_vacant(directory); !vacant) {
    if (vacant.error().code != base::ErrorCode::conflict) return vacant;
    auto opened = store::Station::open(directory, clock, random);
    if (!opened) return base::forward_error(opened);
    if (auto forgotten = check_forgotten(**opened, before, directory.string()); !forgotten) return forgotten;
    known = std::move(*opened);
    before.desk_epoch = known->identity().desk_epoch;
  }
  Transport transport({before.desk_url, before.ca_file, {}});
  auto reply = transport.enroll({std::string(code), "walkin " WALKIN_VERSION});
  if (!reply) return tl::unexpected(std::move(reply.error().error));
  store::StationIdentity identity = identity_of(std::move(*reply), before);
  if (known) {
    known->rehome(identity);
    return {};
  }
  auto station = store::Station::create(directory, identity, clock, random);
  if (!station) return base::forward_error(station);
  return {};
}

} // namespace walkin::sync
