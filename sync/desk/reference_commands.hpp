// What an administrator does from the shell about content, bulletins, sites and the queue.
#pragma once

#include "shared/base/clock.hpp"

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>

namespace walkin::desk {

// Adds the commands to the program's; they run after it has parsed.
class ReferenceCommands {
public:
  ReferenceCommands(const base::Clock& clock, base::Random& random);
  ~ReferenceCommands();
  ReferenceCommands(const ReferenceCommands&) = delete;
  ReferenceCommands& operator=(const ReferenceCommands&) = delete;

  void add_to(CLI::App& app);
  // The exit code of the command that was given; nothing when it is none of these.
  std::optional<int> run();

private:
  struct Options;
  void add_content(CLI::App& app);
  void add_offered(CLI::App& content);
  void add_bulletin(CLI::App& app);
  void add_site(CLI::App& app);
  void add_queue(CLI::App& app);
  CLI::App* command(CLI::App& under, const char* name, const char* what, int (ReferenceCommands::*does)());

  int load();
  int list();
  int remove();
  int list_offered();
  int decide_offered();
  int open_bulletin();
  int end_bulletin();
  int set_site();
  int show_site();
  int list_queue();
  int step_queue();

  const base::Clock& clock_;
  base::Random& random_;
  std::unique_ptr<Options> options_;
};

} // namespace walkin::desk
