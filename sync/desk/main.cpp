// walkin-desk: the central help desk server, and what an administrator does to it from a shell.

#include "shared/base/system.hpp"
#include "sync/desk/console/console.hpp"
#include "sync/desk/content.hpp"
#include "sync/desk/data_directory.hpp"
#include "sync/desk/files/files_api.hpp"
#include "sync/desk/jobs.hpp"
#include "sync/desk/reference_commands.hpp"
#include "sync/desk/sample.hpp"
#include "sync/desk/security.hpp"
#include "sync/desk/status/status_page.hpp"
#include "sync/desk/storage/backup.hpp"
#include "sync/desk/sync_api.hpp"
#include "sync/desk/web/http_server.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <thread>

namespace walkin::desk {

namespace {

constexpr int k_refused = 1, k_wrong_usage = 2;
constexpr std::size_t k_sample_tickets_max = 1'000'000;
constexpr long k_signal_check_ns = 100'000'000;

struct Options {
  std::string data, listen = "127.0.0.1:8080", certificate, key, assets;
  std::string site, kind, name, full_name, group, role, file, passphrase_file, purpose, person, by, event;
  std::vector<std::string> codes, customers;
  std::size_t tickets = 0;
  std::uint64_t seed = 1;
  bool json = false, password_stdin = false, is_confirmed = false;
};

int refuse(const base::Error& error) {
  fmt::print(stderr, "walkin-desk: {}\n", error.message);
  return k_refused;
}

std::filesystem::path assets_folder(const Options& options) {
  if (!options.assets.empty()) return options.assets;
  std::error_code error;
  auto beside = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "../share/walkin/desk";
  if (!error && std::filesystem::is_directory(beside, error)) return beside;
  return WALKIN_SOURCE_DIR "/assets/desk";
}

// What comes with the program to be read: beside the console's pages.
std::filesystem::path content_folder(const Options& options) {
  return assets_folder(options).lexically_normal().parent_path() / "kb";
}

// "" when nothing waits.
std::string offered_words(Documents& documents) {
  const std::size_t count = documents.offered().size();
  if (count == 0) return {};
  return fmt::format("Stations have given back {} {} newer than the desk's, which wait for a decision: "
                     "walkin-desk content offered list.",
                     count, count == 1 ? "document" : "documents");
}

class Command {
public:
  explicit Command(Options options) : options_(std::move(options)) {}

  int init() {
    auto desk = make_desk(options_.data, clock_, random_);
    if (!desk) return refuse(desk.error());
    std::string code = make_setup_code(random_);
    desk->accounts->add_setup_code(code_hash(code), clock_.now());
    if (options_.json) {
      print_json({{"setup_code", code}, {"setup_path", "/console/setup?code=" + code}});
      return 0;
    }
    fmt::print("The desk is ready in {0}. Start it with: walkin-desk serve --data {0}\n"
               "Then the first administrator signs in, once and within 72 hours, with the code {1}:\n"
               "  http://127.0.0.1:8080/console/setup?code={1}\n",
               options_.data, code);
    return 0;
  }

  int serve();

  int station_code() {
    auto kind = parse_station_kind(options_.kind); // checked by the command line already
    auto desk = open_desk(options_.data, clock_, random_);
    if (!desk) return refuse(desk.error());
    std::string code = make_station_code(random_);
    auto added = desk->accounts->add_station_code(code_hash(code), *kind, options_.site, clock_.now(),
                                                  options_.person);
    if (!added) return refuse(added.error());
    if (options_.json)
      print_json({{"code", code}});
    else
      fmt::print("{}\n", code);
    fmt::print(stderr, "Good for one {} at {} within 10 minutes.\n", name_of(*kind), options_.site);
    return 0;
  }

