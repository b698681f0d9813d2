#include "kiosk/app/qr.hpp"

#include <memory>
#include <qrencode.h>

namespace walkin::kiosk {

std::optional<QrCode> make_qr(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> made(
      QRcode_encodeData(static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0,
                        QR_ECLEVEL_M),
      &QRcode_free);
  if (!made) return std::nullopt;
  QrCode code;
  code.side = static_cast<std::size_t>(made->width);
  code.black.reserve(code.side * code.side);
  for (std::size_t i = 0; i < code.side * code.side; ++i) code.black.push_back((made->data[i] & 1) != 0);
  return code;
}

} // namespace walkin::kiosk
