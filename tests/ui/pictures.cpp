// walkin-ui-pictures FOLDER [PART OF A NAME]: writes the gallery of the kiosk's pages, to be looked at.
#include "kiosk/platform/gallery.hpp"

#include <cstdio>

int main(int count, char** arguments) {
  if (count < 2) {
    std::fputs("usage: walkin-ui-pictures FOLDER [PART OF A NAME]\n", stderr);
    return 2;
  }
  const auto written = walkin::kiosk::platform::write_gallery(arguments[1], count > 2 ? arguments[2] : "");
  if (!written)
    std::fprintf(stderr, "%s (%s)\n", written.error().message.c_str(), written.error().context.c_str());
  return written ? 0 : 1;
}
