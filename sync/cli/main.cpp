// walkin: the station without a screen, for scripts, service, support by ssh, and tests.

#include "kiosk/capture/capture.hpp"
#include "shared/base/system.hpp"
#include "shared/base/text.hpp"
#include "shared/domain/ticket_code.hpp"
#include "shared/protocol/fields_json.hpp"
#include "shared/store/station.hpp"
#include "sync/cli/files.hpp"
#include "sync/cli/report.hpp"
#include "sync/http/runner.hpp"

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <iostream>
#include <pwd.h>
#include <thread>
#include <unistd.h>

namespace walkin::cli {

namespace {

constexpr int k_refused = 1, k_wrong_usage = 2;
constexpr std::size_t k_input_bytes_max = 1024 * 1024;
constexpr std::int64_t k_list_rows_max = 100'000;
constexpr int k_timeout_s_max = 600;
constexpr int k_exchange_per_idle = 8; // a whole exchange may take this many times as long as a silence
constexpr base::Millis k_files_time_max = std::chrono::minutes(10); // of one walkin sync

std::atomic<bool> stop_requested = false;

struct Options {
  std::string station, desk, code, ca, text, format, by, words, field, value, file, name, to, language = "en";
  std::vector<std::string> changes;
  bool json = false, watch = false, is_public = false;
  int timeout_s = 15;
};

int refuse(const base::Error& error, const Options& options) {
  fmt::print(stderr, "walkin: {}\n", error.message);
  if (options.json) fmt::print("{}\n", error_json(error));
  return k_refused;
}

int print(const Options& options, const std::string& json, const std::string& text) {
  fmt::print("{}", options.json ? json + "\n" : text);
  return 0;
}

// The person at this machine, as an author is named when --by does not say.
std::string user_name() {
  const passwd* entry = getpwuid(getuid());
  return entry != nullptr ? entry->pw_name : fmt::format("uid {}", getuid());
}

class Command {
public:
  explicit Command(Options options) : options_(std::move(options)) {}

  int enroll() {
    if (auto done =
            sync::enroll(options_.station, options_.desk, options_.code, options_.ca, clock_, random_);
        !done)
      return refuse(done.error(), options_);
    return with_station([&](store::Station& station) {
      const auto& identity = station.identity();
      return print(options_, status_json(identity, station.status()),
                   fmt::format("{} is enrolled at {} for {}. Its ticket codes begin with {}.\n",
                               identity.name, identity.desk_url, identity.site, identity.prefix));
    });
  }

  int register_ticket() {
    std::string input(std::istreambuf_iterator<char>(std::cin.rdbuf()), {});
    if (input.size() > k_input_bytes_max) input.resize(k_input_bytes_max);
    auto registration = protocol::decode_registration(input);
    if (!registration) return refuse(registration.error(), options_);
    return with_station([&](store::Station& station) {
      auto done = station.register_ticket(std::move(*registration));
      if (!done) return refuse(done.error(), options_);
      return print(options_, registered_json(*done),
                   done->queue_number.empty() ? done->code + "\n"
                                              : fmt::format("{}  {}\n", done->queue_number, done->code));
    });
  }

  int list() {
    return with_station([&](store::Station& station) {
      store::TicketFilter filter;
      filter.words = options_.words;
      filter.limit = k_list_rows_max;
      auto rows = station.list(filter);
      return print(options_, list_json(rows), list_text(rows));
    });
  }

  int show() {
    return with_ticket([&](store::Station& station, const domain::TicketId& id) {
      auto ticket = station.load(id);
      for (const domain::TicketId& other :
           station.find_former(domain::parse_ticket_code(options_.code).value()))
        if (auto same_slip = station.load(other); same_slip && other != id)
          fmt::print(stderr, "walkin: a slip with this code was also given out for ticket {}.\n",
                     same_slip->code());
      return print(options_, ticket_json(*ticket), ticket_text(*ticket));
    });
  }

  int note() {
    domain::EventParts parts{domain::EventKind::note, {}, {}};
    parts.body.emplace("visibility", std::string(options_.is_public ? "public" : "internal"));
    parts.contact.emplace("text", options_.text);
    return append({std::move(parts)});
  }

  int set() {
    domain::Fields changes;
    for (const std::string& change : options_.changes) {
      auto equals = change.find('=');
      if (equals == std::string::npos || equals == 0) {
        fmt::print(stderr, "walkin: \"{}\" is not FIELD=VALUE.\n", change);
        return k_wrong_usage;
      }
      std::string field = change.substr(0, equals);
      auto value = domain::parse_field_value(field, change.substr(equals + 1));
      if (!value) return refuse(value.error(), options_);
      changes.insert_or_assign(field, std::move(*value));
    }
    return append(domain::parts_for_changes(changes));
  }

