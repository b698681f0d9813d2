#include "shared/protocol/gzip.hpp"

#include <libdeflate.h>
#include <memory>
#include <stdexcept>

namespace walkin::protocol {

std::string gzip(std::string_view bytes) {
  constexpr int k_fastest = 1;
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(k_fastest), &libdeflate_free_compressor);
  if (!compressor) throw std::bad_alloc();
  std::string out(libdeflate_gzip_compress_bound(compressor.get(), bytes.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(), out.data(), out.size()));
  if (out.empty()) throw std::logic_error("more was to be compressed than was said");
  return out;
}

} // namespace walkin::protocol
