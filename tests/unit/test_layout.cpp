// Holds the tree to its layout: who may include whom, who may see which library, what may not ask the system
// for time or chance, and how long a file may be. The same rules are tried on planted breaches.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_file_lines_max = 600;

using Tree = std::map<std::string, std::string>; // path from the project's root -> text
using Names = std::set<std::string, std::less<>>;

// What each folder may include besides itself. A file belongs to the longest folder that its path starts
// with; files that stand in `kiosk` itself (main.cpp, what wires the rest together) belong to "kiosk".
const std::map<std::string, Names> k_may_include{
    {"shared/base", {}},
    {"shared/domain", {"shared/base"}},
    {"shared/i18n", {"shared/base", "shared/domain"}},
    {"shared/protocol", {"shared/base", "shared/domain"}},
    {"shared/store", {"shared/base", "shared/domain", "shared/protocol"}},
    {"sync/engine", {"shared/base", "shared/domain", "shared/protocol", "shared/store"}},
    {"sync/http", {"shared/base", "shared/domain", "shared/protocol", "shared/store", "sync/engine"}},
    {"sync/cli",
     {"shared/base", "shared/domain", "shared/i18n", "shared/protocol", "shared/store", "sync/engine",
      "sync/http", "kiosk/capture"}},
    {"sync/desk", {"shared/base", "shared/domain", "shared/i18n", "shared/protocol", "shared/store"}},
    {"kiosk/app", {"shared/base", "shared/domain", "shared/i18n"}},
    {"kiosk/capture", {"shared/base", "shared/domain"}},
    {"kiosk/ui", {"shared/base", "shared/domain", "shared/i18n", "kiosk/app"}},
    {"kiosk/platform", {"shared/base", "shared/domain", "shared/i18n", "kiosk/app", "kiosk/ui"}},
    {"kiosk",
     {"shared/base", "shared/domain", "shared/i18n", "shared/protocol", "shared/store", "sync/engine",
      "sync/http", "kiosk/app", "kiosk/capture", "kiosk/ui", "kiosk/platform"}},
};

struct LibraryRule {
  std::string_view name;
  std::regex header;
  std::vector<std::string_view> allowed; // files, and folders with all that is below them
};
const std::vector<LibraryRule> k_libraries{
    {"SQLite", std::regex{R"((sqlite3(ext)?\.h|SQLiteCpp/.*))"}, {"shared/store", "sync/desk/storage"}},
    {"nlohmann/json", std::regex{R"(nlohmann/.*)"}, {"shared/protocol", "sync/desk", "sync/cli"}},
    {"httplib", std::regex{R"((cpp-)?httplib.*)"}, {"sync/http", "sync/desk"}},
    {"Dear ImGui", std::regex{R"((imgui/)?im(gui|stb)[^/]*\.h)"}, {"kiosk/ui", "kiosk/platform"}},
    {"the system's clock and chance",
     std::regex{R"(shared/base/system\.hpp)"},
     {"shared/base/system.cpp", "sync/cli", "sync/desk", "kiosk/main.cpp"}},
    {"GLFW or GL", std::regex{R"((GLFW|GL|GLES\d|EGL|KHR|glad)/.*)"}, {"kiosk/platform"}},
};

const std::vector<std::string_view> k_pure{"shared", "sync/engine", "kiosk/app"};
constexpr std::string_view k_asks_for_all = "shared/base/system.cpp"; // what mains make and pass in
const std::regex k_asks_the_system{
    R"(system_clock::now|steady_clock::now|high_resolution_clock::now|random_device|\bs?rand(om)?\s*\(|)"
    R"(\bget(random|entropy|timeofday)\s*\(|\bclock_gettime\s*\(|\brandombytes_|\btime\s*\(\s*(0|NULL|nullptr|&))"};