  int take_back() {
    return with_ticket([&](store::Station& station, const domain::TicketId& id) {
      auto parts = domain::parts_to_take_back(
          *station.load(id), options_.field,
          options_.value.empty() ? std::nullopt : std::optional<std::string_view>(options_.value));
      if (!parts) return refuse(parts.error(), options_);
      return append_to(station, id, std::move(*parts));
    });
  }

  int attach() {
    return with_ticket([&](store::Station& station, const domain::TicketId& id) {
      store::Blobs blobs = walkin::sync::station_blobs(options_.station);
      auto ticket = cli::attach(station, blobs, id, options_.file, author());
      if (!ticket) return refuse(ticket.error(), options_);
      return print(
          options_, ticket_json(*ticket),
          fmt::format("{}  {} attached\n", ticket->code(),
                      domain::attachment_name(std::filesystem::path(options_.file).filename().string())));
    });
  }

  int fetch() {
    return with_ticket([&](store::Station& station, const domain::TicketId& id) {
      auto attachment = find_attachment(station.load(id).value(), options_.name);
      if (!attachment) return refuse(attachment.error(), options_);
      const auto& identity = station.identity();
      store::Blobs blobs = walkin::sync::station_blobs(options_.station);
      walkin::sync::Transport transport({identity.desk_url, identity.ca_file, identity.token});
      walkin::sync::FileLane lane(station, blobs, transport, clock_);
      auto file = cli::fetch(lane, blobs, id, *attachment, options_.to);
      if (!file) return refuse(file.error(), options_);
      return print(options_, fetched_json(*attachment, file->string()), file->string() + "\n");
    });
  }

  int sync() {
    return with_station([&](store::Station& station) {
      const auto& identity = station.identity();
      const base::Millis silence = std::chrono::seconds(options_.timeout_s);
      walkin::sync::Transport transport({identity.desk_url, identity.ca_file, identity.token},
                                        protocol::Format::cbor,
                                        {.idle = silence, .request = silence * k_exchange_per_idle});
      walkin::sync::Runner runner(station, transport, clock_, random_, {}, walkin::sync::AskAhead::yes);
      store::Blobs blobs = walkin::sync::station_blobs(options_.station);
      walkin::sync::FileLane lane(station, blobs, transport, clock_);
      return options_.watch ? watch(station, runner, lane) : sync_once(station, runner, lane);
    });
  }

  int status() {
    return with_station([&](store::Station& station) {
      auto status = station.status();
      return print(options_, status_json(station.identity(), status),
                   status_text(station.identity(), status));
    });
  }

  int digest() {
    return with_station([&](store::Station& station) {
      fmt::print("{}\n", digest_json(station.digest()));
      return 0;
    });
  }

  int check() {
    return with_station([&](store::Station& station) {
      if (auto sound = station.check(); !sound) return refuse(sound.error(), options_);
      return print(options_, R"({"sound": true})", "File, chain, hashes and lists are sound.\n");
    });
  }

  int link() {
    return with_station([&](store::Station& station) {
      auto code = domain::parse_ticket_code(options_.code);
      if (!code) return refuse(code.error(), options_);
      std::string made = station.reference().status_link(*code);
      if (made.empty())
        return refuse(
            {base::ErrorCode::not_found,
             "This station makes no link for this code: the desk's public address is not known here, or "
             "the code is of another station.",
             "link"},
            options_);
      return print(options_, link_json(made), made + "\n");
    });
  }

  int find() {
    return with_station([&](store::Station& station) {
      auto found = station.reference().search({options_.text, options_.language});
      return print(options_, matches_json(found), matches_text(found));
    });
  }

  int capture() {
    auto details = kiosk::capture::capture();
    if (options_.format == "glpi") return fmt::print("{}\n", capture_glpi(details)), 0;
    return print(options_, capture_json(details), capture_text(details));
  }

private:
  template <class Action>
  int with_station(Action action) {
    auto station = store::Station::open(options_.station, clock_, random_);
    if (!station) return refuse(station.error(), options_);
    return action(**station);
  }

  template <class Action>
  int with_ticket(Action action) {
    return with_station([&](store::Station& station) {
      auto id = station.find_code(options_.code);
      if (!id) return refuse(id.error(), options_);
      return action(station, *id);
    });
  }