  int add_user() {
    if (!options_.password_stdin) {
      fmt::print(stderr, "walkin-desk: Give --password-stdin and the password as one line on standard input; "
                         "as an argument others on this machine could read it.\n");
      return k_wrong_usage;
    }
    auto role = parse_role(options_.role);
    std::string password;
    std::getline(std::cin, password);
    if (!password.empty() && password.back() == '\r') password.pop_back();
    if (auto fits = check_password_rule(password); !fits) return refuse(fits.error());
    auto desk = open_desk(options_.data, clock_, random_);
    if (!desk) return refuse(desk.error());
    Passwords passwords;
    auto added = desk->accounts->add_user({.name = options_.name,
                                           .full_name = options_.full_name,
                                           .group = options_.group,
                                           .role = *role,
                                           .password_hash = passwords.hash(password)},
                                          clock_.now());
    if (!added) return refuse(added.error());
    if (options_.json)
      print_json({{"name", added->name}, {"role", name_of(added->role)}});
    else
      fmt::print("{} may sign in as {}.\n", added->name, name_of(added->role));
    return 0;
  }

  int sample() {
    auto desk = open_desk(options_.data, clock_, random_);
    if (!desk) return refuse(desk.error());
    std::error_code error;
    if (auto folder = content_folder(options_); std::filesystem::is_directory(folder, error)) {
      auto content = read_content(folder, clock_.now());
      if (!content || !content->faults.empty())
        return refuse(content
                          ? base::Error{base::ErrorCode::unusable,
                                        fmt::format("The content in {} has faults: content load names them.",
                                                    folder.string()),
                                        "content"}
                          : content.error());
      load_content(*desk->documents, *content, "sample");
    }
    open_sites_now(*desk, clock_.now(), base::load_zone);
    base::Zone zone;
    if (auto sites = desk->documents->sites(); !sites.empty())
      zone = base::load_zone(desk->documents->settings(sites.front())->time_zone).value_or(base::Zone{});
    add_sample(*desk, options_.tickets, options_.seed, clock_.now(), random_, zone);
    if (options_.json)
      print_json({{"tickets", options_.tickets}});
    else
      fmt::print("{} tickets added.\n", options_.tickets);
    return 0;
  }

  // One line of a file, so that it stands in no list of processes.
  base::Result<std::optional<std::string>> passphrase() {
    if (options_.passphrase_file.empty()) return std::optional<std::string>{};
    std::ifstream file(options_.passphrase_file);
    std::string line;
    std::getline(file, line);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty())
      return base::fail(
          base::ErrorCode::invalid,
          fmt::format("{} cannot be read, or its first line is empty. Write the passphrase there.",
                      options_.passphrase_file),
          "passphrase-file");
    return std::optional(std::move(line));
  }

  int backup() {
    auto secret = passphrase();
    if (!secret) return refuse(secret.error());
    if (auto done = back_up(options_.data, options_.file, *secret, clock_.now(), random_); !done)
      return refuse(done.error());
    if (options_.json)
      print_json({{"file", options_.file}, {"encrypted", secret->has_value()}});
    else
      fmt::print("The desk in {} is backed up to {}.\n", options_.data, options_.file);
    if (!*secret)
      fmt::print(stderr,
                 "It holds the desk's keys and what customers wrote, readable by its owner. Keep it as safe "
                 "as the desk, or encrypt it with --passphrase-file.\n");
    return 0;
  }

  int restore() {
    auto secret = passphrase();
    if (!secret) return refuse(secret.error());
    auto done = desk::restore(options_.data, options_.file, *secret, clock_.now(), random_);
    if (!done) return refuse(done.error());
    if (options_.json) {
      print_json(
          {{"backup_of", base::to_rfc3339(done->made)},
           {"moved_to", done->before ? nlohmann::json(done->before->string()) : nlohmann::json(nullptr)}});
      return 0;
    }
    fmt::print("The desk of {} is in {}. Stations hand in again what they had written since.\n",
               base::to_rfc3339(done->made), options_.data);
    if (done->before) fmt::print("What was there before is now in {}.\n", done->before->string());
    return 0;
  }

  // For who writes the rules of a proxy, or another client.
  int routes() {
    std::vector<std::string> all = SyncApi::routes();
    for (std::string& route : FilesApi::routes()) all.push_back(std::move(route));
    if (options_.json)
      print_json(all);
    else
      for (const std::string& route : all) fmt::print("{}\n", route);
    return 0;
  }

