#include "sync/desk/reference_commands.hpp"

#include "shared/base/system.hpp"
#include "shared/protocol/reference_json.hpp"
#include "sync/desk/content.hpp"
#include "sync/desk/data_directory.hpp"
#include "sync/desk/security.hpp"
#include "sync/desk/site_keys.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <iostream>
#include <nlohmann/json.hpp>

namespace walkin::desk {

using Json = nlohmann::json;
using domain::DocumentKind;

struct ReferenceCommands::Options {
  std::string data, folder, by = "shell", kind, id, site, counter, number, until;
  std::vector<std::string> title, body, answer, categories, sites, keys;
  std::vector<std::int64_t> numbers;
  bool json = false, pin_stdin = false, all = false, is_accepted = false;
  std::vector<std::pair<CLI::App*, int (ReferenceCommands::*)()>> commands;
  domain::QueueAction action = domain::QueueAction::call;
};

namespace {

constexpr int k_refused = 1, k_wrong_usage = 2;

int refuse(const base::Error& error) {
  fmt::print(stderr, "walkin-desk: {}\n", error.message);
  return k_refused;
}

void print_json(const Json& json) { fmt::print("{}\n", json.dump()); }

std::string_view name_of(WriteOutcome outcome) {
  switch (outcome) {
  case WriteOutcome::made: return "new";
  case WriteOutcome::changed: return "changed";
  case WriteOutcome::unchanged: return "unchanged";
  }
  return "";
}

// "es=Sin correo", or English without a language before it.
domain::Localised localised(const std::vector<std::string>& texts) {
  domain::Localised out;
  for (const std::string& text : texts) {
    const bool has_language = text.size() > 3 && text[2] == '=';
    out.insert_or_assign(has_language ? text.substr(0, 2) : "en", has_language ? text.substr(3) : text);
  }
  return out;
}

Json to_json(const QueueRow& row) {
  return {{"number", row.entry.number},
          {"state", domain::name_of(row.entry.state)},
          {"counter", row.entry.counter},
          {"code", row.code},
          {"came", base::to_rfc3339(row.entry.came)},
          {"since", base::to_rfc3339(row.entry.since)}};
}

Json to_json(const domain::QueueBoard& board) {
  Json json = {{"waiting", board.waiting},
               {"serving", board.people_serving},
               {"median_min", board.median_service_min}};
  if (auto wait = board.wait()) json["wait_min"] = {wait->least_min, wait->most_min};
  return json;
}

} // namespace

ReferenceCommands::ReferenceCommands(const base::Clock& clock, base::Random& random)
    : clock_(clock), random_(random), options_(std::make_unique<Options>()) {}
ReferenceCommands::~ReferenceCommands() = default;

CLI::App* ReferenceCommands::command(CLI::App& under, const char* name, const char* what,
                                     int (ReferenceCommands::*does)()) {
  CLI::App* made = under.add_subcommand(name, what);
  made->add_option("--data", options_->data, "The folder that holds the desk")->required();
  made->add_flag("--json", options_->json, "One JSON document");
  made->add_option("--by", options_->by, "Who does it, as it is remembered")->capture_default_str();
  options_->commands.emplace_back(made, does);
  return made;
}

void ReferenceCommands::add_to(CLI::App& app) {
  add_content(app);
  add_bulletin(app);
  add_site(app);
  add_queue(app);
}

void ReferenceCommands::add_content(CLI::App& app) {
  CLI::App* content = app.add_subcommand("content", "Answers, guides, sites, people and machines");
  content->require_subcommand(1);
  CLI::App* load = command(*content, "load", "Take a folder of content in; all of it or nothing",
                           &ReferenceCommands::load);
  load->add_option("folder", options_->folder, "With articles/, guides/ and sample.json")->required();
  CLI::App* list = command(*content, "list", "What stations are given", &ReferenceCommands::list);
  CLI::App* remove = command(*content, "remove", "Take a document back", &ReferenceCommands::remove);
  const CLI::IsMember kinds({"article", "guide", "bulletin", "site", "asset"});
  list->add_option("--kind", options_->kind)->check(kinds);
  remove->add_option("kind", options_->kind)->required()->check(kinds);
  remove->add_option("id", options_->id, "As content list writes it")->required();
  add_offered(*content);
}

void ReferenceCommands::add_offered(CLI::App& content) {
  CLI::App* offered = content.add_subcommand(
      "offered", "What stations gave back after a restore, newer than what the desk has");
  offered->require_subcommand(1);
  command(*offered, "list", "What waits for a decision", &ReferenceCommands::list_offered);
  struct Decision {
    const char *name, *what;
    bool is_accepted;
  };
  for (const auto& [name, what, is_accepted] :
       {Decision{"accept", "Take them in, as new versions for all stations", true},
        Decision{"refuse", "Leave the desk's as they are; what was offered is gone for good", false}}) {
    CLI::App* decide = command(*offered, name, what, &ReferenceCommands::decide_offered);
    CLI::Option* ids = decide->add_option("ID", options_->numbers, "As offered list writes it");
    decide->add_flag("--all", options_->all, "All that wait")->excludes(ids);
    decide->callback([this, is_accepted = is_accepted] { options_->is_accepted = is_accepted; });
  }
}

void ReferenceCommands::add_bulletin(CLI::App& app) {
  CLI::App* bulletin = app.add_subcommand("bulletin", "Known problems");
  bulletin->require_subcommand(1);
  CLI::App* open = command(*bulletin, "open", "Tell of a known problem", &ReferenceCommands::open_bulletin);
  open->add_option("id", options_->id, "Such as mail-slow")->required();
  open->add_option("--title", options_->title, "LANGUAGE=TEXT, or English")->required();
  open->add_option("--body", options_->body, "What is known: LANGUAGE=TEXT, or English");
  open->add_option("--answer", options_->answer, "For who has the problem: LANGUAGE=TEXT, or English");
  open->add_option("--until", options_->until, "When it should be over: PT2H, or 2026-11-22T11:00:00Z");
  open->add_option("--category", options_->categories, "Only about these");
  open->add_option("--site", options_->sites, "Only at these");
  CLI::App* end = command(*bulletin, "end", "The problem is over", &ReferenceCommands::end_bulletin);
  end->add_option("id", options_->id)->required();
}

void ReferenceCommands::add_site(CLI::App& app) {
  CLI::App* site = app.add_subcommand("site", "What a site has set for its stations");
  site->require_subcommand(1);
  CLI::App* set = command(*site, "set", "Change settings", &ReferenceCommands::set_site);
  set->add_option("--site", options_->site)->required();
  set->add_option("keys", options_->keys, "KEY=VALUE");
  set->add_flag("--pin-stdin", options_->pin_stdin,
                "Read the PIN of the kiosks' service page from standard input");
  set->footer(std::string(site_keys_help()));
  CLI::App* show = command(*site, "show", "All settings as JSON", &ReferenceCommands::show_site);
  show->add_option("--site", options_->site)->required();
}

void ReferenceCommands::add_queue(CLI::App& app) {
  CLI::App* queue = app.add_subcommand("queue", "The queue at a site's counter, today");
  queue->require_subcommand(1);
  CLI::App* list =
      command(*queue, "list", "Everybody of today, in the order they came", &ReferenceCommands::list_queue);
  list->add_option("--site", options_->site)->required();
  struct Step {
    const char *name, *what;
  };
  for (const auto& [name, what] :
       {Step{"call", "Call the next, or a number"}, Step{"serve", "They are at the counter"},
        Step{"done", "They have been served"}, Step{"no-show", "Nobody came, 3 minutes after the call"},
        Step{"left", "They went away"}, Step{"undo", "Put a no-show, a leaving or a call back"}}) {
    CLI::App* step = command(*queue, name, what, &ReferenceCommands::step_queue);
    step->add_option("number", options_->number, "Such as A12; left out: the next, or who is at the counter");
    step->add_option("--site", options_->site)->required();
    step->add_option("--counter", options_->counter, "Such as 2");
    const std::string action = std::string_view(name) == "no-show" ? "no_show" : name;
    step->callback([this, action] { options_->action = *domain::parse_queue_action(action); });
  }
}

std::optional<int> ReferenceCommands::run() {
  for (const auto& [command, does] : options_->commands)
    if (command->parsed()) return (this->*does)();
  return std::nullopt;
}

int ReferenceCommands::load() {
  auto content = read_content(options_->folder, clock_.now());
  if (!content) return refuse(content.error());
  if (!content->faults.empty()) {
    for (const ContentFault& fault : content->faults)
      fmt::print(stderr, "{}/{}:{}: {}\n", options_->folder, fault.file, fault.line, fault.message);
    fmt::print(stderr, "walkin-desk: {} wrong; nothing was taken in.\n",
               content->faults.size() == 1 ? "One thing is"
                                           : fmt::format("{} things are", content->faults.size()));
    return k_refused;
  }
  auto desk = open_desk(options_->data, clock_, random_);
  if (!desk) return refuse(desk.error());
  LoadReport report = load_content(*desk->documents, *content, options_->by);
  Json counts = {{"new", 0}, {"changed", 0}, {"unchanged", 0}}, named = Json::array();
  for (const LoadedDocument& document : report.documents) {
    Json& count = counts[std::string(name_of(document.outcome))];
    count = count.get<std::size_t>() + 1;
    if (document.outcome == WriteOutcome::unchanged) continue;
    named.push_back({{"kind", domain::name_of(document.kind)},
                     {"id", document.id},
                     {"outcome", name_of(document.outcome)}});
    if (!options_->json)
      fmt::print("{:<9} {} {}\n", name_of(document.outcome), domain::name_of(document.kind), document.id);
  }
  if (options_->json) {
    counts["people_changed"] = report.people_changed;
    counts["documents"] = std::move(named);
    print_json(counts);
  } else {
    fmt::print("{} new, {} changed, {} as they were; {} people new or changed.\n",
               counts["new"].get<std::size_t>(), counts["changed"].get<std::size_t>(),
               counts["unchanged"].get<std::size_t>(), report.people_changed);
  }
  return 0;
}

int ReferenceCommands::list() {
  auto desk = open_desk(options_->data, clock_, random_);
  if (!desk) return refuse(desk.error());
  Json list = Json::array();
  for (const DocumentRow& row : desk->documents->list(domain::parse_document_kind(options_->kind))) {
    // The directory's entries are no reading matter.
    if (row.document.kind == domain::name_of(DocumentKind::person)) continue;
    if (options_->json)
      list.push_back({{"kind", row.document.kind},
                      {"id", row.document.id},
                      {"version", row.document.version},
                      {"at", base::to_rfc3339(row.at)},
                      {"by", row.by}});
    else
      fmt::print("{:<9} {:<40} {:>6}  {}  {}\n", row.document.kind, row.document.id, row.document.version,
                 base::to_rfc3339(row.at), row.by);
  }
  if (options_->json) print_json(list);
  return 0;
}

int ReferenceCommands::remove() {
  auto desk = open_desk(options_->data, clock_, random_);
  if (!desk) return refuse(desk.error());
  auto removed =
      desk->documents->remove(*domain::parse_document_kind(options_->kind), options_->id, options_->by);
  if (!removed) return refuse(removed.error());
  if (options_->json) print_json({{"removed", options_->id}});
  return 0;
}

int ReferenceCommands::list_offered() {
  auto desk = open_desk(options_->data, clock_, random_);
  if (!desk) return refuse(desk.error());
  const std::vector<OfferedDocument> offered = desk->documents->offered();
  Json list = Json::array();
  for (const OfferedDocument& offer : offered) {
    const std::string present = offer.present ? base::to_rfc3339(*offer.present) : "";
    if (options_->json)
      list.push_back({{"id", offer.number},
                      {"kind", offer.document.kind},
                      {"document", offer.document.id},
                      {"version", offer.document.version},
                      {"offered", base::to_rfc3339(offer.offered)},
                      {"present", offer.present ? Json(present) : Json(nullptr)},
                      {"body", offer.document.body}});
    else
      fmt::print("{:>5}  {:<9} {:<40} {:>6}  {}\n", offer.number, offer.document.kind, offer.document.id,
                 offer.document.version,
                 present.empty() ? "the desk has none" : "the desk has one of " + present);
  }
  if (options_->json)
    print_json(list);
  else if (offered.empty())
    fmt::print("Nothing waits for a decision.\n");
  return 0;
}

int ReferenceCommands::decide_offered() {
  if (options_->numbers.empty() && !options_->all) {
    fmt::print(stderr, "walkin-desk: Say which, by the ID that content offered list writes, or --all.\n");
    return k_wrong_usage;
  }
  auto desk = open_desk(options_->data, clock_, random_);
  if (!desk) return refuse(desk.error());
  auto decided = desk->documents->decide(options_->numbers, options_->is_accepted, options_->by);
  if (!decided) return refuse(decided.error());
  const char* what = options_->is_accepted ? "accepted" : "refused";
  if (options_->json)
    print_json({{what, decided->size()}});
  else
    fmt::print("{} {}.\n", decided->size(), what);
  return 0;
}

int ReferenceCommands::open_bulletin() {
  domain::Bulletin bulletin;
  bulletin.id = options_->id;
  bulletin.title = localised(options_->title);
  bulletin.body = localised(options_->body);
  bulletin.answer = localised(options_->answer);
  bulletin.from = clock_.now();
  bulletin.sites = options_->sites;
  for (const std::string& name : options_->categories) {
    auto category = domain::parse_category(name);
    if (!category)
      return refuse({base::ErrorCode::invalid, fmt::format("There is no category {}.", name), "category"});
    bulletin.categories.push_back(*category);
  }
  if (!domain::is_document_name(bulletin.id))
    return refuse({base::ErrorCode::invalid, "The id has letters a-z, digits and - only.", "id"});
  if (!options_->until.empty()) {
    bulletin.until = parse_moment(options_->until, clock_.now());
    if (!bulletin.until)
      return refuse({base::ErrorCode::invalid, "--until: PT2H, or 2026-11-22T11:00:00Z.", "until"});
  }
  auto desk = open_desk(options_->data, clock_, random_);
  if (!desk) return refuse(desk.error());
  const DocumentDraft draft = draft_of(bulletin);
  desk->documents->write(std::span(&draft, 1), options_->by);
  if (options_->json) print_json({{"id", bulletin.id}});
  return 0;
}

int ReferenceCommands::end_bulletin() {
  auto desk = open_desk(options_->data, clock_, random_);
  if (!desk) return refuse(desk.error());
  auto held = desk->documents->find(DocumentKind::bulletin, options_->id);
  auto bulletin =
      held ? protocol::decode_bulletin(held->body)
           : base::Result<domain::Bulletin>(base::fail(
                 base::ErrorCode::not_found, fmt::format("There is no bulletin {}.", options_->id)));
  if (!bulletin) return refuse(bulletin.error());
  if (bulletin->is_ended)
    return refuse(
        {base::ErrorCode::conflict, fmt::format("The bulletin {} has ended already.", options_->id), "id"});
  bulletin->is_ended = true;
  bulletin->ended = clock_.now();
  const DocumentDraft draft = draft_of(*bulletin);
  desk->documents->write(std::span(&draft, 1), options_->by);
  if (options_->json) print_json({{"id", bulletin->id}});
  return 0;
}

int ReferenceCommands::set_site() {
  auto desk = open_desk(options_->data, clock_, random_);
  if (!desk) return refuse(desk.error());
  domain::SiteSettings settings;
  settings.site = options_->site;
  if (auto held = desk->documents->settings(options_->site)) settings = *held;
  for (const std::string& key : options_->keys)
    if (auto set = set_site_key(settings, key); !set) return refuse(set.error());
  if (!settings.time_zone.empty())
    if (auto zone = base::load_zone(settings.time_zone); !zone) return refuse(zone.error());
  if (options_->pin_stdin) {
    std::string pin;
    std::getline(std::cin, pin);
    if (pin.size() < 4 || pin.size() > 12 || pin.find_first_not_of("0123456789") != std::string::npos)
      return refuse({base::ErrorCode::invalid, "A PIN has 4 to 12 digits.", "pin"});
    settings.staff_pin_hash = Passwords().hash(pin);
  }
  const DocumentDraft draft = draft_of(settings);
  const auto outcome = desk->documents->write(std::span(&draft, 1), options_->by).front();
  if (options_->json) print_json({{"site", settings.site}, {"outcome", name_of(outcome)}});
  return 0;
}

int ReferenceCommands::show_site() {
  auto desk = open_desk(options_->data, clock_, random_);
  if (!desk) return refuse(desk.error());
  auto settings = desk->documents->settings(options_->site);
  if (!settings)
    return refuse(
        {base::ErrorCode::not_found, fmt::format("Nothing is set for a site {}.", options_->site), "site"});
  settings->staff_pin_hash = settings->staff_pin_hash.empty() ? "" : "set";
  fmt::print("{}\n", protocol::encode_body(*settings));
  return 0;
}

int ReferenceCommands::list_queue() {
  auto desk = open_desk(options_->data, clock_, random_);
  if (!desk) return refuse(desk.error());
  Json list = Json::array();
  for (const QueueRow& row : desk->queue->list(options_->site)) {
    if (options_->json)
      list.push_back(to_json(row));
    else
      fmt::print("{:<5} {:<8} {:<4} {}  {}\n", row.entry.number, domain::name_of(row.entry.state),
                 row.entry.counter, row.code, base::to_rfc3339(row.entry.came));
  }
  const domain::QueueBoard board = desk->queue->board(options_->site);
  if (options_->json) {
    Json json = to_json(board);
    json["entries"] = std::move(list);
    print_json(json);
  } else {
    auto wait = board.wait();
    fmt::print("{} wait, {}.\n", board.waiting,
               wait ? fmt::format("{} to {} minutes", wait->least_min, wait->most_min)
                    : "nobody knows how long");
  }
  return 0;
}

int ReferenceCommands::step_queue() {
  auto desk = open_desk(options_->data, clock_, random_);
  if (!desk) return refuse(desk.error());
  auto row =
      desk->queue->act(options_->site, {options_->action, options_->number, options_->counter, options_->by});
  if (!row) return refuse(row.error());
  if (options_->json)
    print_json(to_json(*row));
  else
    fmt::print("{} {}{}\n", row->entry.number, domain::name_of(row->entry.state),
               row->entry.counter.empty() ? "" : " at " + row->entry.counter);
  return 0;
}

} // namespace walkin::desk
