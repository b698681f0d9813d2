#include "sync/cli/report.hpp"

#include "shared/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace walkin::cli {

using Json = nlohmann::ordered_json;
using domain::Fields;
using domain::Ticket;

namespace {

Json to_json(const domain::Value& value) {
  return std::visit(
      [](const auto& v) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::monostate>)
          return nullptr;
        else
          return v;
      },
      value);
}

// "computer.model" becomes {"computer": {"model": ...}}, as in registration.json.
void put_nested(Json& object, const std::string& name, Json value) {
  auto dot = name.find('.');
  if (dot == std::string::npos)
    object[name] = std::move(value);
  else
    put_nested(object[name.substr(0, dot)], name.substr(dot + 1), std::move(value));
}

Json fields_json(const Fields& fields) {
  Json out = Json::object();
  for (const auto& [name, value] : fields)
    if (name != "salt" && name != "by") put_nested(out, name, to_json(value));
  return out;
}

Json time_json(const std::optional<base::Instant>& instant) {
  return instant ? Json(base::to_rfc3339(*instant)) : Json(nullptr);
}

std::string_view why_unreadable(const domain::HistoryEntry& entry) {
  switch (entry.contact_state) {
  case domain::ContactState::sealed: return "kept sealed for the desk";
  case domain::ContactState::erased: return "erased";
  case domain::ContactState::none:
  case domain::ContactState::plain: break;
  }
  return {};
}

Json entry_json(const domain::HistoryEntry& entry) {
  Json json = {{"event", entry.id.str()},
               {"kind", entry.kind},
               {"at", base::to_rfc3339(entry.at)},
               {"received", time_json(entry.received)},
               {"by", entry.by},
               {"replica", entry.replica.str()},
               {"state", entry.received ? std::string(domain::name_of(entry.verdict)) : "waiting"},
               {"took_effect", entry.took_effect}};
  if (!entry.reason.empty()) json["reason"] = entry.reason;
  if (auto words = why_unreadable(entry); !words.empty()) json["contact"] = words;
  Fields all = entry.body;
  all.insert(entry.contact.begin(), entry.contact.end());
  json["fields"] = fields_json(all);
  return json;
}

Json attachment_json(const domain::Attachment& attachment) {
  return {{"name", attachment.name},
          {"sha256", attachment.sha256.str()},
          {"size", attachment.size},
          {"media_type", attachment.media_type},
          {"erased", attachment.is_erased}};
}

Json row_json(const store::TicketRow& row) {
  return {{"ticket", row.ticket.str()},
          {"code", row.code},
          {"queue_number", row.queue_number},
          {"status", domain::name_of(row.status)},
          {"priority", domain::name_of(row.priority)},
          {"category", row.category},
          {"site", row.site},
          {"assignee", row.assignee},
          {"group", row.group},
          {"title", row.title},
          {"person", row.person},
          {"created", base::to_rfc3339(row.created)},
          {"updated", base::to_rfc3339(row.updated)},
          {"events", row.events},
          {"conflicts", row.conflicts},
          {"waiting", row.waiting}};
}

// A ticket's texts may hold anything; invalid bytes must not keep the rest from being printed.
std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace); }

std::string in_words(const domain::HistoryEntry& entry) {
  auto text = [&](const Fields& fields, std::string_view name) {
    auto found = fields.find(name);
    return found == fields.end() ? std::string{} : domain::to_text(found->second);
  };
  if (entry.known == domain::EventKind::note)
    return fmt::format("{} note: {}", text(entry.body, "visibility"), text(entry.contact, "text"));
  std::string words = entry.kind;
  for (const Fields* fields : {&entry.body, &entry.contact})
    for (const auto& [name, value] : *fields)
      if (name != "salt" && name != "by" && !domain::is_cleared(value))
        words += fmt::format(" {}={}", name, domain::to_text(value));
  return words;
}

Json present(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

} // namespace

std::string registered_json(const store::Registered& registered) {
  return dump({{"ticket", registered.ticket.str()},
               {"code", registered.code},
               {"queue_number", registered.queue_number}});
}