  int check() {
    auto desk = open_desk(options_.data, clock_, random_);
    if (!desk) return refuse(desk.error());
    for (base::Status (*look)(OpenDesk&) : {+[](OpenDesk& d) { return d.accounts->check_integrity(); },
                                            +[](OpenDesk& d) { return d.tickets->check_integrity(); }})
      if (auto sound = look(*desk); !sound) {
        if (options_.json) print_json({{"ok", false}, {"finding", sound.error().message}});
        return refuse(sound.error());
      }
    if (auto sound = check_files(desk_blobs(options_.data)); !sound) {
      if (options_.json) print_json({{"ok", false}, {"finding", sound.error().message}});
      return refuse(sound.error());
    }
    const std::string offered = offered_words(*desk->documents);
    nlohmann::json json = {{"ok", true}};
    if (!offered.empty()) json["offered_documents"] = desk->documents->offered().size();
    if (options_.json)
      print_json(json);
    else
      fmt::print("The desk in {} is sound.\n{}{}", options_.data, offered, offered.empty() ? "" : "\n");
    return 0;
  }

  int erase() {
    auto desk = open_desk(options_.data, clock_, random_);
    if (!desk) return refuse(desk.error());
    std::vector<std::string> codes;
    for (const std::string& typed : options_.codes) {
      auto ticket = desk->tickets->find(typed);
      if (!ticket)
        return refuse({base::ErrorCode::not_found, fmt::format("There is no ticket {}.", typed), typed});
      codes.push_back(ticket->code());
    }
    for (const std::string& value : options_.customers)
      for (std::string& code : desk->tickets->codes_of_customer(value)) codes.push_back(std::move(code));
    std::ranges::sort(codes);
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    if (!options_.is_confirmed) {
      if (options_.json)
        print_json({{"would_erase", codes}});
      else
        fmt::print("{}{} tickets. Nothing is erased yet: say --yes to erase, for good and at every station, "
                   "names, addresses, texts and attachments of these.\n",
                   fmt::join(codes, "\n"), codes.empty() ? "0" : fmt::format("\n{}", codes.size()));
      return 0;
    }
    auto erased = desk->tickets->erase(codes, options_.by);
    store::Blobs blobs = desk_blobs(options_.data);
    remove_erased_files(*desk->tickets, blobs);
    if (options_.json)
      print_json({{"erased", erased}});
    else
      fmt::print(
          "{} tickets erased here; stations erase them at their next contact. Backups made before still "
          "hold them: make a new one and remove those when you may.\n",
          erased.size());
    return 0;
  }

  int list_quarantine() {
    auto desk = open_desk(options_.data, clock_, random_);
    if (!desk) return refuse(desk.error());
    nlohmann::json list = nlohmann::json::array();
    for (const SetAside& aside : desk->tickets->quarantined()) {
      auto station = find_station(*desk, aside.replica);
      auto ticket = desk->tickets->find(aside.ticket);
      nlohmann::json json = {{"event", aside.id.str()},
                             {"station", station ? station->prefix : aside.replica.str()},
                             {"ticket", ticket ? ticket->code() : ""},
                             {"state", name_of(aside.state)},
                             {"received", base::to_rfc3339(aside.received)},
                             {"reason", aside.reason}};
      if (!options_.json)
        fmt::print("{}  {:<10}  {}  {:<11}  {}\n", aside.id.str(), name_of(aside.state),
                   json["station"].get<std::string>(), json["ticket"].get<std::string>(), aside.reason);
      list.push_back(std::move(json));
    }
    if (options_.json)
      print_json(list);
    else if (list.empty())
      fmt::print("Nothing is in quarantine.\n");
    return 0;
  }

  int retry_quarantined() { return release(false); }
  int drop_quarantined() { return release(true); }

  int list_keys() {
    auto desk = open_desk(options_.data, clock_, random_);
    if (!desk) return refuse(desk.error());
    nlohmann::json list = nlohmann::json::array();
    for (const DeskKey& key : desk->tickets->keys()) {
      if (options_.json)
        list.push_back(to_json(key));
      else
        fmt::print("{:>3}  {:<8} since {}  {}\n", key.id, name_of(key.purpose), base::to_rfc3339(key.created),
                   key.retired ? "retired " + base::to_rfc3339(*key.retired) : "in use");
    }
    if (options_.json) print_json(list);
    return 0;
  }

