#include "sync/http/runner.hpp"

#include <algorithm>

namespace walkin::sync {

namespace {

std::vector<store::EventVerdict> to_store(std::vector<protocol::PushVerdict> verdicts) {
  std::vector<store::EventVerdict> out;
  for (protocol::PushVerdict& v : verdicts)
    out.push_back({v.id, v.verdict, std::move(v.reason), v.effective, v.received, v.elsewhere});
  return out;
}

std::vector<store::StoredEvent> to_store(std::vector<protocol::PlacedEvent> events) {
  std::vector<store::StoredEvent> out;
  for (protocol::PlacedEvent& e : events)
    out.push_back({std::move(e.event), e.effective, e.received, e.verdict, std::move(e.reason), 0});
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
          .desk_epoch = std::move(reply.epoch),
          .desk_public_key = std::move(reply.public_key)};
}

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

} // namespace

Runner::Runner(store::Station& station, Link& link, const base::Clock& clock, base::Random& random,
               Tuning tuning, PullAhead pull_ahead)
    : station_(station),
      link_(link),
      clock_(clock),
      engine_(station.cursor(), random, tuning),
      pull_ahead_(pull_ahead) {}

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
  return std::get<action::Wait>(next).until;
}

Input Runner::carry_out(Action&& next) {
  return std::visit(
      Overloaded{
          [&](action::ReadOutbox& a) -> Input { return read_outbox(a.events_max, a.bytes_max); },
          [&](action::SendPush& a) -> Input {
            Instant start = clock_.now();
            auto reply = link().push(a.request);
            return input::PushAnswer{std::move(reply), clock_.now() - start};
          },
          [&](action::StoreVerdicts& a) -> Input {
            station_.store_verdicts(to_store(std::move(a.verdicts)));
            return input::Stored{};
          },
          [&](action::SendPull& a) -> Input { return pull(a.request); },
          [&](action::StorePage& a) -> Input {
            auto events = to_store(std::move(a.events));
            station_.store_page({events, a.cursor, a.is_first, a.is_last, std::move(a.scopes),
                                 std::move(a.left), std::move(a.statuses)});
            return input::Stored{};
          },
          [&](action::ReadDigests&) -> Input { return input::Digests{digests()}; },
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
Input Runner::read_outbox(std::size_t events_max, std::size_t bytes_max) {
  store::Standing standing = station_.standing();
  const store::StationIdentity& identity = station_.identity();
  link().set_token(identity.token);
  protocol::KnownHead head{standing.head.replica_seq, standing.head.hash};
  store::ReferenceStanding held = station_.reference().standing();
  input::Outbox outbox{station_.outbox(events_max, bytes_max),
                       {standing.epoch, head},
                       {std::move(held.tag), std::move(held.cursor), std::move(held.queue_tag)}};
  if (!outbox.events.empty() && outbox.events.front().replica != identity.replica)
    throw std::runtime_error("the station was given another identity in this moment");
  return outbox;
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
  if (pull_ahead_ == PullAhead::yes && answer.reply && answer.reply->more &&
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
  return link_;
}

std::vector<protocol::ScopeDigest> Runner::digests() {
  std::vector<protocol::ScopeDigest> out;
  for (const store::ScopeDigest& digest : station_.recent_digest())
    out.push_back({digest.scope, digest.count, digest.hash});
  return out;
}

base::Status enroll(const std::filesystem::path& directory, std::string_view desk_url, std::string_view code,
                    std::string_view ca_file, const base::Clock& clock, base::Random& random) {
  if (auto address = check_desk_url(desk_url); !address) return address;
  if (auto there = store::Station::check_vacant(directory); !there) return there;
  std::error_code ignored;
  std::string ca = ca_file.empty() ? std::string{} : std::filesystem::absolute(ca_file, ignored).string();
  if (!ca.empty() && !std::filesystem::is_regular_file(ca, ignored))
    return base::fail(base::ErrorCode::not_found, "There is no certificate file " + ca + ".", "ca");
  std::string url(desk_url);
  while (url.ends_with('/')) url.pop_back();
  Transport transport({url, ca, {}});
  auto reply = transport.enroll({std::string(code), "walkin " WALKIN_VERSION});
  if (!reply) return tl::unexpected(std::move(reply.error().error));
  store::StationIdentity address;
  address.desk_url = url;
  address.ca_file = ca;
  store::StationIdentity identity = identity_of(std::move(*reply), address);
  auto station = store::Station::create(directory, identity, clock, random);
  if (!station) return base::forward_error(station);
  return {};
}

} // namespace walkin::sync