std::string ticket_json(const Ticket& ticket) {
  Json json = {{"ticket", ticket.id.str()},
               {"code", ticket.code()},
               {"queue_number", ticket.text("queue_number")},
               {"status", domain::name_of(ticket.status())},
               {"priority", domain::name_of(ticket.priority())},
               {"title", ticket.title()},
               {"created", base::to_rfc3339(ticket.created)},
               {"updated", base::to_rfc3339(ticket.updated)}};
  Json fields = Json::object();
  for (const auto& [name, state] : ticket.fields)
    if (!domain::is_cleared(state.value)) put_nested(fields, name, to_json(state.value));
  json["fields"] = std::move(fields);
  json["history"] = Json::array();
  for (const auto& entry : ticket.history) json["history"].push_back(entry_json(entry));
  json["conflicts"] = Json::array();
  for (const auto& parallel : ticket.parallels)
    json["conflicts"].push_back({{"field", parallel.field},
                                 {"lost", to_json(parallel.value)},
                                 {"lost_event", parallel.version.str()},
                                 {"won_event", parallel.winner.str()}});
  json["attachments"] = Json::array();
  for (const auto& attachment : domain::attachments_of(ticket))
    json["attachments"].push_back(attachment_json(attachment));
  json["reviews"] = Json::array();
  for (const auto& review : ticket.reviews)
    json["reviews"].push_back({{"event", review.event.str()}, {"reason", review.reason}});
  return dump(json);
}

std::string list_json(const std::vector<store::TicketRow>& rows) {
  Json json = Json::array();
  for (const auto& row : rows) json.push_back(row_json(row));
  return dump(json);
}

std::string status_json(const store::StationIdentity& identity, const store::StationStatus& status) {
  return dump({{"outbox", status.outbox},
               {"last_contact", time_json(status.last_contact)},
               {"in_sync", status.in_sync},
               {"conflicts", status.conflicts},
               {"refused", status.refused},
               {"held", status.held},
               {"attachments_waiting", status.attachments.waiting},
               {"attachments_waiting_bytes", status.attachments.waiting_bytes},
               {"attachments_refused", status.attachments.refused},
               {"attachments_trouble", present(status.attachments.trouble)},
               {"trouble", present(status.trouble)},
               {"station", identity.name},
               {"site", identity.site},
               {"kind", identity.kind},
               {"prefix", identity.prefix},
               {"replica", identity.replica.str()},
               {"desk", identity.desk_url}});
}

std::string sync_json(const sync::Summary& summary, const sync::LaneSummary& files,
                      const store::StationStatus& status) {
  Json json = {{"pushed", summary.pushed},
               {"pulled", summary.pulled},
               {"rejected", summary.rejected},
               {"in_sync", summary.in_sync},
               {"outbox", status.outbox},
               {"files_sent", files.files},
               {"attachments_waiting", status.attachments.waiting}};
  if (!files.trouble.empty()) json["attachments_trouble"] = files.trouble;
  if (summary.failure) json["trouble"] = summary.failure->error.message;
  return dump(json);
}

std::string fetched_json(const domain::Attachment& attachment, const std::string& file) {
  Json json = attachment_json(attachment);
  json["file"] = file;
  return dump(json);
}

std::string digest_json(const std::vector<store::ScopeDigest>& digests) {
  Json json = Json::object();
  for (const auto& digest : digests)
    json[digest.scope] = {{"count", digest.count}, {"hash", digest.hash.str()}};
  return dump(json);
}

std::string matches_json(const std::vector<store::Match>& found) {
  Json list = Json::array();
  for (const store::Match& match : found)
    list.push_back({{"kind", name_of(match.kind)},
                    {"id", match.id},
                    {"language", match.language},
                    {"title", match.title},
                    {"category", match.category ? Json(name_of(*match.category)) : Json(nullptr)}});
  return dump(list);
}

std::string matches_text(const std::vector<store::Match>& found) {
  std::string out;
  for (const store::Match& match : found)
    out += fmt::format("{:<8} {:<32} {}\n", name_of(match.kind), match.id, match.title);
  return out.empty() ? "Nothing is known about this.\n" : out;
}