  int rotate_key() {
    auto desk = open_desk(options_.data, clock_, random_);
    if (!desk) return refuse(desk.error());
    DeskKey key = desk->tickets->rotate_key(*parse_key_purpose(options_.purpose));
    if (options_.json)
      print_json(to_json(key));
    else
      fmt::print("Key {} is in use for {} from now on. The old ones stay, to open what they closed.\n",
                 key.id, name_of(key.purpose));
    return 0;
  }

private:
  static std::optional<Station> find_station(OpenDesk& desk, const base::ReplicaId& replica) {
    for (Station& station : desk.accounts->stations())
      if (station.replica == replica) return std::move(station);
    return std::nullopt;
  }

  int release(bool is_dropped) {
    auto desk = open_desk(options_.data, clock_, random_);
    if (!desk) return refuse(desk.error());
    auto id = base::EventId::parse(options_.event);
    std::optional<Station> station;
    for (const SetAside& aside : desk->tickets->quarantined())
      if (id && aside.id == *id) station = find_station(*desk, aside.replica);
    if (!station)
      return refuse(
          {base::ErrorCode::not_found,
           fmt::format("There is no event {} in quarantine. walkin-desk quarantine list names them.",
                       options_.event),
           options_.event});
    auto placed = desk->tickets->release(peer_of(*station, *desk->accounts), *id, is_dropped);
    if (!placed) return refuse(placed.error());
    auto left = desk->tickets->quarantined();
    bool is_there = std::ranges::any_of(left, [&](const SetAside& aside) { return aside.id == *id; });
    if (options_.json)
      print_json({{"placed", *placed}, {"still_unreadable", is_there}});
    else if (is_there)
      fmt::print("It cannot be read still. walkin-desk quarantine list says why.\n");
    else
      fmt::print("{}{} events of its ticket have their place now.\n", is_dropped ? "Dropped. " : "", *placed);
    return is_there ? k_refused : 0;
  }

  static nlohmann::json to_json(const DeskKey& key) {
    nlohmann::json json = {
        {"id", key.id}, {"purpose", name_of(key.purpose)}, {"created", base::to_rfc3339(key.created)}};
    if (!key.public_key.empty()) json["public_key"] = base::to_hex(base::as_bytes(key.public_key));
    if (key.retired) json["retired"] = base::to_rfc3339(*key.retired);
    return json;
  }
  static void print_json(const nlohmann::json& document) { fmt::print("{}\n", document.dump()); }

