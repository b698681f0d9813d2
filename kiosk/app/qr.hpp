// A QR code as squares. Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace walkin::kiosk {

struct QrCode {
  std::size_t side = 0;    // in squares, without the quiet zone of four around it
  std::vector<bool> black; // row by row
  bool at(std::size_t column, std::size_t row) const { return black[row * side + column]; }
};

// With error correction M, in the smallest version that holds it; nothing for an empty or too long text.
std::optional<QrCode> make_qr(std::string_view text);

} // namespace walkin::kiosk
