// The semantic tree written to a file after every frame that changed it, so that a test outside the process
// finds what is on the screen and where. On only while the environment's WALKIN_SEMANTICS_FILE names a file:
// it holds what the customer sees, so it is for tests and never for a kiosk in use. UI thread.
//
// A line a node, in the order drawn, fields parted by tabs:
//   x y width height <tab> role <tab> states <tab> id <tab> name
// Values of fields are left out. The file is replaced as a whole; a reader never sees half of one.
#pragma once

#include "kiosk/ui/semantics.hpp"

#include <optional>
#include <string>

namespace walkin::kiosk::platform {

class TreeFile {
public:
  static std::optional<TreeFile> from_environment();

  // Faults of the file are ignored: the test that reads it will miss it.
  void put(const ui::SemanticTree& tree);

private:
  explicit TreeFile(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::string written_;
};

} // namespace walkin::kiosk::platform
