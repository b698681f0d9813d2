#include "shared/protocol/recovery_messages.hpp"

#include "shared/protocol/document_codec.hpp"

namespace walkin::protocol {

using namespace codec;
using base::Result;

namespace {

constexpr std::size_t k_epoch_bytes_max = 64;

constexpr std::pair<GivenBack, std::string_view> k_outcomes[] = {{GivenBack::taken, "taken"},
                                                                 {GivenBack::held, "held"},
                                                                 {GivenBack::elsewhere, "elsewhere"},
                                                                 {GivenBack::refused, "refused"}};

domain::Verdict read_verdict(const Json& object) {
  auto verdict = domain::parse_verdict(text_of(object, "verdict", 32));
  if (!verdict) throw Malformed{"verdict", "it is not a known one"};
  return *verdict;
}

std::optional<PushVerdict> read_judged(const Json& object) {
  if (optional_member(object, "verdict") == nullptr) return std::nullopt;
  PushVerdict judged;
  judged.id = id_of<domain::EventId>(object, "id");
  judged.verdict = read_verdict(object);
  judged.reason = optional_text_of(object, "reason");
  judged.effective = clock_of(object, "effective");
  judged.received = instant_of(object, "received");
  judged.receipt = read_hash(member(object, "receipt"), "receipt");
  return judged;
}

GivenBack read_outcome(const Json& object) {
  std::string name = text_of(object, "outcome", 32);
  for (const auto& [outcome, its_name] : k_outcomes)
    if (its_name == name) return outcome;
  throw Malformed{"outcome", "it is not a known one"};
}

} // namespace

std::string_view name_of(GivenBack outcome) {
  for (const auto& [entry, name] : k_outcomes)
    if (entry == outcome) return name;
  return {};
}

std::string encode(const RehomeRequest& m, Format format) {
  Writer writer(format);
  return writer.finish({{"key", writer.hash(m.key)}});
}

Result<RehomeRequest> decode_rehome_request(std::string_view bytes, Format format) {
  return decode_with<RehomeRequest>(
      bytes, format, [](const Json& json) { return RehomeRequest{read_hash(member(json, "key"), "key")}; });
}

std::string encode(const MissingRequest& m, Format format) {
  Writer writer(format);
  Json held = Json::array();
  for (const HeldEvent& event : m.held) {
    Json json = {{"id", writer.id(event.id)}, {"hash", writer.hash(event.hash)}};
    if (event.verdict != domain::Verdict::applied) json["verdict"] = domain::name_of(event.verdict);
    held.push_back(std::move(json));
  }
  Json message = {{"held", std::move(held)}};
  for (const HeldDocument& document : m.documents)
    message["documents"].push_back({{"kind", document.kind},
                                    {"id", document.id},
                                    {"version", document.version},
                                    {"hash", writer.hash(document.hash)}});
  return writer.finish(message);
}

std::string encode(const MissingReply& m, Format format) {
  Writer writer(format);
  Json missing = Json::array();
  for (const domain::EventId& id : m.missing) missing.push_back(writer.id(id));
  Json message = {{"missing", std::move(missing)}, {"epoch", m.epoch}, {"now", base::to_ms(m.now)}};
  for (const base::Hash& document : m.documents) message["documents"].push_back(writer.hash(document));
  return writer.finish(message);
}

std::string encode(const GiveBackRequest& m, Format format) {
  Writer writer(format);
  Json events = Json::array();
  for (const PlacedEvent& placed : m.events) events.push_back(writer.placed(placed));
  Json json = {{"events", std::move(events)}};
  for (const domain::Erasure& erasure : m.erasures) json["erasures"].push_back(writer.erasure(erasure));
  for (const domain::Document& document : m.documents)
    json["documents"].push_back(write_document(writer, document));
  return writer.finish(json);
}

std::string encode(const GiveBackReply& m, Format format) {
  Writer writer(format);
  Json outcomes = Json::array();
  for (const GiveBackReply::Outcome& outcome : m.outcomes) {
    Json json = {{"id", writer.id(outcome.id)}, {"outcome", name_of(outcome.outcome)}};
    if (!outcome.reason.empty()) json["reason"] = outcome.reason;
    if (const auto& judged = outcome.judged) {
      json["verdict"] = domain::name_of(judged->verdict);
      json["effective"] = writer.clock(judged->effective);
      json["received"] = base::to_ms(judged->received);
      json["receipt"] = writer.hash(judged->receipt);
    }
    outcomes.push_back(std::move(json));
  }
  return writer.finish({{"outcomes", std::move(outcomes)}, {"now", base::to_ms(m.now)}});
}

Result<MissingRequest> decode_missing_request(std::string_view bytes, Format format) {
  return decode_with<MissingRequest>(bytes, format, [](const Json& json) {
    MissingRequest request;
    for (const Json& item : list_of(json, "held", k_missing_asked_max)) {
      HeldEvent held{id_of<domain::EventId>(item, "id"), read_hash(member(item, "hash"), "hash")};
      if (optional_member(item, "verdict") != nullptr) held.verdict = read_verdict(item);
      request.held.push_back(held);
    }
    if (optional_member(json, "documents") == nullptr) return request;
    for (const Json& item : list_of(json, "documents", k_missing_asked_max))
      request.documents.push_back({text_of(item, "kind", k_kind_bytes_max),
                                   text_of(item, "id", domain::k_document_id_bytes_max),
                                   integer_of(item, "version", 1), read_hash(member(item, "hash"), "hash")});
    return request;
  });
}

Result<MissingReply> decode_missing_reply(std::string_view bytes, Format format) {
  return decode_with<MissingReply>(bytes, format, [](const Json& json) {
    MissingReply reply;
    for (const Json& id : list_of(json, "missing", k_missing_asked_max))
      reply.missing.push_back(read_id<domain::EventId>(id, "missing"));
    reply.epoch = text_of(json, "epoch", k_epoch_bytes_max);
    reply.now = instant_of(json, "now");
    if (optional_member(json, "documents") == nullptr) return reply;
    for (const Json& item : list_of(json, "documents", k_missing_asked_max))
      reply.documents.push_back(read_hash(item, "documents"));
    return reply;
  });
}

Result<GiveBackRequest> decode_give_back_request(std::string_view bytes, Format format) {
  return decode_with<GiveBackRequest>(bytes, format, [](const Json& json) {
    GiveBackRequest request;
    for (const Json& item : list_of(json, "events", k_give_back_max))
      request.events.push_back(read_placed(item));
    request.erasures = read_erasures(json, k_give_back_max);
    if (optional_member(json, "documents") == nullptr) return request;
    for (const Json& item : list_of(json, "documents", k_give_back_max))
      request.documents.push_back(read_document(item));
    return request;
  });
}

Result<GiveBackReply> decode_give_back_reply(std::string_view bytes, Format format) {
  return decode_with<GiveBackReply>(bytes, format, [](const Json& json) {
    GiveBackReply reply;
    for (const Json& item : list_of(json, "outcomes", k_give_back_max))
      reply.outcomes.push_back({id_of<domain::EventId>(item, "id"), read_outcome(item),
                                optional_text_of(item, "reason"), read_judged(item)});
    reply.now = instant_of(json, "now");
    return reply;
  });
}

} // namespace walkin::protocol