  Options options_;
  base::SystemClock clock_;
  base::SystemRandom random_;
};

// Runs `server` until a signal asks to stop.
void run_until_signalled(HttpServer& server, Console& console, const sigset_t& signals) {
  std::atomic<bool> has_ended = false;
  std::thread watch([&] {
    const timespec wait{0, k_signal_check_ns};
    while (!has_ended && sigtimedwait(&signals, nullptr, &wait) < 0) {
    }
    console.stop();
    // A connection taken in the same moment may have slipped past the first cut.
    while (!has_ended) {
      server.stop();
      std::this_thread::sleep_for(base::Millis(20));
    }
  });
  server.run();
  has_ended = true;
  watch.join();
}

int Command::serve() {
  // Before any thread starts, so that all of them leave these signals to the one that waits for them.
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto on = parse_listen(options_.listen);
  if (!on) {
    fmt::print(stderr, "walkin-desk: {}\n", on.error().message);
    return k_wrong_usage;
  }
  on->certificate_file = options_.certificate;
  on->key_file = options_.key;
  auto desk = open_desk(options_.data, clock_, random_);
  if (!desk) return refuse(desk.error());
  auto lock = ServeLock::take(options_.data);
  if (!lock) return refuse(lock.error());
  auto assets = Assets::load(assets_folder(options_));
  if (!assets) return refuse(assets.error());
  auto templates = Templates::load(assets_folder(options_) / "templates");
  if (!templates) return refuse(templates.error());
  auto server = HttpServer::make(*on);
  if (!server) return refuse(server.error());

  auto uploads = Uploads::open(std::filesystem::path(options_.data) / "uploads.db");
  if (!uploads) return refuse(uploads.error());
  DeskFiles files(*desk->tickets, **uploads, desk_blobs(options_.data), clock_, random_);
  files.tidy();
  Passwords passwords;
  Refusals refusals;
  (*server)->on_refused([&](const std::string& address, int status, const char* code) {
    refusals.note("", address, status, code, clock_.now());
  });
  Console console({*desk->tickets, *desk->accounts, **templates, *assets, clock_, random_, passwords,
                   !options_.certificate.empty(), &refusals, &files, desk->documents.get()});
  SyncApi sync_api(*desk->tickets, *desk->documents, *desk->queue, *desk->accounts, refusals, clock_, random_,
                   [&files] { files.remove_erased(); });
  FilesApi files_api(files, *desk->accounts, refusals, clock_);
  files_api.mount((*server)->routes()); // before what takes the rest of /sync/
  sync_api.mount((*server)->routes());
  StatusPage status_page({*desk->tickets, *desk->documents, *desk->queue, *desk->accounts, **templates,
                          *assets, clock_, random_, base::load_zone, !options_.certificate.empty()});
  status_page.mount((*server)->routes());
  console.mount((*server)->routes());
  if (auto bound = (*server)->bind(); !bound) return refuse(bound.error());
  fmt::print(stderr, "Walkin desk on {}\n", (*server)->url());
  if (auto words = offered_words(*desk->documents); !words.empty()) fmt::print(stderr, "{}\n", words);
  const Jobs jobs([&queue = *desk->queue] { queue.note_no_shows(); });
  run_until_signalled(**server, console, signals);
  return 0;
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app{"Walkin's help desk server"};
  app.require_subcommand(1);
  app.set_version_flag("--version", WALKIN_VERSION);
  auto command = [&](CLI::App& under, const char* name, const char* what) {
    CLI::App* made = under.add_subcommand(name, what);
    made->add_option("--data", options.data, "The folder that holds the desk")->required();
    return made;
  };
  auto with_json = [&](CLI::App* made) { made->add_flag("--json", options.json, "One JSON document"); };

  CLI::App* init = command(app, "init", "Make a new desk and print the first administrator's sign-in");
  with_json(init);
  CLI::App* serve = command(app, "serve", "Serve the desk until SIGTERM");
  serve->add_option("--listen", options.listen, "HOST:PORT; port 0 takes a free one")->capture_default_str();
  CLI::Option* certificate = serve->add_option("--tls-cert", options.certificate, "Certificate chain, PEM");
  CLI::Option* key = serve->add_option("--tls-key", options.key, "Its key, PEM");
  certificate->needs(key);
  key->needs(certificate);
  serve->add_option("--assets", options.assets, "The folder of the console's pages");
  CLI::App* station = command(app, "station-code", "Make a one-time code to enrol a station");
  station->add_option("--site", options.site, "Where the station stands")->required();
  station->add_option("--kind", options.kind)->required()->check(CLI::IsMember({"kiosk", "technician"}));
  station->add_option("--person", options.person,
                      "Whose station it is; it holds their tickets and their group's too");
  with_json(station);
  CLI::App* user = app.add_subcommand("user", "People who sign in");
  user->require_subcommand(1);
  CLI::App* add = command(*user, "add", "Add a person");
  add->add_option("--name", options.name, "Sign-in name, such as ana.ruiz")->required();
  add->add_option("--role", options.role)
      ->required()
      ->check(CLI::IsMember({"administrator", "front_line", "specialist", "technician", "manager"}));
  add->add_option("--full-name", options.full_name, "As shown to others");
  add->add_option("--group", options.group, "Support group");
  add->add_flag("--password-stdin", options.password_stdin, "Read the password from standard input");
  with_json(add);
  CLI::App* sample = command(app, "sample", "Add realistic sample tickets");
  sample->add_option("--tickets", options.tickets)
      ->required()
      ->check(CLI::Range(std::size_t{1}, k_sample_tickets_max));
  sample->add_option("--seed", options.seed)->capture_default_str();
  with_json(sample);
  CLI::App* keys = app.add_subcommand("keys", "The desk's keys");
  keys->require_subcommand(1);
  CLI::App* list_keys = command(*keys, "list", "All keys, without their secrets");
  with_json(list_keys);
  CLI::App* rotate = command(*keys, "rotate", "Make a new key; the old ones still open what they closed");
  rotate->add_option("--purpose", options.purpose)
      ->required()
      ->check(CLI::IsMember({"contact", "receipt", "link"}));
  with_json(rotate);
  CLI::App* backup = command(app, "backup", "Copy the desk into one file, also while it serves");
  backup->add_option("--to", options.file, "The file; one that is there is replaced")->required();
  CLI::App* restore = command(app, "restore", "Put the desk back as it was in a backup");
  restore->add_option("--from", options.file, "The file that backup made")->required();
  for (CLI::App* with_secret : {backup, restore}) {
    with_secret->add_option("--passphrase-file", options.passphrase_file,
                            "A file whose first line encrypts the backup");
    with_json(with_secret);
  }
  CLI::App* erase = command(app, "erase", "Erase a customer's data from tickets, here and at every station");
  erase->add_option("--code", options.codes, "A ticket's code; may be given again");
  erase->add_option("--customer", options.customers,
                    "All tickets with this name, mail, telephone or employee number");
  erase->add_option("--by", options.by, "Who does it, as it stands in the history")->required();
  erase->add_flag("--yes", options.is_confirmed, "Do it; otherwise it says which tickets it would be");
  with_json(erase);
  CLI::App* quarantine = app.add_subcommand("quarantine", "Events of stations that the desk could not read");
  quarantine->require_subcommand(1);
  CLI::App* list_quarantine = command(*quarantine, "list", "What is set aside, and what waits behind it");
  CLI::App* retry = command(*quarantine, "retry", "Read one again, after an upgrade or with a key put back");
  CLI::App* drop = command(*quarantine, "drop", "Give one up; what waits behind it goes on");
  for (CLI::App* decides : {retry, drop})
    decides->add_option("event", options.event, "Its id, as list says")->required();
  for (CLI::App* each : {list_quarantine, retry, drop}) with_json(each);
  CLI::App* routes = app.add_subcommand("routes", "What stations may ask of this server, by method and path");
  with_json(routes);
  CLI::App* check = command(app, "check", "Look whether the desk's files are sound");
  with_json(check);
  base::SystemClock clock;
  base::SystemRandom random;
  ReferenceCommands reference(clock, random);
  reference.add_to(app);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    return app.exit(wrong) == 0 ? 0 : k_wrong_usage;
  }
  if (auto done = reference.run()) return *done;
  Command chosen(options);
  if (init->parsed()) return chosen.init();
  if (serve->parsed()) return chosen.serve();
  if (station->parsed()) return chosen.station_code();
  if (add->parsed()) return chosen.add_user();
  if (sample->parsed()) return chosen.sample();
  if (backup->parsed()) return chosen.backup();
  if (restore->parsed()) return chosen.restore();
  if (list_keys->parsed()) return chosen.list_keys();
  if (rotate->parsed()) return chosen.rotate_key();
  if (list_quarantine->parsed()) return chosen.list_quarantine();
  if (retry->parsed()) return chosen.retry_quarantined();
  if (drop->parsed()) return chosen.drop_quarantined();
  if (erase->parsed()) return chosen.erase();
  if (routes->parsed()) return chosen.routes();
  return chosen.check();
}

} // namespace

} // namespace walkin::desk

int main(int argc, char** argv) {
  umask(077); // what the desk writes is for its own user only
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("desk", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  try {
    return walkin::desk::run(argc, argv);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "walkin-desk: %s\n", walkin::store::to_error(fault).message.c_str());
    return walkin::desk::k_refused;
  }
}