std::string link_json(const std::string& link) { return dump({{"link", link}}); }

std::string error_json(const base::Error& error) {
  return dump({{"error", {{"message", error.message}, {"field", present(error.context)}}}});
}

std::string capture_json(const kiosk::capture::SystemDetails& d) {
  Json json = {{"hostname", present(d.hostname)},
               {"os", present(d.os)},
               {"os_version", present(d.os_version)},
               {"kernel", present(d.kernel)},
               {"architecture", present(d.architecture)},
               {"vendor", present(d.vendor)},
               {"model", present(d.model)},
               {"serial", present(d.serial)},
               {"asset_tag", present(d.asset_tag)},
               {"firmware",
                {{"vendor", present(d.firmware_vendor)},
                 {"version", present(d.firmware_version)},
                 {"date", present(d.firmware_date)}}},
               {"processor", present(d.processor)},
               {"processor_threads", d.processor_threads ? Json(*d.processor_threads) : Json(nullptr)},
               {"memory_mb", d.memory_mb ? Json(*d.memory_mb) : Json(nullptr)}};
  json["disks"] = Json::array();
  for (const auto& disk : d.disks)
    json["disks"].push_back({{"name", disk.name}, {"model", present(disk.model)}, {"size_mb", disk.size_mb}});
  json["interfaces"] = Json::array();
  for (const auto& interface : d.interfaces) {
    Json addresses = Json::array();
    for (const auto& address : interface.addresses) addresses.push_back(address.address);
    json["interfaces"].push_back({{"name", interface.name},
                                  {"mac", present(interface.mac)},
                                  {"up", interface.is_up},
                                  {"addresses", addresses}});
  }
  json["missing"] = Json::array();
  for (const auto& missing : d.missing)
    json["missing"].push_back({{"what", missing.what}, {"why", missing.why}});
  return dump(json);
}

std::string capture_glpi(const kiosk::capture::SystemDetails& d) {
  Json hardware = {{"name", d.hostname}};
  if (d.memory_mb) hardware["memory"] = *d.memory_mb;
  Json bios = Json::object();
  auto put = [](Json& object, const char* key, const std::string& text) {
    if (!text.empty()) object[key] = text;
  };
  put(bios, "assettag", d.asset_tag);
  put(bios, "bmanufacturer", d.firmware_vendor);
  put(bios, "bversion", d.firmware_version);
  put(bios, "bdate", d.firmware_date);
  put(bios, "smanufacturer", d.vendor);
  put(bios, "smodel", d.model);
  put(bios, "ssn", d.serial);
  Json os = Json::object();
  put(os, "name", d.os_id);
  put(os, "full_name", d.os_version.empty() ? d.os : d.os + " " + d.os_version);
  put(os, "version", d.os_version);
  put(os, "kernel_version", d.kernel);
  put(os, "arch", d.architecture);
  Json content = {{"versionclient", "walkin_" WALKIN_VERSION},
                  {"hardware", hardware},
                  {"bios", bios},
                  {"operatingsystem", os}};
  content["cpus"] = Json::array();
  if (!d.processor.empty()) {
    Json cpu = {{"name", d.processor}};
    if (d.processor_threads) cpu["thread"] = *d.processor_threads;
    content["cpus"].push_back(cpu);
  }
  content["networks"] = Json::array();
  for (const auto& interface : d.interfaces) {
    Json network = {{"description", interface.name}, {"status", interface.is_up ? "up" : "down"}};
    put(network, "mac", interface.mac);
    for (const auto& address : interface.addresses) {
      const char* key = address.is_v6 ? "ipaddress6" : "ipaddress";
      if (!network.contains(key)) network[key] = address.address;
    }
    content["networks"].push_back(network);
  }
  content["storages"] = Json::array();
  for (const auto& disk : d.disks) {
    Json storage = {{"name", disk.name}, {"disksize", disk.size_mb}};
    put(storage, "model", disk.model);
    content["storages"].push_back(storage);
  }
  return dump(
      {{"action", "inventory"}, {"itemtype", "Computer"}, {"deviceid", d.hostname}, {"content", content}});
}

