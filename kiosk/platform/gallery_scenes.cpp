#include "kiosk/platform/gallery_scenes.hpp"

#include "kiosk/platform/gallery_content.hpp"

namespace walkin::kiosk::platform {

using namespace std::chrono_literals;
using domain::Affected;
using domain::Category;
using domain::Degree;
using domain::TicketStatus;
using i18n::Language;

Visitor::Visitor(Language language) {
  intend(ConnectionChanged{true, 0});
  intend(SpeechChanged{"USB Audio"});
  if (language != Language::en) intend(ChooseLanguage{language});
}

std::string_view Visitor::in_words(std::string_view en, std::string_view es, std::string_view nb) const {
  return in_language(state.language, en, es, nb);
}

void Visitor::intend(Intent intent) {
  for (const Command& command : update(state, std::move(intent), now)) answer(command);
}

void Visitor::answer(const Command& command) {
  for (Intent& intent : sample_answer(command)) intend(std::move(intent));
}

void Visitor::touch(Intent intent) {
  wait(1s);
  intend(Touched{});
  intend(std::move(intent));
  wait(1s);
}

void Visitor::wait(std::chrono::milliseconds time) {
  const Moment end = now + time;
  for (auto due = next_deadline(state, now); due && *due <= end; due = next_deadline(state, now)) {
    now = std::max(now, *due);
    intend(Tick{});
  }
  now = end;
}

void Visitor::linger(std::chrono::milliseconds time) {
  for (const Moment end = now + time; now < end; intend(Touched{}))
    wait(std::min(state.site.idle / 2, end - now));
}

void Visitor::know_site() {
  for (Intent& intent : sample_site()) intend(std::move(intent));
}

void Visitor::to_about() {
  to_who();
  touch(ChooseWay{Way::email});
  type("marta.ruiz@company.example");
  touch(Continue{});
  if (page_of(state) == PageId::confirm) touch(ConfirmPerson{});
}

void Visitor::to_category(Category category) {
  to_about();
  touch(ChooseCategory{category});
}

void Visitor::to_words(std::string_view words) {
  to_category(Category::printer);
  if (page_of(state) != PageId::words) touch(Continue{});
  if (state.focus != Field::words) touch(FocusField{Field::words});
  type(words);
}

void Visitor::to_serious() {
  to_words(in_words("It asks for a password.", "Pide contraseña.", "Den spør etter passord."));
  touch(Continue{});
}

void Visitor::to_review() {
  to_category(Category::computer);
  touch(FocusField{Field::asset_tag});
  type("PC-20418");
  touch(Continue{});
  if (!state.visit.system) touch(ChooseSystem{System::windows});
  if (!state.visit.memory) touch(ChooseMemory{Memory::gb16});
  touch(Continue{});
  if (state.focus != Field::words) touch(FocusField{Field::words});
  type(in_words("I can’t print since this morning, it asks for a password.",
                "No puedo imprimir desde esta mañana, pide contraseña.",
                "Jeg får ikke skrevet ut siden i morges, den spør etter passord."));
  touch(Continue{});
  touch(ChooseSeverity{Degree::medium});
  touch(ChooseAffected{Affected::team});
  if (page_of(state) == PageId::serious) touch(Continue{});
  touch(ChooseConsequence{Degree::low});
  if (page_of(state) == PageId::consequence) touch(Continue{});
}

void Visitor::to_number(bool in_touch) {
  to_review();
  intend(ConnectionChanged{in_touch, 1});
  wait(1s);
  intend(Send{});
  intend(sample_ticket(state.request, in_touch));
}

void Visitor::to_guide() {
  to_words(in_words("nothing prints", "no imprime nada", "ingenting skrives ut"));
  touch(OpenAnswer{AnswerKind::guide, "nothing-prints"});
  touch(AnswerGuide{GuideAnswer::yes});
}

void Visitor::to_ticket(TicketStatus status) {
  touch(OpenTicket{});
  type("LB-0042-K");
  touch(Continue{});
  state.visit.ticket->status = status;
}

namespace {

void enlarge(Visitor& visitor, int steps = 2) {
  for (int i = 0; i < steps; ++i) visitor.touch(CycleTextSize{});
}

std::vector<Scene> pages_of_a_visit() {
  std::vector<Scene> all{
      {"a-start", Language::en, [](Visitor& v) { v.know_site(); }},
      {"a1-start-bare", Language::en, [](Visitor&) {}},
      {"a2-start-offline", Language::nb,
       [](Visitor& v) {
         v.intend(OpeningChanged{sample_opening(false)});
         v.intend(ConnectionChanged{false, 0});
         v.linger(3min);
       }},
      {"a3-start-closed", Language::es, [](Visitor& v) { v.intend(StoreChanged{StoreState::full}); }},
      {"a4-start-logo", Language::es,
       [](Visitor& v) {
         v.know_site();
         SiteInfo site = v.state.site;
         site.organisation = "Ayuntamiento de Aguasnuevas del Norte";
         site.logo = sample_logo();
         v.intend(SiteChanged{std::move(site)});
       }},
      {"b-who", Language::en,
       [](Visitor& v) {
         v.know_site();
         v.to_who();
       }},
      {"b2-who-no-directory", Language::es, [](Visitor& v) { v.to_who(); }},
      {"b3-who-unknown-badge", Language::nb,
       [](Visitor& v) {
         v.know_site();
         v.to_who();
         v.touch(Scanned{SecretText("0000")});
       }},
      {"c-confirm", Language::es,
       [](Visitor& v) {
         v.know_site();
         v.to_who();
         v.touch(Scanned{SecretText("E-10234")});
       }},
      {"c1-staff", Language::en,
       [](Visitor& v) {
         v.to_who();
         v.touch(ChooseWay{Way::staff_number});
       }},
      {"c2-phone", Language::nb,
       [](Visitor& v) {
         v.to_who();
         v.touch(ChooseWay{Way::phone});
         v.type("+47 22 85");
       }},
      {"c3-guest", Language::es,
       [](Visitor& v) {
         v.to_who();
         v.touch(ChooseWay{Way::guest});
         v.touch(LeaveField{});
       }},
      {"d-about", Language::en,
       [](Visitor& v) {
         v.to_category(Category::computer);
         v.touch(Back{});
       }},
      {"e-computer", Language::nb,
       [](Visitor& v) {
         v.to_category(Category::computer);
         v.touch(Scanned{SecretText("PC-20418")});
         v.touch(ChooseSystem{System::windows});
         v.touch(ChooseMemory{Memory::gb16});
       }},
      {"e2-computer-typing", Language::en,
       [](Visitor& v) {
         v.to_category(Category::computer);
         v.touch(FocusField{Field::asset_tag});
         v.type("PC-2");
       }},
      {"e5-computer-unknown", Language::en,
       [](Visitor& v) {
         v.know_site();
         v.to_category(Category::computer);
         v.touch(Scanned{SecretText("PC-99999")});
       }},
      {"e4-computer-model", Language::en,
       [](Visitor& v) {
         v.know_site();
         v.to_category(Category::computer);
         v.touch(FocusField{Field::model});
         v.type("l");
       }},
      {"e3-telephone", Language::es, [](Visitor& v) { v.to_category(Category::phone); }},
      {"f-words", Language::es,
       [](Visitor& v) {
         v.know_site();
         v.to_words(v.in_words("I can’t print since this morning. The printer asks for a password",
                               "No puedo imprimir desde esta mañana. La impresora pide contraseña",
                               "Jeg får ikke skrevet ut siden i morges. Skriveren spør etter passord"));
       }},
      {"h-serious", Language::es,
       [](Visitor& v) {
         v.to_serious();
         v.touch(ChooseSeverity{Degree::medium});
         v.touch(ChooseAffected{Affected::team});
         if (page_of(v.state) != PageId::serious) v.touch(Back{});
       }},
      {"h2-consequence", Language::en,
       [](Visitor& v) {
         v.to_serious();
         v.touch(ChooseSeverity{Degree::medium});
         v.touch(ChooseAffected{Affected::team});
         v.touch(Continue{});
       }},
      {"i-review", Language::en,
       [](Visitor& v) {
         v.know_site();
         v.to_review();
       }},
      {"i2-sending", Language::en,
       [](Visitor& v) {
         v.to_review();
         v.intend(Send{});
       }},
      {"i3-save-failed", Language::en,
       [](Visitor& v) {
         v.to_review();
         v.intend(Send{});
         v.intend(RegisterFailed{v.state.request, SaveTrouble::no_space});
       }},
      {"j-number", Language::en,
       [](Visitor& v) {
         v.intend(PrinterChanged{PrinterState::ready});
         v.to_number(true);
       }},
      {"j2-number-offline", Language::es,
       [](Visitor& v) {
         v.intend(PrinterChanged{PrinterState::ready});
         v.to_number(false);
       }},
      {"l-idle", Language::en,
       [](Visitor& v) {
         v.to_category(Category::computer);
         v.touch(Back{});
         v.wait(61s);
       }},
      {"l2-leave", Language::nb,
       [](Visitor& v) {
         v.to_category(Category::computer);
         v.touch(Exit{});
       }},
      {"m-error", Language::en,
       [](Visitor& v) {
         v.to_who();
         v.touch(ChooseWay{Way::email});
         v.type("marta.ruiz@company");
         v.touch(Continue{});
       }},
  };
  return all;
}

std::vector<Scene> pages_beside_a_visit() {
  return {
      {"g-guide", Language::en, [](Visitor& v) { v.to_guide(); }},
      {"g2-guide-answer", Language::es,
       [](Visitor& v) {
         v.to_guide();
         v.touch(AnswerGuide{GuideAnswer::no});
       }},
      {"g3-guide-help", Language::nb,
       [](Visitor& v) {
         v.to_guide();
         v.touch(AnswerGuide{GuideAnswer::yes});
       }},
      {"g4-article", Language::en,
       [](Visitor& v) {
         v.to_words(v.in_words("asks for a password", "pide contraseña", "spør etter passord"));
         v.touch(OpenAnswer{AnswerKind::article, "printer-password"});
       }},
      {"g5-find", Language::nb,
       [](Visitor& v) {
         v.touch(OpenFind{});
         v.type(v.in_words("printer", "impresora", "skriver"));
       }},
      {"g6-find-none", Language::es,
       [](Visitor& v) {
         v.touch(OpenFind{});
         v.type("zzz");
       }},
      {"g7-known", Language::es,
       [](Visitor& v) {
         v.know_site();
         v.touch(OpenBulletins{});
       }},
      {"g8-bulletin", Language::nb,
       [](Visitor& v) {
         v.know_site();
         v.touch(OpenBulletins{});
         v.touch(OpenAnswer{AnswerKind::bulletin, "mail-slow"});
       }},
      {"k-status", Language::en,
       [](Visitor& v) {
         v.to_ticket(TicketStatus::solved);
         v.touch(SayWorks{true});
         v.touch(RateHelp{4});
       }},
      {"k1-status-open", Language::es, [](Visitor& v) { v.to_ticket(TicketStatus::created); }},
      {"k2-status-waits", Language::nb,
       [](Visitor& v) {
         v.to_ticket(TicketStatus::waits_customer);
         v.state.visit.ticket->as_of = sample_time(8, 40);
       }},
      {"k3-status-closed", Language::en, [](Visitor& v) { v.to_ticket(TicketStatus::closed); }},
      {"k4-code", Language::nb, [](Visitor& v) { v.touch(OpenTicket{}); }},
      {"k5-code-wrong", Language::en,
       [](Visitor& v) {
         v.touch(OpenTicket{});
         v.type("LB-0042-J");
         v.touch(Continue{});
       }},
      {"k6-reply", Language::es,
       [](Visitor& v) {
         v.to_ticket(TicketStatus::solved);
         v.touch(SayWorks{false});
         v.type(v.in_words("It still asks for a password", "Sigue pidiendo contraseña",
                           "Den spør fortsatt etter passord"));
       }},
      {"k7-thanks", Language::nb,
       [](Visitor& v) {
         v.to_ticket(TicketStatus::solved);
         v.touch(SayWorks{true});
         v.touch(Continue{});
       }},
      {"k8-reopened-offline", Language::es,
       [](Visitor& v) {
         v.to_ticket(TicketStatus::solved);
         v.intend(ConnectionChanged{false, 0});
         v.touch(SayWorks{false});
         v.touch(Continue{});
       }},
      {"k9-helped", Language::en,
       [](Visitor& v) {
         v.to_words(v.in_words("asks for a password", "pide contraseña", "spør etter passord"));
         v.touch(OpenAnswer{AnswerKind::article, "printer-password"});
         v.touch(SayHelped{true});
         v.intend(sample_ticket(v.state.request, true));
       }},
      {"r1-pin", Language::en,
       [](Visitor& v) {
         v.know_site();
         v.touch(StaffGesture{});
         v.type("1234");
       }},
      {"r2-service", Language::en,
       [](Visitor& v) {
         v.know_site();
         v.intend(PrinterChanged{PrinterState::no_paper});
         v.touch(StaffGesture{});
         v.type("2468");
         v.touch(Continue{});
       }},
  };
}

// The pages that must hold in every shape, size and theme.
std::vector<Scene> variants(const std::vector<Scene>& plain) {
  struct Variant {
    std::string_view suffix;
    int width, height;
    std::function<void(Visitor&)> set;
  };
  const Variant kinds[] = {
      {"-contrast", 1080, 1920, [](Visitor& v) { v.touch(ToggleContrast{}); }},
      {"-150", 1080, 1920, [](Visitor& v) { enlarge(v, 1); }},
      {"-200", 1080, 1920, [](Visitor& v) { enlarge(v); }},
      {"-reach", 1080, 1920, [](Visitor& v) { v.touch(ToggleReach{}); }},
      {"-land", 1920, 1080, [](Visitor&) {}},
      {"-land-200", 1920, 1080, [](Visitor& v) { enlarge(v); }},
      {"-land-reach", 1920, 1080, [](Visitor& v) { v.touch(ToggleReach{}); }},
      {"-800", 800, 1280, [](Visitor&) {}},
      {"-1280", 1280, 800, [](Visitor&) {}},
  };
  std::vector<Scene> all;
  for (const Variant& kind : kinds)
    for (const Scene& scene : plain) {
      all.push_back({scene.name + std::string(kind.suffix), scene.language,
                     [set = kind.set, lead = scene.lead](Visitor& v) {
                       set(v);
                       lead(v);
                     },
                     kind.width, kind.height});
    }
  return all;
}

} // namespace

std::vector<Scene> gallery_scenes() {
  std::vector<Scene> all = pages_of_a_visit();
  for (Scene& scene : pages_beside_a_visit()) all.push_back(std::move(scene));
  for (Scene& variant : variants(all)) all.push_back(std::move(variant));
  return all;
}

} // namespace walkin::kiosk::platform