  std::string author() const { return options_.by.empty() ? user_name() : options_.by; }

  int append(std::vector<domain::EventParts> parts) {
    return with_ticket([&](store::Station& station, const domain::TicketId& id) {
      return append_to(station, id, std::move(parts));
    });
  }

  int append_to(store::Station& station, const domain::TicketId& id, std::vector<domain::EventParts> parts) {
    auto ticket = station.append(id, std::move(parts), author());
    if (!ticket) return refuse(ticket.error(), options_);
    return print(options_, ticket_json(*ticket),
                 fmt::format("{}  {}\n", ticket->code(), domain::name_of(ticket->status())));
  }

  // Events first; then files for as long as they may take, giving way to events that come meanwhile.
  int sync_once(store::Station& station, walkin::sync::Runner& runner, walkin::sync::FileLane& lane) {
    const base::Instant last = clock_.now() + k_files_time_max;
    walkin::sync::LaneSummary files;
    for (bool goes_on = true; goes_on;) {
      runner.run(walkin::sync::input::LocalWork{});
      if (runner.summary().failure) break;
      std::int64_t outbox = station.status().outbox;
      auto is_over = [&] {
        return stop_requested || clock_.now() > last || station.status().outbox > outbox;
      };
      files += lane.run(is_over);
      goes_on = files.is_interrupted && !stop_requested && clock_.now() <= last;
    }
    const auto& summary = runner.summary();
    if (summary.failure) fmt::print(stderr, "walkin: {}\n", summary.failure->error.message);
    if (!files.trouble.empty()) fmt::print(stderr, "walkin: {}\n", files.trouble);
    std::string text = fmt::format("{} sent, {} received{}{}.\n", summary.pushed, summary.pulled,
                                   summary.rejected > 0 ? fmt::format(", {} refused", summary.rejected) : "",
                                   files.files > 0 ? fmt::format(", {} files sent", files.files) : "");
    print(options_, sync_json(summary, files, station.status()), text);
    return summary.failure ? k_refused : 0;
  }

  // Until interrupted: one line, or with --json one document, whenever something has moved.
  int watch(store::Station& station, walkin::sync::Runner& runner, walkin::sync::FileLane& lane) {
    std::int64_t moved = -1;
    std::string trouble;
    walkin::sync::LaneSummary files;
    walkin::sync::Input input = walkin::sync::input::Tick{};
    while (!stop_requested) {
      base::Instant until = runner.run(std::move(input));
      const auto& summary = runner.summary();
      if (!summary.failure) {
        std::int64_t outbox = station.status().outbox;
        files += lane.run(
            [&] { return stop_requested || clock_.now() >= until || station.status().outbox > outbox; });
      }
      std::string now_trouble = summary.failure ? summary.failure->error.message : files.trouble;
      if (now_trouble != trouble && !now_trouble.empty()) fmt::print(stderr, "walkin: {}\n", now_trouble);
      std::int64_t now_moved = summary.pushed + summary.pulled + summary.rejected + files.files;
      if (now_moved != moved)
        print(options_, sync_json(summary, files, station.status()),
              fmt::format("{} sent, {} received{}.\n", summary.pushed, summary.pulled,
                          files.files > 0 ? fmt::format(", {} files sent", files.files) : ""));
      std::fflush(stdout);
      moved = now_moved;
      trouble = now_trouble;
      input = wait(station, until);
    }
    return 0;
  }

  // Until it is time, or another process has put something into the outbox.
  walkin::sync::Input wait(store::Station& station, base::Instant until) {
    constexpr base::Millis k_step{100};
    std::int64_t left = station.status().outbox;
    while (!stop_requested && clock_.now() < until) {
      std::this_thread::sleep_for(k_step);
      if (station.status().outbox > left) return walkin::sync::input::LocalWork{};
    }
    return walkin::sync::input::Tick{};
  }