std::string ticket_text(const Ticket& ticket) {
  std::string out = fmt::format("{}  {}  {}  {}\n", ticket.code(), domain::name_of(ticket.priority()),
                                domain::name_of(ticket.status()), ticket.title());
  for (const auto& [name, state] : ticket.fields)
    if (name != "code" && name != "status" && !domain::is_cleared(state.value))
      out += fmt::format("  {:<22}{}\n", name, domain::to_text(state.value));
  out += "History\n";
  for (const auto& entry : ticket.history) {
    out += fmt::format("  {}  {}{}", base::to_rfc3339(entry.at), entry.by.empty() ? "" : entry.by + ", ",
                       in_words(entry));
    if (auto words = why_unreadable(entry); !words.empty()) out += fmt::format("  ({})", words);
    if (!entry.received) out += "  (waits to be sent)";
    if (!entry.took_effect) out += fmt::format("  (no effect: {})", entry.reason);
    out += '\n';
  }
  for (const auto& parallel : ticket.parallels)
    out += fmt::format(
        "  Written at the same time: {} was also set to {}; walkin take-back {} {} puts it back\n",
        parallel.field, domain::to_text(parallel.value), ticket.code(), parallel.field);
  for (const auto& review : ticket.reviews) out += fmt::format("  Please look: {}\n", review.reason);
  return out;
}

std::string list_text(const std::vector<store::TicketRow>& rows) {
  if (rows.empty()) return "No tickets here.\n";
  std::string out;
  for (const auto& row : rows)
    out += fmt::format("{:<11}{:<4}{:<16}{}{}\n", row.code, domain::name_of(row.priority),
                       domain::name_of(row.status), row.title.empty() ? row.person : row.title,
                       row.waiting > 0 ? "  (to send)" : "");
  return out;
}

std::string status_text(const store::StationIdentity& identity, const store::StationStatus& status) {
  std::string out = fmt::format("{} at {}, desk {}\n", identity.name, identity.site, identity.desk_url);
  out += status.outbox == 0 ? "Nothing waits to be sent.\n" : fmt::format("{} to send.\n", status.outbox);
  out += status.last_contact ? fmt::format("Last contact {}.\n", base::to_rfc3339(*status.last_contact))
                             : "No contact yet.\n";
  if (!status.trouble.empty()) out += status.trouble + "\n";
  if (status.attachments.waiting > 0) out += fmt::format("{} files to send.\n", status.attachments.waiting);
  if (status.attachments.refused > 0)
    out += fmt::format("{} files were refused by the desk.\n", status.attachments.refused);
  if (!status.attachments.trouble.empty()) out += status.attachments.trouble + "\n";
  if (status.held > 0)
    out += fmt::format(
        "{} wait at the desk behind an entry that it cannot read; its administrator decides.\n", status.held);
  if (status.conflicts > 0)
    out += fmt::format("{} tickets were changed by two people at once; see walkin show.\n", status.conflicts);
  if (status.refused > 0)
    out += fmt::format("{} changes were refused by the desk; see walkin show.\n", status.refused);
  return out;
}

std::string capture_text(const kiosk::capture::SystemDetails& d) {
  std::string out;
  auto line = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) out += fmt::format("{:<12}{}\n", name, text);
  };
  line("Name", d.hostname);
  line("System", d.os + (d.os_version.empty() ? "" : " " + d.os_version));
  line("Model", d.vendor.empty() ? d.model : d.vendor + " " + d.model);
  line("Serial", d.serial);
  line("Asset tag", d.asset_tag);
  line("Processor", d.processor);
  if (d.memory_mb) line("Memory", fmt::format("{} MB", *d.memory_mb));
  for (const auto& disk : d.disks)
    line("Disk", fmt::format("{} {} MB {}", disk.name, disk.size_mb, disk.model));
  for (const auto& interface : d.interfaces)
    for (const auto& address : interface.addresses)
      line("Address", address.address + " (" + interface.name + ")");
  for (const auto& missing : d.missing) line("Not known", missing.what + ": " + missing.why);
  return out;
}

} // namespace walkin::cli