bool is_below(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

bool is_below_any(std::string_view path, const std::vector<std::string_view>& folders) {
  return std::any_of(folders.begin(), folders.end(),
                     [&](auto folder) { return path == folder || is_below(path, folder); });
}

// The folder of the graph that this path belongs to; "" for one that the graph does not know.
std::string folder_of(std::string_view path) {
  std::string best;
  for (const auto& [folder, _] : k_may_include)
    if (folder.size() > best.size() && is_below(path, folder)) best = folder;
  return best;
}

// Blanks out comments and the text of strings, so that neither is taken for code. Includes are read from the
// text as it stands.
std::string code_of(std::string_view text) {
  static const std::regex no_code{
      R"re(//[^\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+')re"};
  return std::regex_replace(std::string(text), no_code, " ");
}

struct Include {
  std::size_t line;
  std::string header;
};
std::vector<Include> includes_of(const std::string& text) {
  static const std::regex include{R"re(^\s*#\s*include\s*[<"]([^>"]+)[>"])re"};
  std::vector<Include> found;
  std::istringstream lines(text);
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (std::regex_search(line, match, include)) found.push_back({number, match[1]});
  }
  return found;
}

// Everything in the tree that is against the rules, one sentence each.
std::vector<std::string> breaches(const Tree& tree) {
  std::vector<std::string> found;
  for (const auto& [path, text] : tree) {
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    if (lines > k_file_lines_max)
      found.push_back(
          fmt::format("{} has {} lines, {} are the most: is it two things?", path, lines, k_file_lines_max));
    if (is_below(path, "tests")) continue;

    const std::string folder = folder_of(path);
    if (folder.empty()) {
      found.push_back(fmt::format("{} stands in a folder that the layout test does not know", path));
      continue;
    }
    for (const auto& include : includes_of(text)) {
      const std::string target = folder_of(include.header);
      if (!target.empty() && target != folder && !k_may_include.at(folder).contains(target))
        found.push_back(fmt::format("{}:{} includes \"{}\", but {} may not depend on {}", path, include.line,
                                    include.header, folder, target));
      if (is_below(include.header, "tests") || include.header.starts_with("../"))
        found.push_back(fmt::format("{}:{} includes \"{}\": write the path from the project's root, and "
                                    "nothing of tests/",
                                    path, include.line, include.header));
      for (const auto& library : k_libraries)
        if (std::regex_match(include.header, library.header) && !is_below_any(path, library.allowed))
          found.push_back(fmt::format("{}:{} includes <{}>: {} may be seen in {} only", path, include.line,
                                      include.header, library.name, fmt::join(library.allowed, " and ")));
    }
    if (is_below_any(path, k_pure) && path != k_asks_for_all) {
      const std::string code = code_of(text);
      std::smatch match;
      if (std::regex_search(code, match, k_asks_the_system))
        found.push_back(fmt::format("{} asks the system for time or chance ({}); they are to be passed in",
                                    path, match.str()));
    }
  }
  return found;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Tree tree_on_disk() {
  Tree tree;
  const fs::path root = WALKIN_SOURCE_DIR;
  for (const auto* top : {"shared", "sync", "kiosk", "tests"})
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const auto ending = entry.path().extension();
      if (entry.is_regular_file() &&
          (ending == ".cpp" || ending == ".hpp" || ending == ".h" || ending == ".c"))
        tree.emplace(fs::relative(entry.path(), root).generic_string(), read(entry.path()));
    }
  return tree;
}

bool is_breach(std::string path, std::string text) {
  return !breaches({{std::move(path), std::move(text)}}).empty();
}

} // namespace

TEST_CASE("every file of the tree keeps to the layout") {
  const Tree tree = tree_on_disk();
  REQUIRE(tree.size() > 40);
  for (const auto& breach : breaches(tree)) FAIL_CHECK(breach);
}

