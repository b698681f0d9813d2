// What the gallery shows: pages reached as a customer reaches them, with content as a desk would have it.
#pragma once

#include "kiosk/app/state.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace walkin::kiosk::platform {

// A visit led by intents, without a window. What pages ask of workers is answered at once from sample
// content.
struct Visitor {
  Moment now{std::chrono::hours{1}};
  AppState state = make_state({}, now);

  explicit Visitor(i18n::Language language = i18n::Language::en);
  void intend(Intent intent);
  // A touch of its own: what turned the page before is no echo, and a shown choice goes on.
  void touch(Intent intent);
  void wait(std::chrono::milliseconds time);
  void linger(std::chrono::milliseconds time); // with a touch now and then, so that nothing is put back
  std::string_view in_words(std::string_view en, std::string_view es, std::string_view nb) const;
  void type(std::string_view text) { intend(InsertText{SecretText(text)}); }
  void know_site(); // settings, hours, queue, known problems, directory
  void to_who() { touch(StartVisit{}); }
  void to_about();
  void to_category(domain::Category category);
  void to_words(std::string_view words);
  void to_serious();
  void to_review();
  void to_number(bool in_touch);
  void to_guide();
  void to_ticket(domain::TicketStatus status);

private:
  void answer(const Command& command);
};

struct Scene {
  std::string name{};
  i18n::Language language = i18n::Language::en;
  std::function<void(Visitor&)> lead{};
  int width = 1080, height = 1920;
};

// Every page, then each in other shapes, sizes and themes.
std::vector<Scene> gallery_scenes();

} // namespace walkin::kiosk::platform
