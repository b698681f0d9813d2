// Small files that say one thing, read with a limit.
#pragma once

#include "kiosk/capture/capture.hpp"

namespace walkin::kiosk::capture {

// Reads below one root and keeps account of what could not be read.
class Probe {
public:
  Probe(std::filesystem::path root, std::vector<Missing>& missing)
      : root_(std::move(root)), missing_(missing) {}

  std::filesystem::path path(std::string_view absolute) const { return root_ / absolute.substr(1); }

  // The text of a file of at most 256 KB, or why there is none.
  struct Text {
    std::string text;
    std::string why; // empty when it was read
  };
  Text read(std::string_view absolute) const;

  // The first of these files that holds a plain value; else `what` is missing for the reason of the last.
  std::string value(std::string_view what, std::initializer_list<std::string_view> files);
  void miss(std::string_view what, std::string why) {
    missing_.push_back({std::string(what), std::move(why)});
  }

private:
  std::filesystem::path root_;
  std::vector<Missing>& missing_;
};

// One line of valid text without control characters, trimmed.
std::string plain_line(std::string_view raw);

// What makers leave in the place of a value: "To be filled by O.E.M.", "Default string", "0000000".
bool is_placeholder(std::string_view value);

} // namespace walkin::kiosk::capture
