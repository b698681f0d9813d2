// Runs a fuzz target over the files given, each also cut and changed at some places.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t k_places = 150;

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

} // namespace

int main(int count, char** names) {
  if (count < 2) {
    std::fprintf(stderr, "no corpus\n");
    return 2;
  }
  for (int i = 1; i < count; ++i) {
    std::ifstream in(names[i], std::ios::binary);
    if (!in) {
      std::fprintf(stderr, "%s cannot be read\n", names[i]);
      return 1;
    }
    const std::string input{std::istreambuf_iterator<char>(in), {}};
    run(input);
    for (std::size_t at = 0; at < input.size(); at += 1 + input.size() / k_places) {
      run(input.substr(0, at));
      std::string changed = input;
      for (int bit = 0; bit < 8; bit += 3) {
        changed[at] = static_cast<char>(input[at] ^ (1 << bit));
        run(changed);
      }
    }
  }
  return 0;
}