  Options options_;
  base::SystemClock clock_;
  base::SystemRandom random_;
};

int run(int argc, char** argv) {
  CLI::App app("The Walkin station without a screen.", "walkin");
  app.set_version_flag("--version", "walkin " WALKIN_VERSION);
  app.require_subcommand(1);
  Options o;
  int (Command::*chosen)() = nullptr;
  auto command = [&](const char* name, const char* help, int (Command::*action)(),
                     bool needs_station = true) {
    CLI::App* sub = app.add_subcommand(name, help);
    if (needs_station) sub->add_option("--station", o.station, "the station's folder")->required();
    sub->add_flag("--json", o.json, "print one JSON document");
    sub->callback([&chosen, action] { chosen = action; });
    return sub;
  };
  auto* enroll = command("enroll", "Make this machine a station of a desk", &Command::enroll);
  enroll->add_option("--desk", o.desk, "the desk's address, https://...")->required();
  enroll->add_option("--code", o.code, "the one-time code made at the desk")->required();
  enroll->add_option("--ca", o.ca, "the certificate authority to trust, a PEM file");
  command("register", "Register a customer from JSON on standard input", &Command::register_ticket);
  auto* list = command("list", "List the tickets on this station, oldest first", &Command::list);
  list->add_option("words", o.words, "only tickets with these words");
  auto* show = command("show", "Show a ticket with its whole history", &Command::show);
  show->add_option("code", o.code, "the ticket's code")->required();
  auto* note = command("note", "Write an internal note on a ticket", &Command::note);
  note->add_option("code", o.code, "the ticket's code")->required();
  note->add_option("text", o.text, "the note")->required();
  note->add_flag("--public", o.is_public, "the customer reads it: a reply");
  note->add_option("--by", o.by, "the author; otherwise the user of this machine");
  auto* attach = command("attach", "Attach a file to a ticket", &Command::attach);
  attach->add_option("code", o.code, "the ticket's code")->required();
  attach->add_option("file", o.file, "the file, up to 25 MB")->required();
  attach->add_option("--by", o.by, "the author; otherwise the user of this machine");
  auto* fetch = command("fetch", "Get the content of an attachment", &Command::fetch);
  fetch->add_option("code", o.code, "the ticket's code")->required();
  fetch->add_option("name", o.name, "its name, or its SHA-256 (eight digits are enough)")->required();
  fetch->add_option("--to", o.to, "the file or folder to write to")->required();
  auto* set = command("set", "Change fields of a ticket", &Command::set);
  set->add_option("code", o.code, "the ticket's code")->required();
  set->add_option("changes", o.changes, "FIELD=VALUE, such as status=in_work; an empty value clears")
      ->required();
  set->add_option("--by", o.by, "the author; otherwise the user of this machine");
  auto* take_back = command("take-back", "Put back a value that lost against one written at the same time",
                            &Command::take_back);
  take_back->add_option("code", o.code, "the ticket's code")->required();
  take_back->add_option("field", o.field, "the field, as `walkin show` names it")->required();
  take_back->add_option("value", o.value, "which value, where several lost; otherwise the newest");
  take_back->add_option("--by", o.by, "the author; otherwise the user of this machine");
  auto* sync = command("sync", "Exchange with the desk now", &Command::sync);
  sync->add_flag("--watch", o.watch, "stay in touch until interrupted");
  sync->add_option("--timeout", o.timeout_s,
                   "seconds without a byte after which an exchange is given up; a whole one may take 8 times "
                   "as long")
      ->check(CLI::Range(1, k_timeout_s_max))
      ->capture_default_str();
  command("status", "What waits, and when the desk was last in touch", &Command::status);
  command("digest", "Count and hash of what is held, for each scope", &Command::digest);
  command("check", "Check file, chain, hashes and lists", &Command::check);
  auto* find = command("find", "Answers and guides by words", &Command::find);
  find->add_option("words", o.text, "what to look for")->required();
  find->add_option("--language", o.language, "en, es, nb")->capture_default_str();
  auto* link =
      command("link", "The address of a ticket's page, for its customer; of a kiosk", &Command::link);
  link->add_option("code", o.code, "the ticket's code")->required();
  auto* capture = command("capture", "This machine's system details", &Command::capture, false);
  capture->add_option("--format", o.format, "glpi: GLPI's inventory format")->check(CLI::IsMember({"glpi"}));
  auto is_command = [&app](const char* word) {
    return !app.get_subcommands([word](const CLI::App* sub) { return sub->get_name() == word; }).empty();
  };
  if (argc > 1 && argv[1][0] != '-' && !is_command(argv[1])) {
    fmt::print(stderr, "walkin: there is no command \"{}\". walkin --help lists those that there are.\n",
               argv[1]);
    return k_wrong_usage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : k_wrong_usage;
  }
  std::signal(SIGPIPE, SIG_IGN);
  for (int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { stop_requested = true; });
  return (Command(o).*chosen)();
}

} // namespace

} // namespace walkin::cli

int main(int argc, char** argv) {
  try {
    return walkin::cli::run(argc, argv);
  } catch (const std::exception& fault) {
    fmt::print(stderr, "walkin: {}\n", walkin::store::to_error(fault).message);
    return 1;
  }
}