TEST_CASE("an include against the direction of the graph is a breach") {
  CHECK(is_breach("shared/base/id.cpp", "#include \"shared/domain/ticket.hpp\"\n"));
  CHECK(is_breach("shared/protocol/wire.hpp", "#include \"shared/store/station.hpp\"\n"));
  CHECK(is_breach("kiosk/app/state.cpp", "  #  include <kiosk/ui/ui.hpp>\n"));
  CHECK(is_breach("kiosk/app/state.cpp", "#include \"shared/store/station.hpp\"\n"));
  CHECK(is_breach("sync/desk/storage/log.cpp", "#include \"sync/engine/engine.hpp\"\n"));
  CHECK(is_breach("kiosk/main.cpp", "#include \"sync/desk/system.hpp\"\n"));
  CHECK(is_breach("shared/store/station.cpp", "#include \"../domain/ticket.hpp\"\n"));
  CHECK(is_breach("kiosk/ui/ui.cpp", "#include \"tests/ui/driver.hpp\"\n"));
  CHECK(is_breach("shared/stray.cpp", "int answer = 42;\n"));

  CHECK_FALSE(is_breach("shared/store/station.cpp", "#include \"shared/protocol/fields_json.hpp\"\n"));
  CHECK_FALSE(is_breach("kiosk/main.cpp", "#include \"shared/store/station.hpp\"\n"));
  CHECK_FALSE(is_breach("shared/base/id.cpp", "// #include \"shared/domain/ticket.hpp\"\n"));
}

TEST_CASE("a library seen where it may not be is a breach") {
  CHECK(is_breach("shared/domain/ticket.cpp", "#include <sqlite3.h>\n"));
  CHECK(is_breach("sync/desk/tickets.cpp", "#include <SQLiteCpp/Database.h>\n"));
  CHECK(is_breach("shared/store/station.cpp", "#include <nlohmann/json.hpp>\n"));
  CHECK(is_breach("sync/engine/engine.cpp", "#include <httplib.h>\n"));
  CHECK(is_breach("kiosk/app/model.cpp", "#include <imgui.h>\n"));
  CHECK(is_breach("kiosk/main.cpp", "#include <imgui/imgui.h>\n"));
  CHECK(is_breach("kiosk/ui/ui.cpp", "#include <GLFW/glfw3.h>\n"));

  CHECK_FALSE(is_breach("sync/desk/storage/log.cpp", "#include <SQLiteCpp/Database.h>\n"));
  CHECK_FALSE(is_breach("kiosk/platform/window.cpp", "#include <GLFW/glfw3.h>\n"));
  CHECK_FALSE(is_breach("tests/unit/test_store.cpp", "#include <sqlite3.h>\n"));
}

TEST_CASE("asking the system for time or chance is a breach where they are to be passed in") {
  CHECK(is_breach("shared/base/id.cpp", "auto now = std::chrono::system_clock::now();\n"));
  CHECK(is_breach("shared/store/station.cpp", "auto t = std::time( nullptr );\n"));
  CHECK(is_breach("sync/engine/engine.cpp", "std::random_device seed;\n"));
  CHECK(is_breach("sync/engine/engine.cpp", "int dice = rand() % 6;\n"));
  CHECK(is_breach("kiosk/app/state.cpp", "auto now = steady_clock::now();\n"));
  CHECK(is_breach("shared/base/hash.cpp", "randombytes_buf(key.data(), key.size());\n"));
  CHECK(is_breach("sync/http/worker.cpp", "#include \"shared/base/system.hpp\"\n"));

  CHECK_FALSE(is_breach("sync/desk/security.cpp", "randombytes_buf(key.data(), key.size());\n"));
  CHECK_FALSE(is_breach("kiosk/main.cpp", "#include \"shared/base/system.hpp\"\n"));
  CHECK_FALSE(is_breach("shared/base/system.cpp", "auto now = std::chrono::system_clock::now();\n"));
  CHECK_FALSE(is_breach("shared/base/id.cpp", "// never system_clock::now()\nint local_time(int);\n"));
  CHECK_FALSE(is_breach("shared/base/id.cpp", "auto words = \"rand() is not asked\"; operand(1);\n"));
}

TEST_CASE("a file that has grown too long is a breach") {
  CHECK(is_breach("shared/base/id.cpp", std::string(k_file_lines_max + 1, '\n')));
  CHECK(is_breach("tests/unit/test_id.cpp", std::string(k_file_lines_max + 1, '\n')));
  CHECK_FALSE(is_breach("shared/base/id.cpp", std::string(k_file_lines_max, '\n')));
}
